"""What a person may type for a sum, and what Money refuses to do."""

from decimal import Decimal

import pytest

from portal.domain.errors import BadAmount
from portal.domain.money import MAX_MINOR, Currency, Money, parse_amount

READABLE = {
    "1500": 150_000,
    "1 500": 150_000,
    "1\u00a0500": 150_000,
    "1\u202f500": 150_000,
    "1\u2009500,5": 150_050,
    "1500,50": 150_050,
    "1500.50": 150_050,
    "1500,5": 150_050,
    "  7  ": 700,
    "0,01": 1,
    "007": 700,
    "99 999 999,99": MAX_MINOR,
}
UNREADABLE = (
    "",
    " ",
    "0",
    "0,00",
    "0.001",
    "-1",
    "\u22121",
    "+1",
    "1e3",
    "1,500.00",
    "1.500.00",
    "1500,",
    ",50",
    "0x10",
    "1_500",
    "nan",
    "inf",
    "1500 ₽",
    "1'500",
    "100 000 000",
    "\u0661\u0665\u0660\u0660",
    "１５００",
    "1\n500",
    "1\x00",
    "9" * 5000,
)


@pytest.mark.parametrize(("text", "minor"), READABLE.items())
def test_a_sum_that_people_write_is_read(text, minor):
    assert parse_amount(text, Currency.RUB) == Money(minor, Currency.RUB)


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: ascii(text)[:20])
def test_a_sum_that_would_have_to_be_guessed_is_refused(text):
    with pytest.raises(BadAmount):
        parse_amount(text, Currency.RUB)


def test_a_sum_keeps_the_currency_that_it_was_asked_in():
    assert parse_amount("5", Currency.KZT) == Money(500, Currency.KZT)


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1), None])
def test_money_is_made_of_whole_minor_units_only(minor):
    with pytest.raises(TypeError):
        Money(minor, Currency.RUB)


@pytest.mark.parametrize("act", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_currencies_are_never_mixed(act):
    with pytest.raises(TypeError):
        getattr(Money(1, Currency.RUB), act)(Money(1, Currency.KZT))


def test_the_same_number_in_two_currencies_is_not_the_same_money():
    assert Money(1, Currency.RUB) != Money(1, Currency.KZT)


def test_a_difference_may_be_negative_and_nothing_is_false():
    assert Money(1, Currency.RUB) - Money(3, Currency.RUB) == Money(-2, Currency.RUB)
    assert bool(Money(0, Currency.RUB)) is False
    assert bool(Money(-2, Currency.RUB)) is True


@pytest.mark.parametrize(
    ("minor", "major"), [(0, "0.00"), (1, "0.01"), (150_050, "1500.50"), (-5, "-0.05")]
)
def test_the_major_sum_has_exactly_two_decimals(minor, major):
    assert str(Money(minor, Currency.RUB).major) == major


@pytest.mark.parametrize("minor", [0, 1, 99, 100, 150_050, MAX_MINOR])
def test_money_survives_the_way_to_major_and_back(minor):
    money = Money(minor, Currency.RUB)
    assert Money.from_major(money.major, Currency.RUB) == money


@pytest.mark.parametrize("major", ["0.001", "NaN", "Infinity", "-Infinity", "1E+30"])
def test_a_decimal_that_is_no_exact_sum_is_refused(major):
    with pytest.raises(BadAmount):
        Money.from_major(Decimal(major), Currency.RUB)
