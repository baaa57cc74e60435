"""What banks sent: kept as it came, before anybody believes it (law 2)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.db import Base


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    RECEIVED = "received"
    APPLIED = "applied"
    FOREIGN = "foreign"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


class Delivery(Base):
    """One genuine webhook; a repeat is a new row, because equal tokens may be different events."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_status_next_try_at", "status", "next_try_at"),
        Index("ix_deliveries_operation", "account", "operation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime]
    remote_addr: Mapped[str] = mapped_column(String(45))
    body: Mapped[str] = mapped_column(Text)
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    operation_id: Mapped[str | None] = mapped_column(String(64))
    reference: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[DeliveryStatus]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    payment_id: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(600))
    finished_at: Mapped[datetime | None]
