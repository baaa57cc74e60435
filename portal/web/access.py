"""Every view says who may open it; a view that says nothing stays closed (I-38)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

from portal.domain import clock
from portal.domain.permissions import NEEDS_YANDEX, Permission
from portal.usecases.denials import note_denial
from portal.web.denials import knock
from portal.web.session import Visitor, actor, visitor
from portal.web.step_ups import StepUp

View = TypeVar("View", bound=Callable[..., Any])
_TAG = "portal_access"
_FRESH = "portal_fresh"


class Public:
    """The tag of what anybody may open."""


class SignedIn:
    """The tag of what any signed-in person may open; the view shows only their own."""


class Staff:
    """The tag of what anybody who works here may open."""


Tag = Permission | type[Public] | type[SignedIn] | type[Staff]


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
staff = _tag(Staff)


def fresh(view: View) -> View:
    """Mark a view that opens only to who has confirmed a few minutes ago who they are (I-43)."""
    setattr(view, _FRESH, True)
    return view


def tag_of(endpoint: str) -> Tag | None:
    """Return the tag of an endpoint, None when it has none."""
    tag: Tag | None = getattr(current_app.view_functions.get(endpoint), _TAG, None)
    return tag


def is_fresh(endpoint: str) -> bool:
    """Tell whether the endpoint asks for a confirmation of a few minutes ago."""
    return bool(getattr(current_app.view_functions.get(endpoint), _FRESH, False))


def can(permission: Permission | str) -> bool:
    """Tell whether the visitor holds the right; links, buttons and handlers all ask here."""
    person = visitor()
    return person is not None and Permission(permission) in person.permissions


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
        abort(403)
    _require_confirmation(tag, person)


def _is_allowed(tag: Tag | None, person: Visitor) -> bool:
    if isinstance(tag, Permission):
        return tag in person.permissions
    return tag is SignedIn or (tag is Staff and person.is_staff)


def _require_confirmation(tag: Tag | None, person: Visitor) -> None:
    portal = current_app.config["PORTAL"]
    soon = timedelta(minutes=portal.confirmation_minutes)
    by_yandex = portal.yandex_required and (tag in NEEDS_YANDEX or is_fresh(request.endpoint or ""))
    if by_yandex:
        lasts = soon if is_fresh(request.endpoint or "") else timedelta(hours=portal.yandex_hours)
        if person.yandex_at is None or clock.now() - person.yandex_at > lasts:
            raise StepUp(by_yandex=True)
    elif is_fresh(request.endpoint or "") and clock.now() - person.password_at > soon:
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
