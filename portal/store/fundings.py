"""Which payment funds which consultation when the balance pays (domain.md §5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain import ledger
from portal.domain.actors import Actor
from portal.domain.consultations import OVER, PAYABLE, ConsultationStatus
from portal.domain.fundings import FreeMoney, payable, share_out
from portal.domain.letters import LetterKind
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentStatus
from portal.store.audit import note
from portal.store.consultations import Consultation
from portal.store.db import Base, locked
from portal.store.ledger import balance, lock_accounts, post
from portal.store.letters import by_staff, tell_client
from portal.store.payments import Payment


class Funding(Base):
    """What a payment gave for a consultation that was paid from the balance: never changed.

    It ends with the cancellation of the consultation; nothing is written for that.
    """

    __tablename__ = "fundings"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("consultation_id", "payment_id"),
        Index("ix_fundings_payment", "payment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    amount_minor: Mapped[int]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Share:
    """A funding as people look at it: what it gave, from which payment, for which consultation."""

    amount: Money
    payment_id: int
    consultation_id: int
    consultation_status: ConsultationStatus
    starts_at: datetime


def _free_now(client_id: int, currency: Currency) -> Select[Payment]:
    """Select the payments that have free money, by number.

    Free is what was paid twice, or for a consultation that is cancelled; what is in doubt is not.
    """
    taken = Payment.refunded_minor + Payment.under_way_minor + Payment.external_minor
    return (
        select(Payment)
        .join(Consultation, Consultation.id == Payment.consultation_id)
        .where(
            Payment.user_id == client_id,
            Payment.currency == currency,
            Payment.status == PaymentStatus.PAID,
            Payment.incident.is_(None),
            or_(Payment.is_surplus.is_(True), Consultation.status == ConsultationStatus.CANCELLED),
            Payment.captured_minor > taken + Payment.booked_minor + Payment.spent_minor,
        )
        .order_by(Payment.id)
    )


def _free_of(payments: Iterable[Payment]) -> list[FreeMoney]:
    return [FreeMoney(one.id, one.paid_at or one.created_at, one.free) for one in payments]


def payable_from_balance(session: Session, client_id: int, currency: Currency) -> Money:
    """Return what the client's balance may pay now, in one currency."""
    sources = _free_of(session.scalars(_free_now(client_id, currency)))
    return payable(sources, balance(session, ledger.available(client_id), currency))


def locked_free_money(session: Session, client_id: int, currency: Currency) -> list[FreeMoney]:
    """Lock the payments that have free money, by number, and return it as it is now.

    Whoever posts after it keeps the one global order: consultation, payments, accounts.
    """
    numbers = [one.id for one in session.scalars(_free_now(client_id, currency))]
    payments = [locked(session, Payment, number) for number in numbers]
    return _free_of(one for one in payments if one.incident is None and one.free.minor > 0)


def book_shares(
    session: Session, consultation: Consultation, shares: Mapping[int, Money], now: datetime
) -> None:
    """Write down which locked payment gives how much for a consultation."""
    for payment_id, amount in shares.items():
        session.get_one(Payment, payment_id).booked_minor += amount.minor
        funding = Funding(
            consultation_id=consultation.id,
            payment_id=payment_id,
            amount_minor=amount.minor,
            created_at=now,
        )
        session.add(funding)
    session.flush()


def spend_free_money(
    session: Session, consultation: Consultation, *, actor: Actor, now: datetime
) -> None:
    """Pay a locked consultation from its client's free balance, journal and letter included (C1).

    Raises BalanceTooLow before anything has moved.
    """
    client_id, price = consultation.client_id, consultation.price
    sources = locked_free_money(session, client_id, price.currency)
    move = ledger.reserve_from_balance(consultation.id, price, client_id)
    lock_accounts(session, [move])
    available = balance(session, ledger.available(client_id), price.currency)
    shares = share_out(price, sources, available)
    book_shares(session, consultation, shares, now)
    post(session, [move], actor=actor, now=now, consultation_id=consultation.id)
    consultation.paid_at = now
    kind, by = LetterKind.PAID_FROM_BALANCE, by_staff(actor, client_id)
    tell_client(session, kind, client_id, consultation.id, now=now, **by)
    note(
        session,
        actor,
        "consultation.pay",
        consultation,
        now=now,
        amount=price.minor,
        currency=price.currency,
        payment=sorted(shares),
    )


def end_bookings(session: Session, consultation: Consultation) -> None:
    """Let a locked consultation that has ended go: its shares are free again, or spent.

    Its payments are locked by number, before any account.
    """
    is_over = consultation.status in OVER
    found = select(Funding).where(Funding.consultation_id == consultation.id)
    for funding in session.scalars(found.order_by(Funding.payment_id)).all():
        payment = locked(session, Payment, funding.payment_id)
        payment.booked_minor -= funding.amount_minor
        payment.spent_minor += funding.amount_minor if is_over else 0


def is_by_balance(session: Session, consultation_id: int) -> bool:
    """Tell whether the balance has paid for a consultation."""
    found = select(Funding.id).where(Funding.consultation_id == consultation_id).limit(1)
    return session.scalar(found) is not None


def funders_of(session: Session, client_id: int) -> dict[int, list[int]]:
    """Name the payments that have paid a client's consultations from the balance, by number."""
    rows = session.execute(
        select(Funding.consultation_id, Funding.payment_id)
        .join(Payment, Payment.id == Funding.payment_id)
        .where(Payment.user_id == client_id)
        .order_by(Funding.id)
    )
    found: dict[int, list[int]] = {}
    for consultation_id, payment_id in rows:
        found.setdefault(consultation_id, []).append(payment_id)
    return found


def shares_for(session: Session, consultation_id: int, *, now: datetime) -> Sequence[Share]:
    """Load which payments gave what for a consultation, oldest first."""
    return _shares(session, Funding.consultation_id == consultation_id, now)


def shares_by(session: Session, payment_id: int, *, now: datetime) -> Sequence[Share]:
    """Load for which consultations a payment gave what, oldest first, a hundred at most."""
    return _shares(session, Funding.payment_id == payment_id, now)


def waiting_share(session: Session, payment_id: int, *, now: datetime) -> Share | None:
    """Find the oldest of what a payment gave that its consultation still waits for."""
    shares = shares_by(session, payment_id, now=now)
    return next((one for one in shares if one.consultation_status in PAYABLE), None)


def _shares(session: Session, condition: ColumnElement[bool], now: datetime) -> Sequence[Share]:
    rows = session.execute(
        select(Funding, Consultation)
        .join(Consultation, Consultation.id == Funding.consultation_id)
        .where(condition)
        .order_by(Funding.id)
        .limit(100)
    )
    return [_share(funding, meeting, now) for funding, meeting in rows]


def _share(funding: Funding, meeting: Consultation, now: datetime) -> Share:
    amount, status = Money(funding.amount_minor, meeting.currency), meeting.status_at(now)
    return Share(amount, funding.payment_id, meeting.id, status, meeting.starts_at)
