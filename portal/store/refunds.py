"""Refunds as they are stored, and the facts that the rules judge."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.domain import ledger
from portal.domain.money import Currency, Money
from portal.domain.refunds import (
    OPEN_STATUSES,
    AccountMode,
    RefundFacts,
    RefundReason,
    RefundRights,
    RefundStatus,
)
from portal.store.db import Base
from portal.store.ledger import balance
from portal.store.payments import Payment
from portal.store.users import User

_OPEN = text("status IN ('requested', 'submitted', 'unknown')")


class Refund(Base):
    """One wish to return money; its row exists before the bank hears of it (I-13)."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(
            "one_open_refund_per_payment",
            "payment_id",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_refunds_payment", "payment_id"),
        Index("ix_refunds_status_next_step_at", "status", "next_step_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    #: Born with the form: a double click is one refund (I-36).
    intent_key: Mapped[str] = mapped_column(String(36), unique=True)
    amount_minor: Mapped[int]
    currency: Mapped[Currency]
    reason: Mapped[RefundReason]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    status: Mapped[RefundStatus]
    #: The ledger account that paid, so that a failure returns the sum to where it came from.
    source: Mapped[str] = mapped_column(String(60))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    #: When the job should look next: to send, or to read.
    next_step_at: Mapped[datetime | None]
    #: Set and committed before the only call; whoever finds it set reads and never sends.
    sent_at: Mapped[datetime | None]
    send_attempts: Mapped[int] = mapped_column(default=0)
    #: The bank's refund lines as they were just before sending.
    baseline: Mapped[list[str]] = mapped_column(JSON, default=list)
    answered_at: Mapped[datetime | None]
    reads: Mapped[int] = mapped_column(default=0)
    #: What the last reading showed and nobody could decide: lines for a person to look at.
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    failure: Mapped[str | None] = mapped_column(String(600))
    finished_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolution: Mapped[str | None] = mapped_column(String(1000))
    #: Raised by every change, so that a poll can answer "nothing new".
    version: Mapped[int] = mapped_column(default=1)

    payment: Mapped[Payment] = relationship(lazy="raise_on_sql")
    requested_by: Mapped[User | None] = relationship(
        foreign_keys=requested_by_id, lazy="raise_on_sql"
    )
    resolved_by: Mapped[User | None] = relationship(
        foreign_keys=resolved_by_id, lazy="raise_on_sql"
    )

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether the end is not known yet."""
        return self.status in OPEN_STATUSES


def find_open_refund(session: Session, payment_id: int) -> Refund | None:
    """Find the one refund of the payment that has not ended."""
    return session.scalars(
        select(Refund).where(Refund.payment_id == payment_id, Refund.status.in_(OPEN_STATUSES))
    ).first()


def find_refund_by_intent(session: Session, intent_key: str) -> Refund | None:
    """Find the refund that this form has already made."""
    return session.scalars(select(Refund).where(Refund.intent_key == intent_key)).first()


def refund_facts(
    session: Session, payment: Payment, *, now: datetime, rights: RefundRights, mode: AccountMode
) -> RefundFacts:
    """Gather what the rules need about a payment whose consultation is loaded."""
    open_refund = find_open_refund(session, payment.id)
    free = balance(session, ledger.available(payment.user_id), payment.currency)
    return facts_of(
        payment,
        now=now,
        rights=rights,
        mode=mode,
        available=free,
        open_refund=None if open_refund is None else open_refund.status,
    )


def facts_of(  # noqa: PLR0913 - the facts are what they are; the names keep them apart
    payment: Payment,
    *,
    now: datetime,
    rights: RefundRights,
    mode: AccountMode,
    available: Money,
    open_refund: RefundStatus | None,
) -> RefundFacts:
    """Put loaded values into the shape that the rules judge; list rows use this without a query."""
    return RefundFacts(
        payment_status=payment.status,
        consultation=payment.consultation.status_at(now),
        funds_consultation=not payment.is_surplus,
        captured=payment.captured,
        succeeded=payment.refunded,
        under_way=payment.under_way,
        external=payment.external,
        available=available,
        open_refund=open_refund,
        incident=payment.incident is not None,
        account_mode=mode,
        rights=rights,
    )
