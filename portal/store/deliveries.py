"""What banks sent: kept as it came, before anybody believes it (law 2)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.errors import NotFound
from portal.domain.ports import BindingOutcome
from portal.store.db import Base, open_enum_type
from portal.store.lists import Matching, Page, PageRequest, Sort, fetch


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
        Index("ix_deliveries_status_id", "status", "id"),
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
    #: What an event about a binding hints; None for an event about a payment.
    outcome: Mapped[BindingOutcome | None] = mapped_column(open_enum_type(BindingOutcome))
    status: Mapped[DeliveryStatus]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    payment_id: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(600))
    finished_at: Mapped[datetime | None]


def finish_parked(session: Session, payment_id: int, *, now: datetime) -> None:
    """Apply what was parked while the bank was silent: its payment has been read since (I-21)."""
    session.execute(
        update(Delivery)
        .where(Delivery.status == DeliveryStatus.FAILED, Delivery.payment_id == payment_id)
        .values(status=DeliveryStatus.APPLIED, error=None, finished_at=now)
    )


SORT = Sort("-id", Delivery.id, Delivery.id, falls=True)


def list_deliveries(
    session: Session, status: DeliveryStatus | None, query: str, wanted: PageRequest
) -> Page[Delivery]:
    """Return one page of deliveries; ``query`` is an operation id or our reference, whole."""
    rows = select(Delivery.id)
    if status is not None:
        rows = rows.where(Delivery.status == status)
    if query:
        rows = rows.where(or_(Delivery.operation_id == query, Delivery.reference == query))
    found = fetch(session, select(Delivery), Matching([rows], [rows], SORT.place), SORT, wanted)
    return Page([row[0] for row in found.items], found.next, found.previous, found.total)


def delivery_card(session: Session, delivery_id: int) -> Delivery:
    """Load one delivery; raise NotFound."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound(what="Delivery", id=delivery_id)
    return delivery
