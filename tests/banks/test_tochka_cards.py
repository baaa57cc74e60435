"""Which card Tochka keeps: ``CofToken`` may lack anything, and the bank adds words (§8.1)."""

import pytest

from portal.domain.ports import KeptCard
from tests.banks.answers import OPERATION, Bank, read

CARDS = (
    (None, None),
    ([], None),
    ("208452", None),
    ({}, None),
    ({"tokenCardId": ""}, None),
    ({"tokenCardId": 208452}, None),
    ({"tokenCardId": "20 84"}, None),
    ({"tokenCardId": "x" * 65}, None),
    ({"maskedPan": "220445******0792", "cardType": "Mir"}, None),
    ({"tokenCardId": "208452"}, KeptCard("208452", None, None)),
    ({"tokenCardId": "208452", "cardType": "<b>", "maskedPan": 7}, KeptCard("208452", None, None)),
    (
        {"tokenCardId": "a-1", "cardType": "VISA", "maskedPan": "4***1111", "expiry": "09/27"},
        KeptCard("a-1", "VISA", "1111"),
    ),
)


@pytest.mark.parametrize(("told", "card"), CARDS)
def test_a_card_is_kept_only_when_the_bank_names_it(told, card):
    found = Bank(read=read(CofToken=told)).connector().read_operation(OPERATION)

    assert found.card == card
