"""What needs attention, and the sums of a period: the first page of staff."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal_column, select
from sqlalchemy.orm import Session

from portal.domain.consultations import ConsultationStatus
from portal.domain.money import Currency, Money
from portal.domain.payments import Incident, PaymentMethod
from portal.domain.refunds import RETURNED_TO_US, RefundReason, RefundStatus
from portal.store.audit import last_check
from portal.store.card_checks import checks_in_trouble
from portal.store.consultations import Consultation
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.payment_lists import awaits_a_hand, owed, surplus_left
from portal.store.payments import Payment
from portal.store.refund_requests import count_open_requests
from portal.store.refunds import UNEXPLAINED, Refund

#: A count above this is shown as "more than".
CAP = 1000
RECENT = timedelta(days=30)
#: A card takes a refund within a week nearly always: after that somebody should ask the bank.
SLOW = timedelta(days=7)
#: A refund leaves within seconds: after an hour nobody sends it, or the bank is not heard (I-19).
UNSENT = timedelta(hours=1)
NAMED = 5
#: The small sum of a card check is no taking, and its return is told apart (B4).
_OF_A_CONSULTATION = Refund.reason != RefundReason.CARD_CHECK
_INCIDENTS = (Payment.incident.in_(tuple(Incident)), Payment.consultation_id.is_not(None))


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for a person, counted up to CAP.

    ``in_incident`` names the newest payments, ``broken_entry`` an entry of the journal or 0.
    """

    unknown_refunds: int
    oldest_unknown: datetime | None
    unsent_refunds: int
    slow_refunds: int
    failed_refunds: int
    unexplained_refunds: int
    surplus_payments: int
    owed_payments: int
    asked_payments: int
    hand_payments: int
    incidents: int
    in_incident: Sequence[int]
    overdue_consultations: int
    owed_checks: int
    failed_deliveries: int
    broken_entry: int


def attention(session: Session, *, now: datetime, grace: timedelta) -> Attention:
    """Count what waits for a person; refunds that ended badly count for thirty days."""
    recent = Refund.requested_at > now - RECENT
    overdue = (
        Consultation.status.in_((ConsultationStatus.SCHEDULED, ConsultationStatus.OPEN)),
        Consultation.ends_at < now - grace,
    )
    unknown = and_(Refund.status == RefundStatus.UNKNOWN, _OF_A_CONSULTATION)
    check = last_check(session)
    return Attention(
        unknown_refunds=_count(session, unknown),
        oldest_unknown=session.scalar(select(func.min(Refund.requested_at)).where(unknown)),
        unsent_refunds=_count_refunds(
            session, Refund.status == RefundStatus.REQUESTED, Refund.requested_at < now - UNSENT
        ),
        slow_refunds=_count_refunds(
            session, Refund.status == RefundStatus.SUBMITTED, Refund.sent_at < now - SLOW
        ),
        failed_refunds=_count_refunds(
            session,
            Refund.status.in_(RETURNED_TO_US),
            recent,
            Payment.last_refund_id == Refund.id,
            Payment.id == Refund.payment_id,
        ),
        unexplained_refunds=_count(session, UNEXPLAINED),
        surplus_payments=_count(session, *surplus_left()),
        owed_payments=_count(session, *owed()),
        asked_payments=count_open_requests(session),
        hand_payments=_count(session, *awaits_a_hand()),
        incidents=_count(session, *_INCIDENTS),
        in_incident=_in_incident(session),
        overdue_consultations=_count(session, *overdue),
        owed_checks=_count(session, *checks_in_trouble()),
        failed_deliveries=_count(session, Delivery.status == DeliveryStatus.FAILED),
        broken_entry=(check.broken_id if check else None) or 0,
    )


def _in_incident(session: Session) -> Sequence[int]:
    """Name them: their money is not booked, so that no list of paid payments has them."""
    found = select(Payment.id).where(*_INCIDENTS)
    return session.scalars(found.order_by(Payment.id.desc()).limit(NAMED)).all()


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    found = select(1).where(*conditions).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _count_refunds(session: Session, *conditions: ColumnElement[bool]) -> int:
    return _count(session, _OF_A_CONSULTATION, *conditions)


@dataclass(frozen=True, slots=True)
class Takings:
    """One currency's sums of a period; currencies are never added together."""

    taken: Money
    payments: int
    by_sbp: int
    returned: Money
    refunds: int

    @property
    def may_be_sbp(self) -> bool:
        """Whether its payments could come by SBP, which moves roubles alone."""
        return self.taken.currency is Currency.RUB

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
            .where(Payment.paid_at >= since, Payment.consultation_id.is_not(None))
            .group_by(Payment.currency)
        )
    }
    returned = {
        currency: (int(minor), count)
        for currency, minor, count in session.execute(
            select(Refund.currency, func.sum(Refund.amount_minor), func.count())
            .where(
                Refund.status == RefundStatus.SUCCEEDED,
                Refund.finished_at >= since,
                _OF_A_CONSULTATION,
            )
            .group_by(Refund.currency)
        )
    }
    return [_takings(currency, taken, returned) for currency in _in_order({*taken, *returned})]


def _in_order(currencies: Iterable[Currency]) -> list[Currency]:
    return sorted(currencies, key=lambda currency: currency.place)


def _takings(
    currency: Currency,
    taken: dict[Currency, tuple[int, int, int]],
    returned: dict[Currency, tuple[int, int]],
) -> Takings:
    minor, payments, by_sbp = taken.get(currency, (0, 0, 0))
    back, refunds = returned.get(currency, (0, 0))
    return Takings(Money(minor, currency), payments, by_sbp, Money(back, currency), refunds)


def taken_by_day(session: Session, *, since: datetime) -> Mapping[Currency, Mapping[date, Money]]:
    """Return what was taken on each day of Moscow since a moment; a day without payments is absent.

    Moscow has kept UTC+3 since October 2014, so that SQLite, which knows no zones, may add hours.
    """
    if session.get_bind().dialect.name == "sqlite":
        day = func.strftime("%Y-%m-%d", Payment.paid_at, "+3 hours")
    else:
        day = func.to_char(func.timezone("Europe/Moscow", Payment.paid_at), "YYYY-MM-DD")
    rows = session.execute(
        select(Payment.currency, day.label("day"), func.sum(Payment.captured_minor))
        .where(Payment.paid_at >= since, Payment.consultation_id.is_not(None))
        .group_by(Payment.currency, literal_column("day"))
    )
    found: dict[Currency, dict[date, Money]] = {}
    for currency, text, minor in rows:
        found.setdefault(currency, {})[date.fromisoformat(text)] = Money(int(minor), currency)
    return found
