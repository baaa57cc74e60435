"""What needs attention, and the sums of a period: the first page of staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.consultations import ConsultationStatus
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.refunds import RefundStatus
from portal.store.audit import last_check
from portal.store.consultations import Consultation
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.payments import Payment
from portal.store.refunds import Refund

#: A count above this is shown as "more than".
CAP = 1000
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for a person, counted up to CAP; ``broken_entry`` is an entry's number or 0."""

    unknown_refunds: int
    failed_refunds: int
    external_refunds: int
    surplus_payments: int
    incidents: int
    overdue_consultations: int
    failed_deliveries: int
    broken_entry: int


def attention(session: Session, *, now: datetime, grace: timedelta) -> Attention:
    """Count what waits for a person; refunds that ended badly count for thirty days."""
    recent = Refund.requested_at > now - RECENT
    overdue = (
        Consultation.status.in_((ConsultationStatus.SCHEDULED, ConsultationStatus.OPEN)),
        Consultation.ends_at < now - grace,
    )
    check = last_check(session)
    surplus = (Payment.is_surplus.is_(True), Payment.captured_minor > _returned())
    return Attention(
        unknown_refunds=_count(session, Refund.status == RefundStatus.UNKNOWN),
        failed_refunds=_count(
            session,
            Refund.status == RefundStatus.FAILED,
            recent,
            Payment.last_refund_id == Refund.id,
            Payment.id == Refund.payment_id,
        ),
        external_refunds=_count(session, Refund.status == RefundStatus.EXTERNAL, recent),
        surplus_payments=_count(session, *surplus),
        incidents=_count(session, Payment.incident.is_not(None)),
        overdue_consultations=_count(session, *overdue),
        failed_deliveries=_count(session, Delivery.status == DeliveryStatus.FAILED),
        broken_entry=(check.broken_id if check else None) or 0,
    )


def _returned() -> ColumnElement[int]:
    return Payment.refunded_minor + Payment.under_way_minor + Payment.external_minor


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    found = select(1).where(*conditions).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


@dataclass(frozen=True, slots=True)
class Takings:
    """One currency's sums of a period; currencies are never added together."""

    taken: Money
    payments: int
    by_sbp: int
    returned: Money
    refunds: int

    @property
    def sbp_percent(self) -> int:
        """The share of payments made by SBP, in whole percent."""
        return round(100 * self.by_sbp / self.payments) if self.payments else 0


def takings(session: Session, *, since: datetime) -> Sequence[Takings]:
    """Return what was taken and what went back since a moment, by currency."""
    sbp = func.count().filter(Payment.paid_method == PaymentMethod.SBP)
    taken = {
        currency: (int(minor), count, by_sbp)
        for currency, minor, count, by_sbp in session.execute(
            select(Payment.currency, func.sum(Payment.captured_minor), func.count(), sbp)
            .where(Payment.paid_at >= since)
            .group_by(Payment.currency)
        )
    }
    returned = {
        currency: (int(minor), count)
        for currency, minor, count in session.execute(
            select(Refund.currency, func.sum(Refund.amount_minor), func.count())
            .where(Refund.status == RefundStatus.SUCCEEDED, Refund.finished_at >= since)
            .group_by(Refund.currency)
        )
    }
    return [_takings(currency, taken, returned) for currency in sorted({*taken, *returned})]


def _takings(
    currency: Currency,
    taken: dict[Currency, tuple[int, int, int]],
    returned: dict[Currency, tuple[int, int]],
) -> Takings:
    minor, payments, by_sbp = taken.get(currency, (0, 0, 0))
    back, refunds = returned.get(currency, (0, 0))
    return Takings(Money(minor, currency), payments, by_sbp, Money(back, currency), refunds)
