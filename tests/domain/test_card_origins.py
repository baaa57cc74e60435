"""In Kazakhstan, and where nobody knows the country, the payer is asked; an answer wins (A6)."""

import pytest

from portal.domain.card_origins import CardOrigin, card_origin

RUSSIAN, FOREIGN = CardOrigin.RUSSIAN, CardOrigin.FOREIGN
TABLE = [
    ("KZ", None, None),
    (None, None, None),
    ("RU", None, RUSSIAN),
    ("DE", None, RUSSIAN),
    ("KZ", RUSSIAN, RUSSIAN),
    ("KZ", FOREIGN, FOREIGN),
    ("RU", FOREIGN, FOREIGN),
    (None, RUSSIAN, RUSSIAN),
]


@pytest.mark.parametrize(("country", "answer", "origin"), TABLE)
def test_whose_card_is_expected(country, answer, origin):
    assert card_origin(country, answer) is origin
