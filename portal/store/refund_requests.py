"""What clients ask back: a queue for staff, one open request for a payment at most."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.actors import Actor
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.refund_requests import COMMENT_MAX_CHARACTERS, AskFacts, RequestStatus
from portal.store.db import Base
from portal.store.payment_rows import PaymentRow
from portal.store.payments import Payment

_OPEN = text("status = 'open'")


class RefundRequest(Base):
    """One wish of a client to have the money of a payment back, and what came of it."""

    __tablename__ = "refund_requests"
    __table_args__ = (
        Index(
            "one_open_request_per_payment",
            "payment_id",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_refund_requests_payment", "payment_id", "id"),
        Index("ix_refund_requests_client", "client_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    comment: Mapped[str] = mapped_column(String(COMMENT_MAX_CHARACTERS), default="")
    status: Mapped[RequestStatus]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: Why it was declined, for the client to read.
    answer: Mapped[str | None] = mapped_column(String(COMMENT_MAX_CHARACTERS))


def last_request(session: Session, payment_id: int) -> RefundRequest | None:
    """Find the newest request about a payment."""
    found = select(RefundRequest).where(RefundRequest.payment_id == payment_id)
    return session.scalars(found.order_by(RefundRequest.id.desc()).limit(1)).first()


def last_requests_of_client(session: Session, client_id: int) -> dict[int, RefundRequest]:
    """Load the newest request about each of a client's payments, by the payment's number."""
    found = select(RefundRequest).where(RefundRequest.client_id == client_id)
    return {one.payment_id: one for one in session.scalars(found.order_by(RefundRequest.id))}


def open_requests(session: Session, payments: Iterable[int]) -> dict[int, RefundRequest]:
    """Load the open requests about some payments, by the payment's number."""
    found = select(RefundRequest).where(
        RefundRequest.payment_id.in_(list(payments)), RefundRequest.status == RequestStatus.OPEN
    )
    return {one.payment_id: one for one in session.scalars(found)}


def ask_facts(row: PaymentRow, last: RefundRequest | None) -> AskFacts:
    """Put a payment and the newest request about it into the shape that the rules judge."""
    return AskFacts(
        is_paid=row.status is PaymentStatus.PAID,
        is_free=row.is_free and row.remaining > row.booked + row.spent,
        remaining=row.remaining,
        available=Money(row.available_minor, row.currency),
        has_open_refund=row.open_refund is not None,
        last_status=last.status if last else None,
        last_asked_at=last.asked_at if last else None,
    )


def is_asked_back() -> ColumnElement[bool]:
    """Say in SQL: its client asks for it and nobody has answered."""
    found = select(RefundRequest.payment_id).where(RefundRequest.status == RequestStatus.OPEN)
    return Payment.id.in_(found)


def count_open_requests(session: Session) -> int:
    """Count what waits for an answer."""
    found = select(func.count()).where(RefundRequest.status == RequestStatus.OPEN)
    return session.scalar(found) or 0


def grant_request(session: Session, payment_id: int, *, actor: Actor, now: datetime) -> None:
    """Answer the open request about a locked payment: its refund has been asked for."""
    for request in open_requests(session, [payment_id]).values():
        request.status = RequestStatus.GRANTED
        request.answered_at, request.answered_by_id = now, actor.user_id
