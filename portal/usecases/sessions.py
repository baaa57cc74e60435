"""Sessions begin, are renewed and end; each has a new token whenever its powers grow."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update

from portal.domain.actors import Actor
from portal.domain.errors import NotFound, WrongPassword
from portal.store.audit import note
from portal.store.db import locked, transaction
from portal.store.sessions import UserSession, end_all, hash_of
from portal.store.users import User

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session lives, as far as it tells us."""

    ip: str | None
    user_agent: str | None


def begin_session(
    person: User, browser: Browser, *, now: datetime, lasts: timedelta, replaces: str = ""
) -> str:
    """Begin a session for a person whose password has just matched; return its secret token.

    ``person`` is as they were when it was compared. ``replaces`` is the token that the browser had
    until now, whoever it belonged to: its session ends. Raises WrongPassword when the password was
    changed or the person disabled since then: that has ended every session of theirs (I-42).
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        user = locked(session, User, person.id)
        if not user.is_active or user.password_hash != person.password_hash:
            raise WrongPassword
        old = update(UserSession).where(UserSession.token_hash == hash_of(replaces))
        session.execute(old.where(UserSession.ended_at.is_(None)).values(ended_at=now))
        session.add(
            UserSession(
                user_id=user.id,
                token_hash=hash_of(token),
                ip=browser.ip,
                user_agent=browser.user_agent,
                created_at=now,
                seen_at=now,
                expires_at=now + lasts,
                password_at=now,
            )
        )
    return token


def see_session(session_id: int, *, now: datetime) -> None:
    """Remember that the session is in use."""
    with transaction() as session:
        session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def renew_session(session_id: int, *, now: datetime, by_yandex: bool) -> str:
    """Give a session a new token after a step up: by the password, or by the second step.

    Returns the new token; the old one opens nothing from now on. Raises NotFound.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        row = locked(session, UserSession, session_id)
        if row.ended_at is not None:
            raise NotFound(what="UserSession", id=session_id)
        row.token_hash = hash_of(token)
        row.seen_at = now
        if by_yandex:
            row.yandex_at = now
        else:
            row.password_at = now
    return token


def end_session(session_id: int, *, actor: Actor, owner_id: int, now: datetime) -> None:
    """End one session of a person; raise NotFound when it is not theirs."""
    with transaction() as session:
        row = locked(session, UserSession, session_id)
        if row.user_id != owner_id:
            raise NotFound(what="UserSession", id=session_id)
        if row.ended_at is None:
            row.ended_at = now
            note(session, actor, "session.end", row, now=now, user=owner_id)


def end_sessions(user_id: int, *, actor: Actor, now: datetime, except_id: int | None = None) -> int:
    """End every session of a person but ``except_id``; return how many were ended."""
    with transaction() as session:
        user = locked(session, User, user_id)
        ended = end_all(session, user_id, now, except_id=except_id)
        note(session, actor, "session.end_all", user, now=now, ended=ended)
        return ended


def forget_sessions(*, now: datetime, kept: timedelta) -> None:
    """Remove sessions that ended, or would have ended, longer ago than ``kept``."""
    with transaction() as session:
        session.execute(delete(UserSession).where(UserSession.expires_at < now - kept))


def keep_draft(session_id: int, path: str, fields: dict[str, Any]) -> None:
    """Keep what was typed into the form at ``path`` until the second step is done."""
    with transaction() as session:
        locked(session, UserSession, session_id).draft = {"path": path, "fields": fields}


def take_draft(session_id: int, path: str) -> dict[str, Any] | None:
    """Return what was typed into the form at ``path`` and forget it; None when there is nothing."""
    with transaction() as session:
        row = locked(session, UserSession, session_id)
        if row.draft is None or row.draft["path"] != path:
            return None
        fields: dict[str, Any] = row.draft["fields"]
        row.draft = None
        return fields
