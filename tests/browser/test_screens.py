"""Every screen in both themes: accessible, quiet, in Russian, and as wide as its window."""

import re
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests import stacks
from tests.browser.screens import SCREENS, Screen, Stage

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {
    "runOnly": TAGS,
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
ASK = """rules => axe.run(document, rules).then(answer => answer.violations.flatMap(
  one => one.nodes.map(node => `${one.id}: ${node.target} ${node.failureSummary}`)))"""
#: What a person reads, without code (the bank's own words), keys, names and what is hidden.
READ = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const {parentElement: parent, data} = walker.currentNode;
    if (parent.checkVisibility() && !parent.closest("code, kbd, [translate=no]")) texts.push(data);
  }
  return texts.join(" ");
}"""
FOREIGN = re.compile(r"(?<![\w.@…])[A-Za-z_]{2,}(?![\w@])")
ALLOWED = {"CSV", "Excel", "Enter", "QR", "ID"}
WIDTHS = (1366, 768, 360, 320)
LOOKS = (("light", 360), ("dark", 1366))


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Set the stage once, on a stack that no story has touched: the screens only read."""
    stack = stacks.start(tmp_path_factory.mktemp("stage") / "var", PORTAL_TRUSTED_PROXIES="1")
    yield Stage(browser, stack).sets()
    assert stack.stop() == 0


def overflow(page: Page, width: int) -> int:
    """Return by how many pixels the page is wider than its window."""
    page.set_viewport_size({"width": width, "height": 768})
    return page.evaluate("() => document.documentElement.scrollWidth - innerWidth")


def violations(page: Page, theme: str, width: int) -> list[str]:
    """Return what axe finds, in one theme at one width; the content policy stays on."""
    page.set_viewport_size({"width": width, "height": 768})
    page.emulate_media(color_scheme=theme)
    return page.evaluate(ASK, RULES)


def foreign_words(page: Page) -> set[str]:
    """Return the words in Latin letters that a person would read."""
    return set(FOREIGN.findall(page.evaluate(READ))) - ALLOWED


def test_the_theme_is_light_or_dark_or_as_the_system_has_it(stage: Stage) -> None:
    vera = stage.people["viewer"]
    themes = []
    for words in ("Тёмная", "Светлая", "Как в системе"):
        vera.presses(words)
        expect(vera.page.get_by_role("button", name=words, pressed=True)).to_be_visible()
        themes.append(vera.page.locator("html").get_attribute("data-theme"))

    assert themes == ["dark", "light", None]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_is_for_everybody(stage: Stage, screen: Screen) -> None:
    page = stage.shows(screen)

    assert {width: overflow(page, width) for width in WIDTHS} == dict.fromkeys(WIDTHS, 0)
    assert foreign_words(page) == set()
    page.evaluate(AXE)
    assert {look: violations(page, *look) for look in LOOKS} == {look: [] for look in LOOKS}
    assert stage.faults == list(screen.console)
