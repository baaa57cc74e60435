"""A card that its payer has let us charge, and which lines of the bank are whose (B3).

Some banks charge a card by its token: each charge is an operation like any other payment's. Else
such a card is one operation at the bank: the payment that bound it is its first capture, and every
charge is one more. The bank returns none of it by its API (tochka.md §0.3, §11.2).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from portal.domain.errors import Refusal
from portal.domain.money import Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import BankLine, LineKind, Operation

#: How long a charge holds what it pays for; the bank says yes or no at once.
CHARGE_LASTS = timedelta(minutes=30)
#: A press counts for so long: later the client no longer expects to be charged.
PRESS_COUNTS = timedelta(minutes=10)
#: Why a charge waits: the bank does not say whether another link has paid for the same already.
LINK_UNREAD = "another link could not be read, nothing was sent"
#: Why a charge has failed that waited so long that its press no longer counts.
PRESS_TOO_OLD = "the press was too long ago, nothing was sent"

#: How the operation of a charge by token ends without money.
NOT_PAID = (PaymentStatus.EXPIRED, PaymentStatus.FAILED)

_NEVER = datetime.max.replace(tzinfo=UTC)


class CardBusy(Refusal):
    """Another charge of the card has not ended: a second one could not be told from it."""

    code = "card_busy"


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as it was sent: its sum, and the capture lines that the bank had before it."""

    amount: Money
    baseline: Collection[str]


def captures(operation: Operation) -> Sequence[BankLine]:
    """Return the lines by which the bank took money, in its order."""
    return [line for line in operation.lines if line.kind is LineKind.CAPTURE]


def lines_that_fit(
    lines: Sequence[BankLine], room: Money
) -> tuple[Sequence[BankLine], Sequence[BankLine]]:
    """Part lines, in their order, into those that a sum still holds and those above it."""
    fit: list[BankLine] = []
    above: list[BankLine] = []
    for line in lines:
        if line.amount > room:
            above.append(line)
            continue
        fit.append(line)
        room -= line.amount
    return fit, above


def part_of_binding(operation: Operation) -> Operation:
    """Return the operation as its first payment sees it: without what was charged later.

    A line without a time counts as later than every line that has one.
    """
    by_age = sorted(captures(operation), key=lambda line: line.at or _NEVER)
    return replace(operation, lines=tuple(by_age[:1]))


def part_of_token_charge(operation: Operation) -> Operation:
    """Return an operation that charges a card by its token: a card that was declined ends it.

    There is no page at which another card could be tried.
    """
    is_declined = operation.decline is not None
    return replace(operation, status=PaymentStatus.FAILED) if is_declined else operation


def part_of_charge(
    operation: Operation, charge: Charge, claimed: Collection[str]
) -> Operation | None:
    """Return the operation as one charge sees it: its own new line, or None while there is none.

    Two new lines of its sum are for a person: which of them is ours nobody knows.
    """
    known = {*charge.baseline, *claimed}
    fresh = [line for line in captures(operation) if line.line_id not in known]
    same = [line for line in fresh if line.amount == charge.amount]
    if not same:
        return None
    return replace(
        operation,
        status=PaymentStatus.PAID if len(same) == 1 else None,
        amount=charge.amount,
        method=operation.method or PaymentMethod.CARD,
        lines=(same[0],),
        paid_at=same[0].at,
    )
