"""A person chooses a new password: by the old one, or by a one-time link from a letter."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from zxcvbn import zxcvbn

from portal.domain.actors import Actor
from portal.domain.errors import Refusal
from portal.domain.letters import LetterKind
from portal.store.attempts import SignInLimit, network_of, reserve_attempt
from portal.store.audit import note
from portal.store.db import locked, transaction
from portal.store.letters import count_letters, write_letter
from portal.store.password_requests import PasswordRequest
from portal.store.sessions import end_all
from portal.store.users import User, hasher

MIN_CHARACTERS, MAX_CHARACTERS = 12, 128
#: zxcvbn's score from 0 to 4; 2 means more than a million guesses.
MIN_SCORE = 2
#: zxcvbn looks at the beginning only: its time grows with the square of the length.
LOOKED_AT_CHARACTERS = 72
OUR_WORDS = ("ponimayu", "понимаю", "payments", "portal")
LETTERS_AN_HOUR = 3


class WeakPassword(Refusal):
    """The new password is too short, too long or easy to guess; ``why`` says which."""

    code = "weak_password"


class LinkUsed(Refusal):
    """The one-time link was used, or the password has changed since it was made."""

    code = "link_used"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a one-time link proves: whose it is, and which password it replaces."""

    user_id: int
    fingerprint: str


def check_strength(password: str, *about: str) -> None:
    """Raise WeakPassword for what is short, long or easy to guess. ``about``: the person."""
    if len(password) < MIN_CHARACTERS:
        raise WeakPassword(why="short")
    if len(password) > MAX_CHARACTERS:
        raise WeakPassword(why="long")
    words = [*OUR_WORDS, *about, *(word for text in about for word in re.split(r"\W+", text))]
    if zxcvbn(password[:LOOKED_AT_CHARACTERS], user_inputs=words)["score"] < MIN_SCORE:
        raise WeakPassword(why="guessable")


def ask_for_link(email: str, *, actor: Actor, now: datetime, limit: SignInLimit) -> int:
    """Write down that somebody wants a link to this address, and return the request's number.

    Nobody is looked up here: the same is done for every address, in the same time (ASVS 6.3.8).
    Raises TooManyAttempts when so many were asked for from here, whatever addresses they named.
    """
    here = f"link:{network_of(actor.ip)}"[:45]  # signing in is counted apart
    with transaction() as session:
        reserve_attempt(session, here, here, now, limit)
        request = PasswordRequest(
            email=email.strip().lower()[:254],
            user_id=actor.user_id,
            label=actor.label,
            ip=actor.ip,
            user_agent=actor.user_agent,
            request_id=actor.request_id,
            created_at=now,
        )
        session.add(request)
        session.flush()
        return request.id


def answer_request(request_id: int, *, now: datetime) -> int | None:
    """Write a letter with a one-time link to who has the address of a request; return its number.

    The request is over then. None when it was over already, when nobody active has the address, or
    was written three times within the hour.
    """
    with transaction() as session:
        taken = delete(PasswordRequest).where(PasswordRequest.id == request_id)
        request = session.scalars(taken.returning(PasswordRequest)).one_or_none()
        if request is None:
            return None
        query = select(User).where(User.email == request.email, User.is_active)
        user = session.scalars(query).one_or_none()
        if user is None:
            return None
        hour_ago = now - timedelta(hours=1)
        if count_letters(session, LetterKind.ACCESS_LINK, user.id, hour_ago) >= LETTERS_AN_HOUR:
            return None
        note(session, _asker(request), "password.link", user, now=now)
        return write_letter(session, LetterKind.ACCESS_LINK, user.id, now=now).id


def _asker(request: PasswordRequest) -> Actor:
    return Actor(
        request.user_id,
        request.label,
        ip=request.ip,
        request_id=request.request_id,
        user_agent=request.user_agent,
    )


def note_link(user_id: int, *, actor: Actor, now: datetime) -> Ticket:
    """Note in the journal that a one-time link is handed over by other means than a letter."""
    with transaction() as session:
        user = locked(session, User, user_id)
        note(session, actor, "password.link", user, now=now)
        return ticket_for(user)


def ticket_for(user: User) -> Ticket:
    """Return what a link for this person must prove: it dies with the password that it replaces."""
    stored = user.password_hash or f"none:{user.id}"
    return Ticket(user.id, hashlib.sha256(stored.encode()).hexdigest()[:32])


def redeem_ticket(ticket: Ticket, password: str, *, actor: Actor, now: datetime) -> int:
    """Set the password of the person of a one-time link; every session of theirs ends.

    Returns the number of the letter that tells them. Raises LinkUsed, WeakPassword.
    """
    with transaction() as session:
        user = locked(session, User, ticket.user_id)
        if not user.is_active or ticket_for(user) != ticket:
            raise LinkUsed
        check_strength(password, user.name, user.email)
        user.password_hash = hasher.hash(password)
        end_all(session, user.id, now)
        note(session, actor, "password.reset", user, now=now)
        return write_letter(session, LetterKind.ACCESS_CHANGED, user.id, now=now).id


def change_password(
    user_id: int, password: str, *, keep_session: int, actor: Actor, now: datetime
) -> int:
    """Set a new password for a person who has just typed the old one; their other sessions end.

    Returns the number of the letter that tells them. Raises WeakPassword.
    """
    with transaction() as session:
        user = locked(session, User, user_id)
        check_strength(password, user.name, user.email)
        user.password_hash = hasher.hash(password)
        end_all(session, user.id, now, except_id=keep_session)
        note(session, actor, "password.change", user, now=now)
        return write_letter(session, LetterKind.ACCESS_CHANGED, user.id, now=now).id
