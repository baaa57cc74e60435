"""The lists at a real screen: no cut action at a laptop's width, and a quiet console."""

import re

import pytest
from playwright.sync_api import ConsoleMessage, expect

from portal.cli.demo import HISTORY
from tests.browser.people import Person

LONGEST = """() => document.querySelectorAll("#results tbody tr").forEach(row => {
  row.cells[2].firstChild.data = "123 456,00 ₽";
  const words = [..."Результат неизвестен|Не состоялась".split("|")];
  row.querySelectorAll(".badge").forEach(badge => badge.textContent = words.shift());
  row.cells[5].textContent = "Карта •• 0005";
})"""
FITS = """() => [document.documentElement, document.querySelector(".panel.flush")]
  .map(one => one.scrollWidth - one.clientWidth)"""


@pytest.mark.parametrize("width", [1366, 1280, 1199, 1024, 768])
def test_the_longest_words_of_a_row_fit_without_scrolling_sideways(
    anna: Person, width: int
) -> None:
    anna.page.set_viewport_size({"width": width, "height": 768})
    anna.opens("/payments")
    anna.page.evaluate(LONGEST)

    assert anna.page.evaluate(FITS) == [0, 0]
    assert anna.page.get_by_role("link", name="Вернуть деньги").first.is_visible()


def test_a_list_is_printed_as_a_table_without_the_banner(anna: Person) -> None:
    anna.page.set_viewport_size({"width": 700, "height": 990})
    anna.opens("/payments")
    anna.page.emulate_media(media="print")

    shown = [
        anna.page.locator(part).first.evaluate("node => getComputedStyle(node).display")
        for part in ("thead", "tbody tr", "main > .note", "#filters")
    ]
    assert shown == ["table-header-group", "table-row", "none", "none"]


@pytest.mark.parametrize("path", ["/payments", "/consultations", "/users"])
def test_enter_during_a_live_search_leaves_the_console_empty(anna: Person, path: str) -> None:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    anna.page.on("console", hear)
    anna.opens(path)
    with anna.page.expect_request(lambda request: "q=" in request.url):
        anna.page.locator("#q").press_sequentially("Васильев")
    anna.page.locator("#q").press("Enter")
    expect(anna.page.locator("#results tbody")).to_contain_text("Васильев")
    anna.page.wait_for_load_state("networkidle")

    assert said == []


def test_contacts_are_shown_by_a_press_and_the_focus_goes_to_what_is_said(anna: Person) -> None:
    anna.opens("/users/10")
    expect(anna.page.locator("#contacts")).not_to_contain_text("vasiliev@ponimayu.test")

    anna.page.locator("#contacts button").press("Enter")

    expect(anna.page.locator("#contacts")).to_contain_text("vasiliev@ponimayu.test")
    expect(anna.page.get_by_text("Показано один раз")).to_be_focused()
    assert anna.page.url.endswith("/users/10")


def test_nobody_of_the_demo_consults_at_night(anna: Person) -> None:
    anna.opens("/consultations")

    hours = re.findall(r", (\d\d):00", anna.page.locator("#results").inner_text())

    assert set(hours) <= {*["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"]}
    assert len(hours) == len(HISTORY)
