"""The second step on its way: questions to Yandex that wait for an answer, and one-time codes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.store.db import Base, enum_type
from portal.store.sessions import UserSession


class FlowPurpose(StrEnum):
    """What a person was sent to Yandex for."""

    CONFIRM = "confirm"
    LINK = "link"


class YandexFlow(Base):
    """One question to Yandex: answered once, soon, to the session and person that asked."""

    __tablename__ = "yandex_flows"

    id: Mapped[int] = mapped_column(primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    verifier: Mapped[str] = mapped_column(String(128))
    purpose: Mapped[FlowPurpose] = mapped_column(enum_type(FlowPurpose, "flow_purpose"))
    next_path: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class YandexCode(Base):
    """A one-time code for the hour when Yandex is down; only its hash is kept."""

    __tablename__ = "yandex_codes"
    __table_args__ = (Index("ix_yandex_codes_user", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    #: When it was taken, or a newer one took its place.
    used_at: Mapped[datetime | None]


def open_code(session: Session, user_id: int) -> YandexCode | None:
    """Return the person's code that is neither used nor replaced, or None."""
    return session.scalars(
        select(YandexCode)
        .where(YandexCode.user_id == user_id, YandexCode.used_at.is_(None))
        .order_by(YandexCode.id.desc())
        .limit(1)
    ).first()


def void_codes(session: Session, user_id: int, now: datetime) -> None:
    """Let no code of the person open anything from now on."""
    session.execute(
        update(YandexCode)
        .where(YandexCode.user_id == user_id, YandexCode.used_at.is_(None))
        .values(used_at=now)
    )


def void_links(session: Session, user_id: int, now: datetime) -> None:
    """Let no question of the person that is under way bind an account from now on."""
    session.execute(
        update(YandexFlow)
        .where(
            YandexFlow.user_id == user_id,
            YandexFlow.purpose == FlowPurpose.LINK,
            YandexFlow.used_at.is_(None),
        )
        .values(used_at=now)
    )


def void_confirmations(session: Session, user_id: int) -> None:
    """Let every session of the person ask for the second step anew."""
    session.execute(
        update(UserSession).where(UserSession.user_id == user_id).values(yandex_at=None)
    )


def remove_before(session: Session, moment: datetime) -> None:
    """Remove the questions and the codes that are older than a moment."""
    for table in (YandexFlow, YandexCode):
        session.execute(delete(table).where(table.created_at < moment))
