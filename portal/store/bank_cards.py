"""What waits at each account, and the last sign of life: the rows are the truth (law 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from portal.domain.payments import PaymentStatus
from portal.domain.refunds import RefundStatus
from portal.store.bank_history import recent_checks
from portal.store.bank_states import (
    BankCheck,
    BankSuspension,
    last_checks,
    open_checks,
    suspensions,
)
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.payments import Payment
from portal.store.refunds import Refund

_SENT = (RefundStatus.SUBMITTED, RefundStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows of an account wait for a job whose time has come."""

    links: int = 0
    readings: int = 0
    refunds: int = 0
    refund_readings: int = 0
    deliveries: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        parts = (self.links, self.readings, self.refunds, self.refund_readings, self.deliveries)
        return sum(parts)


@dataclass(frozen=True, slots=True)
class BankState:
    """One account as its rows tell: the last answer, the open question, signs of life, the queue.

    ``last_delivery`` and ``last_payment`` are moments; ``unknown_refunds`` is a count, ``recent``
    the checks of the last day, oldest first.
    """

    check: BankCheck | None
    open_check: BankCheck | None
    suspension: BankSuspension | None
    last_delivery: datetime | None
    last_payment: datetime | None
    waiting: Waiting
    unknown_refunds: int
    recent: Sequence[BankCheck] = ()

    @property
    def facts(self) -> Sequence[object]:
        """All that a page tells of it, as plain values: equal facts are an equal page."""
        rows = (self.check, self.open_check, self.suspension)
        numbers = [row.id if row else 0 for row in rows]
        signs = (self.last_delivery, self.last_payment, self.waiting, self.unknown_refunds)
        return [*numbers, *signs, len(self.recent)]


@dataclass(frozen=True, slots=True)
class BankStates:
    """The states of all accounts, read by few questions however many accounts there are."""

    checks: Mapping[str, BankCheck]
    open_checks: Mapping[str, BankCheck]
    suspensions: Mapping[str, BankSuspension]
    deliveries: Mapping[str, datetime]
    payments: Mapping[str, datetime]
    waiting: Mapping[str, Waiting]
    unknown: Mapping[str, int]
    recent: Mapping[str, Sequence[BankCheck]]

    def of(self, account: str) -> BankState:
        """Return the state of one account; one without any rows waits for nothing."""
        return BankState(
            check=self.checks.get(account),
            open_check=self.open_checks.get(account),
            suspension=self.suspensions.get(account),
            last_delivery=self.deliveries.get(account),
            last_payment=self.payments.get(account),
            waiting=self.waiting.get(account, Waiting()),
            unknown_refunds=self.unknown.get(account, 0),
            recent=self.recent.get(account, ()),
        )


def bank_states(session: Session, *, now: datetime) -> BankStates:
    """Read how every account is, as the rows tell it at this moment."""
    unknown = Refund.status == RefundStatus.UNKNOWN
    deliveries = select(Delivery.account, func.max(Delivery.received_at))
    payments = select(Payment.account, func.max(Payment.paid_at))
    return BankStates(
        checks=last_checks(session),
        open_checks=open_checks(session),
        suspensions=suspensions(session),
        deliveries=_moments(session, deliveries.group_by(Delivery.account)),
        payments=_moments(session, payments.group_by(Payment.account)),
        waiting=_waiting(session, now),
        unknown=_counts(session, _refunds(unknown)),
        recent=recent_checks(session, now=now),
    )


def _moments(session: Session, found: Select[str, datetime | None]) -> Mapping[str, datetime]:
    return {account: moment for account, moment in session.execute(found) if moment is not None}


def _counts(session: Session, found: Select[str, int]) -> Mapping[str, int]:
    return {row[0]: row[1] for row in session.execute(found)}


def _waiting(session: Session, now: datetime) -> Mapping[str, Waiting]:
    is_new = Payment.status == PaymentStatus.CREATED
    refunds_due = Refund.next_step_at <= now
    parts = {
        "links": _counts(session, _payments(is_new, Payment.next_read_at <= now)),
        "readings": _counts(session, _payments(~is_new, Payment.next_read_at <= now)),
        "refunds": _counts(session, _refunds(Refund.status == RefundStatus.REQUESTED, refunds_due)),
        "refund_readings": _counts(session, _refunds(Refund.status.in_(_SENT), refunds_due)),
        "deliveries": _counts(session, _deliveries(now)),
    }
    accounts = {account for part in parts.values() for account in part}
    return {
        account: Waiting(**{name: part.get(account, 0) for name, part in parts.items()})
        for account in accounts
    }


def _payments(*conditions: ColumnElement[bool]) -> Select[str, int]:
    found = select(Payment.account, func.count()).where(*conditions)
    return found.group_by(Payment.account)


def _refunds(*conditions: ColumnElement[bool]) -> Select[str, int]:
    found = select(Payment.account, func.count()).join(Refund, Refund.payment_id == Payment.id)
    return found.where(*conditions).group_by(Payment.account)


def _deliveries(now: datetime) -> Select[str, int]:
    due = (Delivery.status == DeliveryStatus.RECEIVED, Delivery.next_try_at <= now)
    return select(Delivery.account, func.count()).where(*due).group_by(Delivery.account)
