"""What may be wrong with the book when every sum is added up again (C3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class SumFault(StrEnum):
    """What does not hold, by the rows that contradict each other."""

    CACHED_BALANCE = "cached_balance"
    CARD_CHECKS = "card_checks"
    CURRENCY_SUM = "currency_sum"
    BELOW_ZERO = "below_zero"
    NOT_CREDITED = "not_credited"
    CACHED_UNDER_WAY = "cached_under_way"
    CACHED_REFUNDED = "cached_refunded"
    CACHED_EXTERNAL = "cached_external"
    OVERDRAWN = "overdrawn"
    SUSPENSE_SUM = "suspense_sum"
    UNTOLD = "untold"
    TOO_EARLY = "too_early"
    SENT_TWICE = "sent_twice"
    IN_TRANSIT_SUM = "in_transit_sum"
    MIXED_CURRENCIES = "mixed_currencies"
    FUNDING_SUM = "funding_sum"
    STRANGE_FUNDING = "strange_funding"
    CACHED_BOOKED = "cached_booked"
    CACHED_SPENT = "cached_spent"
    OVERFUNDED = "overfunded"
    SPENT_TOO_EARLY = "spent_too_early"


#: For the log and the command line: the row, what stands there, and what the other rows give.
SENTENCES = {
    SumFault.CACHED_BALANCE: "account {0}: cached {1}, transfers give {2}",
    SumFault.CARD_CHECKS: "account {0}: {1}, but card checks give {2}",
    SumFault.CURRENCY_SUM: "currency {0}: balances add up to {1} instead of 0",
    SumFault.BELOW_ZERO: "account {0} of a client is below zero: {1}",
    SumFault.NOT_CREDITED: "payment {0}: paid, but no transfer credits it",
    SumFault.CACHED_UNDER_WAY: "payment {0}: under way {1}, refunds give {2}",
    SumFault.CACHED_REFUNDED: "payment {0}: refunded {1}, refunds give {2}",
    SumFault.CACHED_EXTERNAL: "payment {0}: external {1}, refunds give {2}",
    SumFault.OVERDRAWN: "payment {0}: captured {1}, but {2} has gone back",
    SumFault.SUSPENSE_SUM: "account {0}: {1}, but unexplained refunds give {2}",
    SumFault.UNTOLD: "refund {0}: {1} transfers tell of it instead of {2}",
    SumFault.TOO_EARLY: "refund {0} was asked for before its consultation had ended",
    SumFault.SENT_TWICE: "refund {0} was sent more than once: {1} answers of the bank",
    SumFault.IN_TRANSIT_SUM: "client {0}: in transit {1}, open refunds give {2}",
    SumFault.MIXED_CURRENCIES: "transfer {0} joins accounts of another currency",
    SumFault.FUNDING_SUM: (
        "consultation {0}: fundings less its transfer from the balance give {1}"
    ),
    SumFault.STRANGE_FUNDING: (
        "funding {0} joins a payment and a consultation of different clients"
    ),
    SumFault.CACHED_BOOKED: "payment {0}: {1} kopecks wait for consultations, fundings give {2}",
    SumFault.CACHED_SPENT: "payment {0}: {1} kopecks are spent, fundings and refunds give {2}",
    SumFault.OVERFUNDED: "payment {0}: captured {1}, but refunds and fundings take {2}",
    SumFault.SPENT_TOO_EARLY: (
        "refund {0} was asked for before the consultation that spent it had ended"
    ),
}


@dataclass(frozen=True, slots=True)
class WrongSum:
    """One sum that does not hold: of which row, and its one or two numbers (minor units or counts).

    ``row`` is a number, the code of an account, or a currency.
    """

    fault: SumFault
    row: str
    numbers: Sequence[int] = ()

    def __str__(self) -> str:
        """Say it for the log."""
        return SENTENCES[self.fault].format(self.row, *self.numbers)
