"""The lines of the bank that were booked: each once, for one payment or one refund."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.ports import BankLine, LineKind
from portal.store.db import Base
from portal.store.payments import Payment


class BankOrder(Base):
    """One line of the bank, booked once: ``(account, operation, line)`` is the key (I-07, I-18)."""

    __tablename__ = "bank_orders"
    __table_args__ = (UniqueConstraint("account", "operation_id", "line_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    operation_id: Mapped[str] = mapped_column(String(64))
    line_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[LineKind]
    amount_minor: Mapped[int]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    #: The refund that claimed the line; unique, so that a line proves one refund.
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"), unique=True)
    booked_at: Mapped[datetime]


def claimed_lines(session: Session, payment: Payment) -> set[str]:
    """Return the refund lines of this operation that a refund has claimed already."""
    return _booked_lines(session, payment, LineKind.REFUND)


def claimed_captures(session: Session, payment: Payment) -> set[str]:
    """Return the capture lines of this operation that a payment has booked already."""
    return _booked_lines(session, payment, LineKind.CAPTURE)


def _booked_lines(session: Session, payment: Payment, kind: LineKind) -> set[str]:
    rows = session.scalars(
        select(BankOrder.line_id).where(
            BankOrder.account == payment.account,
            BankOrder.operation_id == payment.bank_operation,
            BankOrder.kind == kind,
        )
    )
    return set(rows)


def order_of_line(
    payment: Payment, line: BankLine, *, now: datetime, refund_id: int | None = None
) -> BankOrder:
    """Write a line of the bank down as booked for a payment, and for the refund that it proves."""
    if payment.bank_operation is None:
        raise RuntimeError("lines belong to an operation")
    return BankOrder(
        account=payment.account,
        operation_id=payment.bank_operation,
        line_id=line.line_id,
        kind=line.kind,
        amount_minor=line.amount.minor,
        payment_id=payment.id,
        refund_id=refund_id,
        booked_at=now,
    )
