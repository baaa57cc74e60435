"""Sessions of signed-in people: kept in the database, so that any of them can be ended (I-42)."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.permissions import OWN
from portal.store.db import Base
from portal.store.users import User, with_rights


class UserSession(Base):
    """One browser in which a person has signed in; the cookie's token is kept only as a hash."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_user", "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    #: The absolute end, whatever the person does.
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: When the password was typed last; changes of access need it fresh.
    password_at: Mapped[datetime]
    #: When Yandex, or the one-time code in its place, last confirmed who this is (E4).
    yandex_at: Mapped[datetime | None]
    #: What was typed into a form that the second step interrupted: its address and its fields.
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    def is_alive(self, user: User, now: datetime, idle: timedelta) -> bool:
        """Tell whether the session opens doors.

        ``idle`` is how long who works here may be away: staff, and clients handed rights of staff.
        """
        if self.ended_at is not None or now >= self.expires_at or not user.is_active:
            return False
        works_here = user.is_staff or user.permissions(now) - OWN
        return not works_here or now < self.seen_at + idle


def hash_of(token: str) -> str:
    """Return what the database keeps of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_session(session: Session, token: str) -> tuple[UserSession, User] | None:
    """Return the session of this token and its person with what they hold, or None."""
    query = (
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.token_hash == hash_of(token))
        .options(*with_rights())
    )
    row = session.execute(query).unique().one_or_none()
    return None if row is None else (row[0], row[1])


def end_all(session: Session, user_id: int, now: datetime, *, except_id: int | None = None) -> int:
    """End every session of a person but ``except_id``; return how many were ended."""
    rows = session.scalars(
        select(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    )
    ended = [row for row in rows if row.id != except_id]
    for row in ended:
        row.ended_at = now
    return len(ended)


def list_sessions(session: Session, user_id: int, now: datetime) -> list[UserSession]:
    """Return the person's sessions that have not ended, the last seen first."""
    return list(
        session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.ended_at.is_(None),
                UserSession.expires_at > now,
            )
            .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        )
    )
