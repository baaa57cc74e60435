"""People come into the portal: made by staff or the seed, let in by a password (E4)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.errors import EmailTaken, WrongPassword
from portal.domain.search import search_text
from portal.store.attempts import SignInAttempt, SignInLimit, network_of, reserve_attempt
from portal.store.audit import note, note_denied
from portal.store.db import locked, transaction
from portal.store.users import User, hasher, with_rights


@dataclass(frozen=True, slots=True)
class NewUser:
    """What a person is made of; ``password`` None means that they cannot sign in yet."""

    email: str
    name: str
    role: str
    phone: str | None = None
    password: str | None = None


def create_user(new: NewUser, *, actor: Actor, now: datetime) -> int:
    """Make a person and return their number; raise EmailTaken."""
    email = new.email.strip().lower()
    with transaction() as session:
        if session.scalar(select(User.id).where(User.email == email)) is not None:
            raise EmailTaken(email=email)
        user = User(
            email=email,
            name=new.name,
            phone=new.phone,
            role=str(new.role),
            password_hash=hasher.hash(new.password) if new.password else None,
            created_at=now,
            search_text=search_text(new.name, email, new.phone),
        )
        session.add(user)
        session.flush()
        note(session, actor, "user.create", user, now=now, after={"role": str(new.role)})
        return user.id


def authenticate(
    email: str, password: str, *, actor: Actor, now: datetime, limit: SignInLimit
) -> User:
    """Return the person whose e-mail and password these are, with their rights.

    Raises WrongPassword (never saying which of the two), TooManyAttempts with ``until`` when the
    e-mail or the address has failed too often; failures live in the database (I-49). Every try is
    in the journal.
    """
    email = email.strip().lower()[:254]
    tried = _Try(email, password, False, email, network_of(actor.ip))
    return _verified(tried, actor=actor, now=now, limit=limit)


@dataclass(frozen=True, slots=True)
class _Try:
    """Whose password was typed, whether they are in already, and as whose and whence it counts."""

    email: str
    password: str = field(repr=False)
    is_step_up: bool
    who: str
    where: str


def _verified(tried: _Try, *, actor: Actor, now: datetime, limit: SignInLimit) -> User:
    with transaction() as session:
        attempt = reserve_attempt(session, tried.who, tried.where, now, limit)
        query = select(User).where(User.email == tried.email).options(*with_rights())
        user = session.scalars(query).unique().one_or_none()
    is_right = _matches(user.password_hash if user else None, tried.password)
    if user is None or not is_right or not user.is_active:
        with transaction() as session:
            if tried.is_step_up:
                note_denied(session, actor, "password.confirm", user or "users", now=now)
            else:
                note_denied(session, actor, "user.sign_in", user or "users", now=now)
        raise WrongPassword
    with transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt))
        person = replace(actor, user_id=user.id, label=user.name)
        if tried.is_step_up:
            note(session, person, "password.confirm", user, now=now)
        else:
            note(session, person, "user.sign_in", user, now=now)
        _refresh_hash(session, user, tried.password)
    return user


def _refresh_hash(session: Session, user: User, password: str) -> None:
    """Hash anew what was hashed with weaker parameters, unless it was changed meanwhile."""
    if user.password_hash is None or not hasher.check_needs_rehash(user.password_hash):
        return
    row = locked(session, User, user.id)
    if row.password_hash == user.password_hash:
        user.password_hash = row.password_hash = hasher.hash(password)


def check_password(
    user_id: int, password: str, *, actor: Actor, now: datetime, limit: SignInLimit
) -> None:
    """Let a signed-in person confirm who they are; raise as ``authenticate`` does."""
    with transaction() as session:
        email = locked(session, User, user_id).email
    counted_as = f"user:{user_id}"  # strangers' tries at the same e-mail or address lock nobody out
    tried = _Try(email, password, True, counted_as, counted_as)
    _verified(tried, actor=actor, now=now, limit=limit)


def _matches(stored: str | None, password: str) -> bool:
    try:
        hasher.verify(stored or _nobody(), password[:1024])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobody() -> str:
    """Return what is compared when nobody has this e-mail, so that nobody measures who exists."""
    return hasher.hash("nobody has this password")


def forget_attempts(*, now: datetime, window: timedelta) -> None:
    """Remove the failures that the window has left behind; whom the journal names stays there."""
    with transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - window))
