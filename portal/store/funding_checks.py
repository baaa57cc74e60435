"""Adds up which payment paid for what: the rows, the transfers and the cached sums agree (C3)."""

from collections.abc import Collection

from sqlalchemy import Executable, Select, case, func, literal, or_, select

from portal.domain.book import SumFault
from portal.domain.consultations import OVER, PAYABLE, ConsultationStatus
from portal.domain.refunds import OPEN_STATUSES, RefundStatus
from portal.store.consultations import Consultation
from portal.store.fundings import Funding
from portal.store.ledger import Transfer
from portal.store.payments import Payment
from portal.store.refunds import Refund

_OURS = OPEN_STATUSES | {RefundStatus.SUCCEEDED}
_GONE = _OURS | {RefundStatus.EXTERNAL}
_KEY = "consultation:%:reserve:balance"


def funding_checks() -> tuple[tuple[SumFault, Executable], ...]:
    """Return what is to be added up about fundings, each with what is wrong when it finds a row."""
    return (
        (SumFault.FUNDING_SUM, _unmatched()),
        (SumFault.STRANGE_FUNDING, _strange()),
        (SumFault.CACHED_BOOKED, _booked()),
        (SumFault.CACHED_SPENT, _spent()),
        (SumFault.OVERFUNDED, _overfunded()),
        (SumFault.SPENT_TOO_EARLY, _too_early()),
    )


def _unmatched() -> Executable:
    both = (
        select(Funding.consultation_id.label("number"), Funding.amount_minor.label("minor"))
        .union_all(
            select(Transfer.consultation_id, -Transfer.amount_minor).where(
                Transfer.event_key.like(_KEY)
            )
        )
        .subquery()
    )
    left = func.sum(both.c.minor)
    return select(both.c.number, left).group_by(both.c.number).having(left != 0)


def _strange() -> Executable:
    """A client's own money, of the same currency, and not what a card check took."""
    return (
        select(Funding.id)
        .join(Payment, Payment.id == Funding.payment_id)
        .join(Consultation, Consultation.id == Funding.consultation_id)
        .where(
            or_(
                Payment.user_id != Consultation.client_id,
                Payment.currency != Consultation.currency,
                Payment.consultation_id.is_(None),
            )
        )
    )


def _given(statuses: Collection[ConsultationStatus]) -> Select[int]:
    """Reckon what a payment gave for consultations that stand so, in the row of the payment."""
    return (
        select(func.coalesce(func.sum(Funding.amount_minor), 0))
        .join(Consultation, Consultation.id == Funding.consultation_id)
        .where(Funding.payment_id == Payment.id, Consultation.status.in_(statuses))
    )


def _booked() -> Executable:
    booked = _given(PAYABLE).scalar_subquery()
    return select(Payment.id, Payment.booked_minor, booked).where(Payment.booked_minor != booked)


def _spent() -> Executable:
    returned = (
        select(func.coalesce(func.sum(Refund.spent_minor), 0))
        .where(Refund.payment_id == Payment.id, Refund.status.in_(_GONE))
        .scalar_subquery()
    )
    spent = _given(OVER).scalar_subquery() - returned
    return select(Payment.id, Payment.spent_minor, spent).where(Payment.spent_minor != spent)


def _overfunded() -> Executable:
    """Nothing is given twice: live fundings and refunds of ours stay within what was captured.

    What was returned in the bank's cabinet nobody here could refuse: it waits for staff.
    """
    signed = case((Refund.status.in_(_OURS), Refund.amount_minor), else_=literal(0))
    spent = case((Refund.status.in_(_GONE), Refund.spent_minor), else_=literal(0))
    refunds = (
        select(func.coalesce(func.sum(signed - spent), 0))
        .where(Refund.payment_id == Payment.id)
        .scalar_subquery()
    )
    total = _given(PAYABLE | OVER).scalar_subquery() + refunds
    return select(Payment.id, Payment.captured_minor, total).where(
        Payment.id.in_(select(Funding.payment_id)), total > Payment.captured_minor
    )


def _too_early() -> Executable:
    """I-31: revenue gives back what a consultation has taken only once it is over."""
    ended = (
        select(Funding.id)
        .join(Consultation, Consultation.id == Funding.consultation_id)
        .where(
            Funding.payment_id == Refund.payment_id,
            Consultation.status.in_(OVER),
            Consultation.closed_at <= Refund.requested_at,
        )
    )
    return select(Refund.id).where(
        Refund.spent_minor > 0, Refund.status != RefundStatus.EXTERNAL, ~ended.exists()
    )
