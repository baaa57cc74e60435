"""What befell an account lately: its checks, the troubles among them, suspensions, incidents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.domain.ports import Finding, Severity
from portal.domain.refunds import RefundStatus
from portal.store.bank_states import BankCheck, BankSuspension
from portal.store.payments import Payment
from portal.store.refunds import Refund

#: How far back the checks are looked at, and at most how many lines of each kind are listed.
LATELY = timedelta(hours=24)
LISTED = 10


@dataclass(frozen=True, slots=True)
class Trouble:
    """A run of checks that found a problem; ``ended_at`` is the first good one, None: none yet."""

    began_at: datetime
    ended_at: datetime | None
    finding: Finding


@dataclass(frozen=True, slots=True)
class BankHistory:
    """What befell an account; payments are those in an incident, refunds those nobody knows of."""

    checks: Sequence[BankCheck]
    suspensions: Sequence[BankSuspension]
    payments: Sequence[Payment]
    refunds: Sequence[Refund]

    @property
    def numbers(self) -> Sequence[Sequence[int]]:
        """The numbers of all its rows but the checks."""
        return [
            [row.id for row in self.suspensions],
            [row.id for row in self.payments],
            [row.id for row in self.refunds],
        ]

    @property
    def troubles(self) -> Sequence[Trouble]:
        """The troubles of the last day, newest first."""
        return list(_troubles(self.checks))[::-1][:LISTED]


def _troubles(checks: Sequence[BankCheck]) -> Iterator[Trouble]:
    """Find the runs in checks, oldest first."""
    runs = [
        (is_bad, list(run))
        for is_bad, run in groupby(checks, key=lambda one: one.worst is Severity.PROBLEM)
    ]
    ends = [run[0].finished_at for _, run in runs[1:]]
    for (is_bad, run), ended_at in zip(runs, [*ends, None], strict=False):
        worst = next((one for one in run[0].told if one.severity is Severity.PROBLEM), None)
        if is_bad and worst is not None and run[0].finished_at is not None:
            yield Trouble(run[0].finished_at, ended_at, worst)


def recent_checks(session: Session, *, now: datetime) -> Mapping[str, Sequence[BankCheck]]:
    """Load the answered checks of the last day, oldest first, by the name of the account."""
    rows = session.scalars(
        select(BankCheck).where(BankCheck.finished_at > now - LATELY).order_by(BankCheck.id)
    )
    found: dict[str, list[BankCheck]] = {}
    for row in rows:
        found.setdefault(row.account, []).append(row)
    return found


def bank_history(session: Session, account: str, *, now: datetime) -> BankHistory:
    """Read what befell an account, each kind newest first but the checks."""
    suspensions = (
        select(BankSuspension)
        .where(BankSuspension.account == account)
        .options(joinedload(BankSuspension.suspended_by))
    )
    incidents = select(Payment).where(Payment.account == account, Payment.incident.is_not(None))
    unknown = (
        select(Refund)
        .join(Payment, Refund.payment_id == Payment.id)
        .where(Payment.account == account, Refund.status == RefundStatus.UNKNOWN)
    )
    return BankHistory(
        checks=recent_checks(session, now=now).get(account, ()),
        suspensions=session.scalars(
            suspensions.order_by(BankSuspension.id.desc()).limit(LISTED)
        ).all(),
        payments=session.scalars(incidents.order_by(Payment.id.desc()).limit(LISTED)).all(),
        refunds=session.scalars(unknown.order_by(Refund.id.desc()).limit(LISTED)).all(),
    )
