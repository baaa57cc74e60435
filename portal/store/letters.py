"""Letters that wait to be sent: a row first, a job and a mail server later (law 1)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.domain.actors import Actor
from portal.domain.letters import FIRST_WAIT, LetterChannel, LetterKind
from portal.store.db import Base, open_enum_type
from portal.store.users import User


class Letter(Base):
    """One letter to one person; secrets such as a one-time link are made when it is sent."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_next_try_at", "next_try_at"),
        Index("ix_letters_user", "user_id", "id"),
        Index("ix_letters_event_key", "event_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LetterKind] = mapped_column(open_enum_type(LetterKind))
    channel: Mapped[LetterChannel] = mapped_column(
        open_enum_type(LetterChannel), default=LetterChannel.MAIL
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: Names the event that it tells of, so that an event heard twice is told once.
    event_key: Mapped[str | None] = mapped_column(String(60))
    #: What the words need beside the person: numbers of rows, never secrets or contacts.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    #: None: sent, or given up.
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(300))

    user: Mapped[User] = relationship(lazy="raise_on_sql")


def write_letter(
    session: Session, kind: LetterKind, user_id: int, *, now: datetime, **facts: Any
) -> Letter:
    """Put a letter on its way in the transaction of what it tells about."""
    letter = Letter(kind=kind, user_id=user_id, facts=facts, created_at=now, next_try_at=now)
    session.add(letter)
    session.flush()
    return letter


def count_letters(session: Session, kind: LetterKind, user_id: int, since: datetime) -> int:
    """Count the letters of a kind that a person was written since a moment."""
    return (
        session.scalar(
            select(func.count()).where(
                Letter.kind == kind, Letter.user_id == user_id, Letter.created_at > since
            )
        )
        or 0
    )


def last_letter_about(
    session: Session,
    kind: LetterKind,
    user_id: int,
    row_id: int,
    channel: LetterChannel = LetterChannel.MAIL,
) -> Letter | None:
    """Find the newest letter of a kind that told a person of this row; a person gets few."""
    letters = session.scalars(
        select(Letter)
        .where(Letter.user_id == user_id, Letter.kind == kind, Letter.channel == channel)
        .order_by(Letter.id.desc())
        .limit(100)
    )
    return next((letter for letter in letters if letter.facts.get("row") == row_id), None)


def tell_client(
    session: Session,
    kind: LetterKind,
    client_id: int,
    row_id: int,
    *,
    now: datetime,
    **facts: Any,
) -> None:
    """Put a letter about what became of a row on its way, once; the row is locked by the caller.

    Nobody is written to who is disabled or has no e-mail.
    """
    key, client = _event_key(kind, row_id), session.get_one(User, client_id)
    is_told = session.scalar(select(Letter.id).where(Letter.event_key == key)) is not None
    if is_told or not client.is_active or not client.email:
        return
    letter = write_letter(session, kind, client_id, now=now, row=row_id, **facts)
    letter.event_key, letter.next_try_at = key, now + FIRST_WAIT.get(kind, timedelta())


def by_staff(actor: Actor, client_id: int) -> dict[str, int]:
    """Name who acted for a client, as a fact of a letter; nobody when they or the portal did."""
    is_another = actor.user_id is not None and actor.user_id != client_id
    return {"by": actor.user_id} if is_another and actor.user_id else {}


def withdraw_letter(session: Session, kind: LetterKind, row_id: int) -> None:
    """Keep back a letter that has not left yet: what it tells is over."""
    session.execute(
        update(Letter)
        .where(Letter.event_key == _event_key(kind, row_id), Letter.sent_at.is_(None))
        .values(next_try_at=None)
    )


def _event_key(kind: LetterKind, row_id: int) -> str:
    return f"{kind.value}:{row_id}"
