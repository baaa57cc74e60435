"""Who is signed in: the visitor is read from the database at every request (I-42)."""

import re
from dataclasses import dataclass

from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.domain import clock
from portal.domain.actors import Actor
from portal.domain.permissions import Permission
from portal.store.db import db
from portal.store.users import User

_SESSION_ID = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
login_manager = LoginManager()
login_manager.session_protection = None


@dataclass(frozen=True, slots=True)
class Visitor(UserMixin):
    """The signed-in person as the web sees one: a copy, so that no view holds a table row."""

    id: int
    name: str
    email: str
    is_staff: bool
    time_zone: str
    permissions: frozenset[Permission]
    epoch: int

    def get_id(self) -> str:
        """Name the person in the session; a raised epoch ends the sessions that name an old one."""
        return f"{self.id}.{self.epoch}"


def visitor_of(user: User) -> Visitor:
    """Copy what the web needs of a person whose grants are loaded."""
    return Visitor(
        id=user.id,
        name=user.name,
        email=user.email,
        is_staff=user.is_staff,
        time_zone=user.time_zone,
        permissions=user.permissions(clock.now()),
        epoch=user.session_epoch,
    )


@login_manager.user_loader
def load(session_id: str) -> Visitor | None:
    """Read the person anew; None ends the session."""
    named = _SESSION_ID.fullmatch(session_id)
    if named is None:
        return None
    query = select(User).where(User.id == int(named[1])).options(joinedload(User.grants))
    user = db.session.scalars(query).unique().one_or_none()
    if user is None or not user.is_active or user.session_epoch != int(named[2]):
        return None
    return visitor_of(user)


def visitor() -> Visitor | None:
    """Return the signed-in person, or None."""
    person: Visitor | None = current_user._get_current_object()
    return person if isinstance(person, Visitor) else None


def me() -> Visitor:
    """Return the signed-in person of a view that the guard has let through."""
    person = visitor()
    if person is None:
        raise RuntimeError("the guard lets nobody in without signing in")
    return person


def actor() -> Actor:
    """Return the one whom the journal will name for this request."""
    person = visitor()
    return Actor(
        user_id=person.id if person else None,
        label=person.name if person else "гость",
        ip=request.remote_addr,
        request_id=g.request_id,
    )


def begin(person: Visitor) -> None:
    """Start a session for the person; nothing of the stranger's, their CSRF token too, goes on."""
    session.clear()
    login_user(person)


def end() -> None:
    """End the session of this browser."""
    logout_user()


def set_up(app: Flask) -> None:
    """Attach the sign-in machinery to the application."""
    login_manager.init_app(app)
