"""Whose card it is, as far as the checkout must know it: the bank follows from it (A5, A6)."""

from enum import StrEnum

from portal.domain.money import Currency

#: Where Russian and foreign cards are equally usual: only the person knows which theirs is.
ASKED_IN = frozenset({"KZ"})


class CardOrigin(StrEnum):
    """What kind of bank issued the payer's card."""

    RUSSIAN = "russian"
    FOREIGN = "foreign"


def card_origin(country: str | None, answer: CardOrigin | None) -> CardOrigin | None:
    """Return whose card to expect, or None when the payer must be asked first.

    An answer counts for more than the address, which may lie; an unknown country is asked.
    """
    if answer is not None:
        return answer
    if country is None or country in ASKED_IN:
        return None
    return CardOrigin.RUSSIAN


#: What a card of each kind is charged in: the account follows from it (domain.md §8).
_CURRENCIES = {CardOrigin.RUSSIAN: Currency.RUB, CardOrigin.FOREIGN: Currency.KZT}


def charged_in(origin: CardOrigin) -> Currency:
    """Return the currency that such a card is asked to pay in; nothing is ever converted."""
    return _CURRENCIES[origin]
