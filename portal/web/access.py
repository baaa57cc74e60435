"""Every view says who may open it; a view that says nothing stays closed (I-38)."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

from portal.domain.permissions import Permission
from portal.web.session import visitor

View = TypeVar("View", bound=Callable[..., Any])
_TAG = "portal_access"


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


def tag_of(endpoint: str) -> Tag | None:
    """Return the tag of an endpoint, None when it has none."""
    tag: Tag | None = getattr(current_app.view_functions.get(endpoint), _TAG, None)
    return tag


def can(permission: Permission | str) -> bool:
    """Tell whether the visitor holds the right; links, buttons and handlers all ask here."""
    person = visitor()
    return person is not None and Permission(permission) in person.permissions


def guard() -> None:
    """Let the request through or stop it: 401 for a stranger, 403 without the right."""
    if request.endpoint is None:
        return
    tag = Public if request.endpoint == "static" else tag_of(request.endpoint)
    if tag is Public:
        return
    person = visitor()
    if person is None:
        abort(401)
    if tag is SignedIn or (tag is Staff and person.is_staff):
        return
    if not isinstance(tag, Permission) or tag not in person.permissions:
        abort(403)


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
