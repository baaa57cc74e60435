"""What happened around a payment or a consultation, in one list, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session, joinedload

from portal.domain.journal import Outcome
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentStatus
from portal.store.audit import AuditEntry
from portal.store.consultations import Consultation
from portal.store.deliveries import Delivery
from portal.store.fundings import Funding
from portal.store.ledger import Transfer
from portal.store.payments import Payment
from portal.store.refunds import Refund

LIMIT = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: a code that the labels know, who did it, and a few words more."""

    at: datetime
    code: str
    actor: str
    reason: str
    refund_id: int | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Gift:
    """A price that was waived: how much, by whom, and why."""

    waived: Money
    actor: str
    reason: str


def payment_timeline(session: Session, payment: Payment, *, with_funded: bool) -> Sequence[Event]:
    """Merge the journal of the payment, its refunds and its consultations with the bank's events.

    Its consultations are its own, and ``with_funded`` those that its money has paid from the
    balance: they are told to who may read consultations (E5).
    """
    refunds = session.scalars(select(Refund).where(Refund.payment_id == payment.id))
    sums = {refund.id: refund.amount for refund in refunds}
    funded = select(Funding.consultation_id).where(
        Funding.payment_id == payment.id, true() if with_funded else false()
    )
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.outcome == Outcome.DONE,
            or_(
                _about("payments", payment.id),
                (AuditEntry.object_type == "refunds") & AuditEntry.object_id.in_(sums),
                _about("consultations", payment.consultation_id or 0),
                (AuditEntry.object_type == "consultations") & AuditEntry.object_id.in_(funded),
            ),
        )
        .order_by(AuditEntry.id.desc())
        .limit(LIMIT)
    )
    deliveries = session.scalars(
        select(Delivery)
        .where(Delivery.payment_id == payment.id)
        .order_by(Delivery.id.desc())
        .limit(LIMIT)
    )
    events = [_entry(entry, sums) for entry in entries]
    events += [Event(row.received_at, "delivery.received", "банк", "") for row in deliveries]
    return sorted(events, key=lambda event: event.at, reverse=True)


def consultation_timeline(session: Session, consultation: Consultation) -> Sequence[Event]:
    """Return the journal of a consultation."""
    entries = session.scalars(
        select(AuditEntry)
        .where(_about("consultations", consultation.id), AuditEntry.outcome == Outcome.DONE)
        .order_by(AuditEntry.id.desc())
        .limit(LIMIT)
    )
    return [_entry(entry, {}) for entry in entries]


def gift_of(session: Session, consultation_id: int) -> Gift | None:
    """Return what the journal says of a consultation that was given for nothing, None otherwise."""
    entry = session.scalars(
        select(AuditEntry).where(
            _about("consultations", consultation_id), AuditEntry.action == "consultation.gift"
        )
    ).first()
    if entry is None:
        return None
    waived = Money(entry.changes["amount"], Currency(entry.changes["currency"]))
    return Gift(waived, entry.actor_label, entry.reason or "")


def transfers_of_payment(session: Session, payment: Payment) -> Sequence[Transfer]:
    """Return what a payment moved, and what its consultation did with that money.

    A surplus payment has bought nothing: what the consultation moved is of another payment.
    """
    own = Transfer.payment_id == payment.id
    if payment.status is not PaymentStatus.PAID or payment.is_surplus:
        return _transfers(session, own)
    of_consultation = and_(
        Transfer.consultation_id == payment.consultation_id, Transfer.payment_id.is_(None)
    )
    return _transfers(session, or_(own, of_consultation))


def transfers_of_consultation(session: Session, number: int) -> Sequence[Transfer]:
    """Return the transfers that a consultation has made."""
    return _transfers(session, Transfer.consultation_id == number)


def _transfers(session: Session, wanted: ColumnElement[bool]) -> Sequence[Transfer]:
    return session.scalars(
        select(Transfer)
        .where(wanted)
        .options(joinedload(Transfer.source), joinedload(Transfer.destination))
        .order_by(Transfer.id)
        .limit(LIMIT)
    ).all()


def _about(kind: str, number: int) -> ColumnElement[bool]:
    return and_(AuditEntry.object_type == kind, AuditEntry.object_id == number)


def _entry(entry: AuditEntry, sums: Mapping[int, Money]) -> Event:
    is_refund = entry.object_type == "refunds"
    return Event(
        at=entry.at,
        code=entry.action,
        actor=entry.actor_label,
        reason=entry.reason or "",
        refund_id=entry.object_id if is_refund else None,
        amount=sums.get(entry.object_id or 0) if is_refund else None,
    )
