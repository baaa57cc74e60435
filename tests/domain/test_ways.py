"""SBP stands first and is chosen, unless it cannot work; then the page says why (A7)."""

import pytest

from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.ways import CardFirst, Signs, Ways, ways_to_pay

SBP, CARD, OTHER = PaymentMethod.SBP, PaymentMethod.CARD, PaymentMethod.OTHER
PRICE = Money(3_500_00, Currency.RUB)
MILLION = Money(1_000_000_00, Currency.RUB)
ABOVE = Money(1_000_000_01, Currency.RUB)
LOST, FOUND = True, False

TABLE = {
    "both work": (PRICE, Signs((SBP, CARD)), Ways((SBP, CARD), SBP, None)),
    "the bank lists the card first": (PRICE, Signs((CARD, SBP)), Ways((SBP, CARD), SBP, None)),
    "a way that we have no words for": (PRICE, Signs((SBP, OTHER)), Ways((SBP,), SBP, None)),
    "only SBP": (PRICE, Signs((SBP,)), Ways((SBP,), SBP, None)),
    "SBP is not connected": (
        PRICE,
        Signs((CARD,)),
        Ways((CARD,), CARD, CardFirst.NOT_CONNECTED),
    ),
    "nothing": (PRICE, Signs(()), Ways((), None, CardFirst.NOT_CONNECTED)),
    "exactly what SBP carries": (MILLION, Signs((SBP, CARD)), Ways((SBP, CARD), SBP, None)),
    "more than SBP carries": (ABOVE, Signs((SBP, CARD)), Ways((CARD,), CARD, CardFirst.TOO_MUCH)),
    "two lost links": (PRICE, Signs((SBP, CARD), [LOST, LOST]), Ways((SBP, CARD), SBP, None)),
    "three lost links": (
        PRICE,
        Signs((SBP, CARD), [LOST, LOST, LOST]),
        Ways((CARD, SBP), CARD, CardFirst.FAILING),
    ),
    "three lost links and no card": (
        PRICE,
        Signs((SBP,), [LOST, LOST, LOST]),
        Ways((SBP,), SBP, CardFirst.FAILING),
    ),
    "the newest link was found": (
        PRICE,
        Signs((SBP, CARD), [FOUND, LOST, LOST, LOST]),
        Ways((SBP, CARD), SBP, None),
    ),
    "paid by card once": (PRICE, Signs((SBP, CARD), habit=[CARD]), Ways((SBP, CARD), SBP, None)),
    "paid by card twice": (
        PRICE,
        Signs((SBP, CARD), habit=[CARD, CARD, SBP]),
        Ways((SBP, CARD), CARD, None),
    ),
    "paid by SBP last": (
        PRICE,
        Signs((SBP, CARD), habit=[SBP, CARD, CARD]),
        Ways((SBP, CARD), SBP, None),
    ),
    "likes cards, but there are none": (
        PRICE,
        Signs((SBP,), habit=[CARD, CARD]),
        Ways((SBP,), SBP, None),
    ),
}


@pytest.mark.parametrize(("price", "signs", "ways"), TABLE.values(), ids=TABLE)
def test_the_ways_to_pay(price, signs, ways):
    assert ways_to_pay(price, signs, losses=3) == ways
