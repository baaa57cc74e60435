"""`python -m bench.payers`: what a payer's page weighs and when it is there, on a slow telephone.

Chromium with a cold cache and the processor slowed down four times, against the local stack. The
goals: the largest piece is painted within 1.2 s, and 45 KB cross the wire.
"""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests import stacks
from tests.browser.chromium import chromium
from tests.browser.conftest import PHONE
from tests.browser.inside import books
from tests.browser.people import Person, watched

RUNS, SLOWER = 5, 4
LCP_GOAL_MS, WEIGHT_GOAL_KB = 1200, 45
PAINTED = """() => new Promise(done => new PerformanceObserver(
  list => done(list.getEntries().at(-1).startTime)
).observe({type: "largest-contentful-paint", buffered: true}))"""


def visit(browser: Browser, url: str, state: Any) -> tuple[float, int, int]:
    """Open a page once with nothing cached; return ms to the largest paint, bytes, requests."""
    with browser.new_context(locale="ru-RU", storage_state=state, **PHONE) as context:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        loaded: list[int] = []
        wire.on("Network.loadingFinished", lambda one: loaded.append(one["encodedDataLength"]))
        wire.send("Network.enable")
        wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(url, wait_until="load")
        painted = page.evaluate(PAINTED)
        return painted, sum(loaded), len(loaded)


def measure(browser: Browser, name: str, url: str, state: Any = None) -> None:
    """Print the median of several visits of one page, and whether it keeps to the goals."""
    visits = [visit(browser, url, state) for _ in range(RUNS)]
    painted = statistics.median(found[0] for found in visits)
    weight, requests = visits[-1][1] / 1000, visits[-1][2]
    is_good = painted <= LCP_GOAL_MS and weight <= WEIGHT_GOAL_KB
    verdict = "" if is_good else "  over the goal"
    print(f"{name:<12}{painted:>9.0f}{weight:>10.1f}{requests:>10}{verdict}", flush=True)


@contextmanager
def payer(browser: Browser, stack: stacks.Stack) -> Iterator[tuple[Person, BrowserContext]]:
    """Give the demo's client, signed in."""
    with browser.new_context(locale="ru-RU") as context:
        yield Person(watched(context, []), stack).comes_in("client"), context


def measure_all(browser: Browser, stack: stacks.Stack) -> None:
    """Walk the way of a payer, and weigh every page on it as somebody sees it first."""
    with payer(browser, stack) as (kirill, context):
        number = books(stack)
        kirill.opens("/account")
        kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
        pay = kirill.page.url.removesuffix("/method")
        measure(browser, "whose card", f"{pay}/card?change=1")
        measure(browser, "method", f"{pay}/method")
        kirill.page.get_by_label("СБП").check()
        kirill.page.locator("#methods button").click()
        kirill.page.wait_for_url("**/sbp*")
        measure(browser, "SBP", f"{pay}/sbp")
        measure(browser, "wait", f"{pay}/wait?declined=1")
        kirill.presses("Открыть страницу банка")
        kirill.presses("Оплатить по СБП")
        kirill.page.wait_for_url("**/done")
        measure(browser, "done", f"{pay}/done")
        state, url = context.storage_state(), stack.portal_url
        for name in ("account", "account/cards", "account/book", "account/balance"):
            measure(browser, name.rpartition("/")[2], f"{url}/{name}", state)


def main() -> None:
    """Start a stack of its own, measure, and stop it."""
    print(f"A telephone, nothing cached, the processor {SLOWER} times slower; median of {RUNS}.")
    print(f"{'page':<12}{'LCP, ms':>9}{'KB':>10}{'requests':>10}")
    with tempfile.TemporaryDirectory() as data, chromium() as browser:
        stack = stacks.start(Path(data) / "var")
        try:
            measure_all(browser, stack)
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
