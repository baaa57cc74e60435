"""A client's statement of a period: what was held before and after, and the movements (C3)."""

import re
from datetime import timedelta

from tests.builders import NOW

LINE = re.compile(r'<tr role="row" id="t(\d+)"')
SUMS = re.compile(r"Остаток на начало: (.*?)\.\s+На конец: (.*?)\.", re.DOTALL)


def _page(desk, query=""):
    return desk.browser(desk.anna).get(f"/users/{desk.zoya}?tab=statement{query}").text


def test_the_whole_statement_begins_with_nothing(desk):
    page = _page(desk)

    assert LINE.findall(page) == ["1", "2", "3"]
    assert SUMS.findall(page) == [("0,00\u00a0₽", "3\u00a0000,00\u00a0₽")]


def test_a_period_begins_with_what_was_held_before_it(desk, clock):
    desk.pays("Пётр Первый")
    clock.move_to(NOW + timedelta(days=2))
    desk.pays_for(desk.zoya, at=NOW + timedelta(days=2))

    page = _page(desk, "&from=2026-11-25&to=2026-11-26")

    assert len(LINE.findall(page)) == 2
    assert SUMS.findall(page) == [("3\u00a0000,00\u00a0₽", "6\u00a0000,00\u00a0₽")]
    assert 'value="2026-11-25"' in page
    assert "from=2026-11-25&amp;to=2026-11-26&amp;format=csv" in page


def test_a_period_without_movements_says_so(desk):
    page = _page(desk, "&to=2026-11-23")

    assert LINE.findall(page) == []
    assert "За эти дни деньги не двигались" in page
    assert "Движений денег ещё не было" not in page
