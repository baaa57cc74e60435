"""Days of a list: in the address, in its fields, in its chips; the tabs of consultations (3.2)."""

import re
from datetime import timedelta

import pytest

from tests.builders import STARTS_AT

ROW = re.compile(r'<tr id="[pc](\d+)"')
PERIODS = {
    "from=today": ["1"],
    "from=-6d": ["1"],
    "from=month&to=month": ["1"],
    "to=yesterday": [],
    "from=2026-11-25": [],
    "from=nonsense": ["1"],
    "to=9999-12-31": ["1"],
}
TABS = {
    "": ["1", "2"],
    "tab=today": [],
    "tab=upcoming": ["1", "2"],
    "tab=past": [],
    "tab=upcoming&from=2026-11-26": [],
    "tab=upcoming&to=2026-11-25": ["1", "2"],
    "q=дата:25.11": ["1", "2"],
    "q=дата:24.11": [],
    "q=цена:<3000": [],
    "q=оплата:не": ["2"],
    "q=статус:отм": ["1"],
}


def _page(desk, path):
    return desk.browser(desk.anna).get(path).text


@pytest.mark.parametrize(("query", "found"), PERIODS.items())
def test_a_period_may_be_said_in_words(desk, query, found):
    assert ROW.findall(_page(desk, f"/payments?{query}")) == found


def test_the_field_and_the_chip_tell_the_day_that_was_meant(desk):
    page = _page(desk, "/payments?from=-6d")

    assert 'name="from" type="date" value="2026-11-18"' in page
    assert "с 18.11.2026" in page


@pytest.mark.parametrize(("query", "found"), TABS.items())
def test_a_tab_and_the_days_narrow_together(desk, query, found):
    assert sorted(ROW.findall(_page(desk, f"/consultations?{query}"))) == found


def test_today_is_the_day_of_moscow(desk, clock):
    clock.move_to(STARTS_AT.replace(hour=0) - timedelta(hours=2, minutes=59))

    assert sorted(ROW.findall(_page(desk, "/consultations?tab=today"))) == ["1", "2"]


def test_ready_lists_are_links(desk):
    page = _page(desk, "/payments")

    assert 'href="/payments?flag=owed">Ждут возврата' in page
