"""How the values of operators and the days of an address are read (3.2-3.3)."""

import pytest

from portal.web.lists import day_end, day_start
from portal.web.search_words import amount, choose, meant, other_layout, period

WORDS = {"paid": "Оплачен", "partly": "Возвращён частично", "refunded": "Возвращён"}
CHOICES = {
    "paid": "paid",
    "ОПЛАЧЕН": "paid",
    "опл": "paid",
    "возвращен": "refunded",
    "част": "partly",
    "возвр": None,
    "": None,
    "чепуха": None,
}
AMOUNTS = {
    "3500": {"min": "3500.00", "max": "3500.00"},
    "3500,5": {"min": "3500.50", "max": "3500.50"},
    ">1000": {"min": "1000.01"},
    "<1000": {"max": "999.99"},
    "500..3000": {"min": "500.00", "max": "3000.00"},
}
NO_AMOUNTS = ["", ">", "много", "3000..500", "<0,01", "-5", "1e3"]
DAYS = {
    "сегодня": ("2026-11-24", "2026-11-24"),
    "yesterday": ("2026-11-23", "2026-11-23"),
    "2026-08": ("2026-08-01", "2026-08-31"),
    "2024-02": ("2024-02-01", "2024-02-29"),
    "2026-12": ("2026-12-01", "2026-12-31"),
    "month": ("2026-11-01", "2026-11-30"),
    "14.08": ("2026-08-14", "2026-08-14"),
    "14.08.2024": ("2024-08-14", "2024-08-14"),
    "01.08..14.08": ("2026-08-01", "2026-08-14"),
    "2026-08-01..сегодня": ("2026-08-01", "2026-11-24"),
    "-7d": ("2026-11-17", "2026-11-17"),
}
NO_DAYS = ["", "31.02", "2026-13", "0000-00", "14.08..01.08", "завтрак", "99999-01"]


@pytest.mark.parametrize(("text", "key"), CHOICES.items())
def test_a_value_is_chosen_by_code_or_by_words(text, key):
    assert choose(text, WORDS) == key


@pytest.mark.parametrize(("text", "params"), AMOUNTS.items())
def test_a_sum_is_a_range(text, params):
    assert amount(text).params == params


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_sum_is_not_guessed(text):
    assert amount(text) is None


@pytest.mark.parametrize(("text", "ends"), DAYS.items())
def test_days_are_read_in_moscow(clock, text, ends):
    assert tuple(period(text).params.values()) == ends


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_is_no_day_is_not_guessed(clock, text):
    assert period(text) is None


def test_a_day_lasts_from_midnight_to_midnight_in_moscow(clock):
    assert day_start("2026-11-24").isoformat() == "2026-11-24T00:00:00+03:00"
    assert day_end("2026-11-24").isoformat() == "2026-11-25T00:00:00+03:00"
    assert day_end("month").isoformat() == "2026-12-01T00:00:00+03:00"
    assert (day_start("9999-12-31"), day_end("9999-12-31")) == (None, None)


def test_after_midnight_in_moscow_it_is_the_next_day(clock):
    clock.move_to("2026-11-24T21:30:00+00:00")

    assert day_start("today").isoformat() == "2026-11-25T00:00:00+03:00"


def test_a_mistyped_name_is_guessed_among_the_operators_of_the_list():
    assert meant("статсу", ["status", "phone"]) == "статус"
    assert meant("сумм", ["status", "phone"]) == ""


def test_the_other_layout_works_both_ways():
    assert other_layout("bdfyjd") == "иванов"
    assert other_layout("фттф") == "anna"
