"""Who is signed in: session and person are read from the database at every request (I-42)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask, abort, current_app, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from portal.domain import clock
from portal.domain.actors import Actor
from portal.domain.errors import NotFound
from portal.domain.permissions import Permission
from portal.store.db import db
from portal.store.sessions import UserSession, find_session
from portal.store.users import User
from portal.usecases.sessions import Browser, begin_session, renew_session, see_session

login_manager = LoginManager()
login_manager.session_protection = None
#: How often a session in use is marked as seen: not at every request, a write is not free.
SEEN_EVERY = timedelta(minutes=1)
USER_AGENT_CHARACTERS = 300
#: Where Flask-Login keeps ``get_id`` in the cookie.
_VISITOR = "_user_id"


@dataclass(frozen=True, slots=True)
class Visitor(UserMixin):
    """The signed-in person as the web sees one: a copy, so that no view holds a table row."""

    id: int
    name: str
    email: str
    role: str
    is_staff: bool
    time_zone: str
    permissions: frozenset[Permission]
    session_id: int
    password_at: datetime
    yandex_at: datetime | None
    yandex_login: str | None
    token: str = field(repr=False)

    def get_id(self) -> str:
        """Name the session in the cookie by its secret token."""
        return self.token


def _visitor_of(row: UserSession, user: User, token: str, now: datetime) -> Visitor:
    return Visitor(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        is_staff=user.is_staff,
        time_zone=user.time_zone,
        permissions=user.permissions(now),
        session_id=row.id,
        password_at=row.password_at,
        yandex_at=row.yandex_at,
        yandex_login=user.yandex_login,
        token=token,
    )


@login_manager.user_loader
def load(token: str) -> Visitor | None:
    """Read the session and its person anew; None ends the session in this browser."""
    now = clock.now()
    found = find_session(db.session(), token)
    if found is None:
        return None
    row, user = found
    idle = timedelta(minutes=current_app.config["PORTAL"].session_idle_minutes)
    if not row.is_alive(user, now, idle):
        return None
    person = _visitor_of(row, user, token, now)
    if now - row.seen_at > SEEN_EVERY:
        see_session(row.id, now=now)
    return person


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
        user_agent=_user_agent(),
    )


def _user_agent() -> str:
    return request.user_agent.string[:USER_AGENT_CHARACTERS]


def begin(user: User) -> Visitor:
    """Start a session for a person whose password has matched; nothing of the old one is kept.

    Raises WrongPassword when it was changed since then.
    """
    lasts = timedelta(hours=current_app.config["PORTAL"].session_hours)
    browser, old = Browser(request.remote_addr, _user_agent()), str(cookie.get(_VISITOR, ""))
    return _enter(begin_session(user, browser, now=clock.now(), lasts=lasts, replaces=old))


def step_up(*, by_yandex: bool) -> Visitor:
    """Give this browser's session a new token after the person has confirmed who they are.

    Whose session has ended meanwhile is a stranger, as at every other door.
    """
    try:
        token = renew_session(me().session_id, now=clock.now(), by_yandex=by_yandex)
    except NotFound:
        abort(401)
    return _enter(token)


def _enter(token: str) -> Visitor:
    """Put the token into the cookie; 401 for who was disabled since the session has begun."""
    person = load(token)
    if person is None:
        abort(401)
    cookie.clear()
    login_user(person)
    entered: Visitor = person
    return entered


def end() -> None:
    """Forget the session in this browser."""
    logout_user()
    cookie.clear()


def set_up(app: Flask) -> None:
    """Attach the sign-in machinery to the application."""
    login_manager.init_app(app)
