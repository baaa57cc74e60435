"""Refunds as they are stored, and the facts that the rules judge."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, and_, or_, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from portal.domain import ledger
from portal.domain.actors import Actor
from portal.domain.errors import NotFound
from portal.domain.ledger import AccountKind, Movement
from portal.domain.letters import LetterKind
from portal.domain.money import Currency, Money
from portal.domain.reconciliations import READ_AFTER_REFUND
from portal.domain.refunds import OPEN_STATUSES, RefundReason, RefundStatus, advance
from portal.store.audit import note
from portal.store.db import Base, locked
from portal.store.ledger import post
from portal.store.letters import tell_client, withdraw_letter
from portal.store.payments import Payment, locked_payment
from portal.store.users import User

_OPEN = text("status IN ('requested', 'submitted', 'unknown')")


class Refund(Base):
    """One wish to return money; its row exists before the bank hears of it (I-13)."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint(
            "spent_minor >= 0 AND spent_minor <= amount_minor", name="spent_within_amount"
        ),
        Index(
            "one_open_refund_per_payment",
            "payment_id",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_refunds_payment", "payment_id"),
        Index("ix_refunds_grant", "grant_id"),
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
    #: How much of it consultations had taken that its payment paid for from the balance.
    spent_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: The personal grant whose limit this refund uses up; None when a role gave the right.
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("personal_grants.id"))
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
    #: Due readings in which a certain bank showed no line; nothing else counts towards a failure.
    absent_reads: Mapped[int] = mapped_column(default=0, server_default="0")
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
    def proofs(self) -> list[dict[str, Any]]:
        """The candidates of exactly this sum: no other line can be this refund."""
        return [line for line in self.candidates if line["amount_minor"] == self.amount_minor]

    @property
    def is_open(self) -> bool:
        """Whether the end is not known yet."""
        return self.status in OPEN_STATUSES

    @property
    def is_unexplained(self) -> bool:
        """Whether suspense still pays for a refund that was made at the bank."""
        return ledger.parse_code(self.source).kind is AccountKind.SUSPENSE


#: What ``is_unexplained`` says, in SQL.
UNEXPLAINED = and_(
    Refund.status == RefundStatus.EXTERNAL,
    Refund.source.startswith(f"{AccountKind.SUSPENSE.value}:"),
)


def find_open_refund(session: Session, payment_id: int) -> Refund | None:
    """Find the one refund of the payment that has not ended."""
    return session.scalars(
        select(Refund).where(Refund.payment_id == payment_id, Refund.status.in_(OPEN_STATUSES))
    ).first()


def is_awaited_elsewhere(session: Session, payment: Payment) -> bool:
    """Tell whether another payment of the same card has a refund whose line has yet to come."""
    if not payment.binds_card and payment.charged_operation is None:
        return False
    operation_id = payment.bank_operation
    waiting = (
        select(Refund.id)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.account == payment.account,
            Payment.id != payment.id,
            or_(Payment.charged_operation == operation_id, Payment.operation_id == operation_id),
            Refund.status.in_(OPEN_STATUSES),
        )
    )
    return session.scalar(waiting.limit(1)) is not None


def find_refund_by_intent(session: Session, intent_key: str) -> Refund | None:
    """Find the refund that this form has already made."""
    return session.scalars(select(Refund).where(Refund.intent_key == intent_key)).first()


def locked_refund(session: Session, refund_id: int) -> tuple[Refund, Payment]:
    """Lock a refund in the one global order: consultation, payment, refund; raise NotFound."""
    payment_id = session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        raise NotFound(what="Refund", id=refund_id)
    payment, _ = locked_payment(session, payment_id)
    return locked(session, Refund, refund_id), payment


