"""Which ways to pay a checkout offers, in which order, and which is chosen beforehand (A7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod

#: What one payment by SBP may carry at most (ux.md §1.17).
SBP_CEILING = Money(1_000_000_00, Currency.RUB)
#: How long a lost link speaks against SBP.
LOSSES_COUNT = timedelta(minutes=15)
OFFERED = (PaymentMethod.SBP, PaymentMethod.CARD)


class CardFirst(StrEnum):
    """Why SBP is not offered first."""

    NOT_CONNECTED = "not_connected"
    TOO_MUCH = "too_much"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to pay, best first; ``chosen`` is None when there is nothing to choose."""

    methods: tuple[PaymentMethod, ...]
    chosen: PaymentMethod | None
    card_first: CardFirst | None


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks against SBP now: what the account can do, and how its last links fared.

    ``lost_links`` tells of each of the last SBP payments whether the bank gave it no link;
    ``habit`` is how the payer paid before, newest first.
    """

    methods: tuple[PaymentMethod, ...]
    lost_links: Sequence[bool] = ()
    habit: Sequence[PaymentMethod] = ()


def ways_to_pay(price: Money, signs: Signs, *, losses: int) -> Ways:
    """Put SBP first and choose it, unless it cannot work; ``losses`` lost links in a row say so.

    Somebody who paid by card twice finds the card chosen; SBP still stands first.
    """
    offered = tuple(method for method in OFFERED if method in signs.methods)
    reason = _reason(price, signs, losses)
    if reason is CardFirst.TOO_MUCH:
        offered = tuple(method for method in offered if method is not PaymentMethod.SBP)
    if reason is CardFirst.FAILING:
        offered = tuple(reversed(offered))
    likes_cards = tuple(signs.habit[:2]) == (PaymentMethod.CARD, PaymentMethod.CARD)
    if likes_cards and PaymentMethod.CARD in offered:
        return Ways(offered, PaymentMethod.CARD, reason)
    return Ways(offered, next(iter(offered), None), reason)


def _reason(price: Money, signs: Signs, losses: int) -> CardFirst | None:
    if PaymentMethod.SBP not in signs.methods:
        return CardFirst.NOT_CONNECTED
    if price.currency is SBP_CEILING.currency and price > SBP_CEILING:
        return CardFirst.TOO_MUCH
    last = signs.lost_links[:losses]
    return CardFirst.FAILING if len(last) == losses and all(last) else None
