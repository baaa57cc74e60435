"""The journal: who did what to what, written in the same transaction as the change (I-45)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.actors import Actor
from portal.store.db import Base


class AuditEntry(Base):
    """One action; rows are only ever added."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_object", "object_type", "object_id", "id"),
        Index("ix_audit_entries_actor", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_label: Mapped[str] = mapped_column(String(200))
    ip: Mapped[str | None] = mapped_column(String(45))
    request_id: Mapped[str | None] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(30))
    object_id: Mapped[int | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(1000))


def note(
    session: Session, actor: Actor, action: str, about: Base, *, now: datetime, **changes: Any
) -> None:
    """Write into the journal what ``actor`` did; ``changes`` are values that JSON knows.

    ``reason`` among the changes becomes the entry's reason.
    """
    reason = changes.pop("reason", None)
    session.add(
        AuditEntry(
            at=now,
            actor_id=actor.user_id,
            actor_label=actor.label,
            ip=actor.ip,
            request_id=actor.request_id,
            action=action,
            object_type=about.__tablename__,
            object_id=getattr(about, "id", None),
            changes=changes,
            reason=reason,
        )
    )
