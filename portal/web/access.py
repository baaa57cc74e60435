"""Every view says who may open it; a view that says nothing stays closed (I-38)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request

from portal.domain import clock
from portal.domain.permissions import NEEDS_YANDEX, OWN, Permission
from portal.usecases.denials import note_denial
from portal.web.denials import knock
from portal.web.session import Visitor, actor, me, visitor
from portal.web.step_ups import StepUp

View = TypeVar("View", bound=Callable[..., Any])
_TAG = "portal_access"
_FRESH = "portal_fresh"
_TYPED_ANEW = "portal_typed_anew"


class Public:
    """The tag of what anybody may open."""


class SignedIn:
    """The tag of what any signed-in person may open; the view shows only their own."""


Tag = Permission | type[Public] | type[SignedIn]


def _tag(tag: Tag) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _TAG, tag)
        return view

    return mark


def requires(permission: Permission) -> Callable[[View], View]:
    """Tag a view with the right that opens it."""
    return _tag(permission)


public = _tag(Public)
signed_in = _tag(SignedIn)


def fresh(view: View) -> View:
    """Mark a view that opens only to who has confirmed a few minutes ago who they are (I-43)."""
    setattr(view, _FRESH, True)
    return view


def fresh_password(view: View) -> View:
    """Mark a view that asks for the password anew whatever is switched on: before the second step.

    Binding an account at Yandex cannot ask for the account that is not bound yet.
    """
    setattr(view, _TYPED_ANEW, True)
    return view


def tag_of(endpoint: str) -> Tag | None:
    """Return the tag of an endpoint, None when it has none."""
    tag: Tag | None = getattr(current_app.view_functions.get(endpoint), _TAG, None)
    return tag


def is_fresh(endpoint: str) -> bool:
    """Tell whether the endpoint asks for a confirmation of a few minutes ago."""
    return _is_marked(endpoint, _FRESH)


def _is_marked(endpoint: str, mark: str) -> bool:
    return bool(getattr(current_app.view_functions.get(endpoint), mark, False))


def can(permission: Permission | str) -> bool:
    """Tell whether the visitor holds the right; links, buttons and handlers all ask here."""
    person = visitor()
    return person is not None and Permission(permission) in person.permissions


def sees(permission: Permission | str) -> bool:
    """Tell whether what a right shows may stand on a page of another right: held, and confirmed."""
    person, right = visitor(), Permission(permission)
    return person is not None and can(right) and not _waits_for_yandex(person, right)


def require_step(permission: Permission) -> None:
    """Ask for the second step where a page of another right shows what this right guards.

    Raises StepUp when the visitor has not confirmed who they are, or too long ago.
    """
    if _waits_for_yandex(me(), permission):
        raise StepUp(by_yandex=True)


def _waits_for_yandex(person: Visitor, tag: Tag | None) -> bool:
    portal = current_app.config["PORTAL"]
    if not portal.yandex_required or tag not in NEEDS_YANDEX:
        return False
    return _is_stale(person.yandex_at, timedelta(hours=portal.yandex_hours))


def _is_stale(confirmed_at: datetime | None, lasts: timedelta) -> bool:
    return confirmed_at is None or clock.now() - confirmed_at > lasts


def guard() -> None:
    """Let the request through or stop it: 401 for a stranger, 403 without the right, or a step up.

    Raises StepUp when the person must first confirm who they are.
    """
    if request.endpoint is None:
        return
    tag = Public if request.endpoint == "static" else tag_of(request.endpoint)
    if tag is Public:
        return
    person = visitor()
    if person is None:
        abort(401)
    if not _is_allowed(tag, person):
        note_denial(knock(), actor=actor(), now=clock.now())
        g.lacks = tag
        abort(403)
    _require_confirmation(tag, person)


def _is_allowed(tag: Tag | None, person: Visitor) -> bool:
    return opens(tag, person.permissions)


def opens(tag: Tag | None, permissions: frozenset[Permission]) -> bool:
    """Tell whether a signed-in person with these rights may open what has this tag."""
    if isinstance(tag, Permission):
        return tag in permissions
    return tag is SignedIn


def may_open(endpoint: str) -> bool:
    """Tell whether the visitor may open a door, so that nobody is shown a link to a refusal."""
    person = visitor()
    if person is None:
        return tag_of(endpoint) is Public
    return opens(tag_of(endpoint), person.permissions)


def works_here() -> bool:
    """Tell whether the visitor sees the portal: staff, and clients handed a right of staff."""
    person = visitor()
    return person is not None and (person.is_staff or bool(person.permissions - OWN))


def _require_confirmation(tag: Tag | None, person: Visitor) -> None:
    portal, endpoint = current_app.config["PORTAL"], request.endpoint or ""
    soon = timedelta(minutes=portal.confirmation_minutes)
    needs_fresh = is_fresh(endpoint)
    by_yandex = portal.yandex_required and needs_fresh
    if _waits_for_yandex(person, tag) or (by_yandex and _is_stale(person.yandex_at, soon)):
        raise StepUp(by_yandex=True)
    asks_password = (needs_fresh and not by_yandex) or _is_marked(endpoint, _TYPED_ANEW)
    if asks_password and _is_stale(person.password_at, soon):
        raise StepUp(by_yandex=False)


def require_tags(app: Flask) -> None:
    """Stop the start of an application that has a view without a tag."""
    with app.app_context():
        bare = [
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if rule.endpoint != "static" and tag_of(rule.endpoint) is None
        ]
    if bare:
        raise RuntimeError(f"views without an access tag: {', '.join(sorted(bare))}")
