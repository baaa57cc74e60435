"""How reading the bank ends what a lost answer left open (domain.md §4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from portal.domain.money import Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import BankLine, LineKind, Operation

LEASE = timedelta(seconds=45)
"""How long after sending no reading may call a refund unknown: its answer may be on the way."""

READS_UNTIL_FAILED = 30
"""How many due readings of a certain bank must show no line before a refund can have failed."""

FAILED_AFTER = timedelta(hours=24)
"""How long after sending a refund can have failed at the earliest, however often it was read."""

BY_HAND_WITHIN = timedelta(days=3)
"""How long a person has to make a refund in the bank's cabinet before it counts as not made."""

READ_AFTER_REFUND = timedelta(hours=1)
"""How long after the end of a sent refund its operation is read again: a late line is found."""

LOOK_FOR = timedelta(days=8)
"""How long a payment that nobody has paid is asked about at all."""

REFUND_WINDOW = timedelta(days=180)
"""How long after a payment its refunds made in the bank's cabinet are looked for."""


class Verdict(StrEnum):
    """What the bank's lines say about an open refund."""

    FOUND = "found"
    SETTLING = "settling"
    ABSENT = "absent"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Reading:
    """The verdict, the line that proves it, and every line that could be ours."""

    verdict: Verdict
    line: BankLine | None
    candidates: tuple[BankLine, ...]


def refund_lines(operation: Operation, bound: Collection[str]) -> tuple[BankLine, ...]:
    """Return the refund lines of the bank that no refund of ours has claimed yet."""
    return tuple(
        line
        for line in operation.lines
        if line.kind is LineKind.REFUND and line.line_id not in bound
    )


def read_refund(
    operation: Operation, amount: Money, baseline: Collection[str], bound: Collection[str]
) -> Reading:
    """Compare the lines now with the baseline taken before sending, less those already claimed.

    Exactly one of the same sum is ours. None is ABSENT only when the bank is certain, that is, not
    busy with a refund; anything else is for a person.
    """
    fresh = tuple(
        line for line in refund_lines(operation, bound) if line.line_id not in set(baseline)
    )
    same = [line for line in fresh if line.amount == amount]
    if len(same) == 1:
        verdict = Verdict.SETTLING if operation.refund_in_progress else Verdict.FOUND
        return Reading(verdict, same[0], fresh)
    if not fresh:
        verdict = Verdict.SETTLING if operation.refund_in_progress else Verdict.ABSENT
        return Reading(verdict, None, fresh)
    return Reading(Verdict.AMBIGUOUS, None, fresh)


_UNKNOWN_SECONDS: tuple[int, ...] = (10, 30, 120, 600)
_SBP_SECONDS: tuple[int, ...] = (1, 2, 3, 5, 10, 30, 60, 300)
_CARD_SECONDS: tuple[int, ...] = (2, 5, 15, 30, 60, 300, 1800)
_HOUR = 3600


def next_refund_read(reads: int, method: PaymentMethod | None, *, is_unknown: bool) -> timedelta:
    """Say how long to wait after ``reads`` readings: moments for SBP, falling to hourly."""
    schedule = _CARD_SECONDS
    if is_unknown:
        schedule = _UNKNOWN_SECONDS
    elif method is PaymentMethod.SBP:
        schedule = _SBP_SECONDS
    return timedelta(seconds=schedule[reads] if reads < len(schedule) else _HOUR)


def next_send(attempts: int) -> timedelta:
    """Say how long to wait before trying again to send what provably never left."""
    return timedelta(seconds=min(5 * 2**attempts, 600))


_PAYMENT_SECONDS = ((120, 10), (3_600, 60), (86_400, 600))


def next_payment_read(age: timedelta) -> timedelta:
    """Say how often to ask about a link nobody reported: often while it is young (B4, I-27)."""
    seconds = age.total_seconds()
    return timedelta(
        seconds=next((pause for limit, pause in _PAYMENT_SECONDS if seconds < limit), _HOUR)
    )


def is_absent_for_good(absent_reads: int, since_sent: timedelta) -> bool:
    """Tell whether a refund without a line was looked for often enough and for long enough."""
    return absent_reads >= READS_UNTIL_FAILED and since_sent >= FAILED_AFTER


def next_cabinet_read(payment_id: int, age: timedelta) -> timedelta | None:
    """Say when to look for refunds that were made at the bank: daily, None after their window.

    The pause is 18 to 30 hours by the payment's number, so that payments made together part.
    """
    if age >= REFUND_WINDOW:
        return None
    return timedelta(hours=18, minutes=payment_id * 97 % 720)