def open_refund(
    session: Session, refund: Refund, payment: Payment, *, actor: Actor, now: datetime
) -> None:
    """Write a new refund down at its locked payment, which has that much less left from now on."""
    session.add(refund)
    session.flush()
    payment.under_way_minor += refund.amount_minor
    payment.spent_minor -= refund.spent_minor
    payment.last_refund_id = refund.id
    note(
        session,
        actor,
        "refund.request",
        refund,
        now=now,
        after={"status": refund.status},
        amount=refund.amount_minor,
        currency=refund.currency,
        payment=payment.id,
        reason=f"{refund.reason.value}: {refund.comment}".rstrip(": "),
    )


def finish_refund(  # noqa: PLR0913 - the row, its payment, the end, who and when
    session: Session,
    refund: Refund,
    payment: Payment,
    status: RefundStatus,
    *,
    actor: Actor,
    now: datetime,
    failure: str | None = None,
) -> None:
    """End a locked refund: its money leaves for the bank, or returns to where it came from."""
    refund.status = advance(refund.status, status)
    refund.finished_at = now
    refund.next_step_at = None
    refund.candidates = []
    refund.failure = failure
    refund.version += 1
    payment.under_way_minor -= refund.amount_minor
    if refund.sent_at is not None:
        payment.next_read_at = now + READ_AFTER_REFUND
    if status is RefundStatus.SUCCEEDED:
        payment.refunded_minor += refund.amount_minor
    else:
        payment.spent_minor += refund.spent_minor
    post(
        session,
        _ending(refund, payment),
        actor=actor,
        now=now,
        payment_id=payment.id,
        consultation_id=payment.consultation_id,
        refund_id=refund.id,
    )
    _tell_end(session, refund, payment, now)


def _tell_end(session: Session, refund: Refund, payment: Payment, now: datetime) -> None:
    """Write to the client how it ended; a failure only when the bank had accepted it before."""
    if payment.is_card_check:
        return
    withdraw_letter(session, LetterKind.REFUND_ACCEPTED, refund.id)
    if refund.status is RefundStatus.SUCCEEDED:
        tell_client(session, LetterKind.REFUND_DONE, payment.user_id, refund.id, now=now)
    elif refund.answered_at is not None:
        tell_client(session, LetterKind.REFUND_FAILED, payment.user_id, refund.id, now=now)


def _ending(refund: Refund, payment: Payment) -> list[Movement]:
    """Name what the end of a refund moves; the sum of a card check was never held."""
    amount, user_id, account = refund.amount, payment.user_id, payment.account
    is_done = refund.status is RefundStatus.SUCCEEDED
    if payment.is_card_check:
        back = ledger.check_returned(payment.id, refund.id, amount, account, user_id)
        return [back] if is_done else []
    if is_done:
        return [ledger.refund_done(refund.id, amount, account, user_id)]
    source = ledger.parse_code(refund.source)
    return [ledger.refund_release(refund.id, amount, source, user_id)]


def unexplained_refunds(session: Session) -> Sequence[Refund]:
    """Load the refunds made at the bank that nobody has explained, oldest first, a hundred."""
    return session.scalars(
        select(Refund)
        .where(UNEXPLAINED)
        .options(joinedload(Refund.payment).joinedload(Payment.user))
        .order_by(Refund.id)
        .limit(100)
    ).all()


def last_refunds_of_user(session: Session, user_id: int) -> dict[int, Refund]:
    """Load the last refund of each of a client's payments, by its number."""
    found = session.scalars(
        select(Refund)
        .join(Payment, Payment.last_refund_id == Refund.id)
        .where(Payment.user_id == user_id)
        .options(joinedload(Refund.requested_by))
    )
    return {refund.id: refund for refund in found}


def refund_card(session: Session, refund_id: int) -> Refund:
    """Load a refund with the people that its card names; raise NotFound."""
    refund = session.scalars(
        select(Refund)
        .where(Refund.id == refund_id)
        .options(joinedload(Refund.requested_by), joinedload(Refund.resolved_by))
    ).one_or_none()
    if refund is None:
        raise NotFound(what="Refund", id=refund_id)
    return refund
