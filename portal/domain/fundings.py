"""Which payments pay a consultation from the free balance: the oldest first (domain.md §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain.errors import Refusal
from portal.domain.money import Money


@dataclass(frozen=True, slots=True)
class FreeMoney:
    """What of one payment is free: nobody has booked, spent or taken it back."""

    payment_id: int
    paid_at: datetime
    amount: Money


@dataclass(frozen=True, slots=True)
class Purse:
    """What a client sees before the balance pays: the price, what is ``free`` for it, and held.

    ``held`` is the free balance as the client knows it; some of it may not pay yet.
    """

    price: Money
    free: Money
    held: Money

    @property
    def covers(self) -> bool:
        """Whether the whole price can be paid."""
        return self.free >= self.price

    @property
    def lacking(self) -> Money:
        """What is missing for the whole price, never below zero."""
        return max(self.price - self.free, Money(0, self.price.currency))

    @property
    def stuck(self) -> Money:
        """What is held and may not pay yet, because its payment is unknown or in doubt."""
        return self.held - self.free


class BalanceTooLow(Refusal):
    """The free balance does not pay for the whole price; ``free`` and ``lacking`` are Money."""

    code = "balance_too_low"


def payable(sources: Sequence[FreeMoney], available: Money) -> Money:
    """Return what the balance may pay: free money whose payment is known, and which is there.

    Money that no payment brought, or that a payment has left without, waits for staff.
    """
    known = sum((source.amount for source in sources), start=available - available)
    return min(known, available)


def share_out(price: Money, sources: Sequence[FreeMoney], available: Money) -> dict[int, Money]:
    """Say how much each payment pays of the price, the oldest first; raise BalanceTooLow."""
    free = payable(sources, available)
    if free < price:
        raise BalanceTooLow(free=free, lacking=price - free)
    shares, left = {}, price
    for source in sorted(sources, key=lambda one: (one.paid_at, one.payment_id)):
        if left.minor > 0 and source.amount.minor > 0:
            shares[source.payment_id] = min(left, source.amount)
            left -= shares[source.payment_id]
    return shares
