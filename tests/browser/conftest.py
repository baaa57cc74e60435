"""A real Chromium against the real stack; every page that a story opens is watched for faults."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import chromium
from tests.browser.people import Person, watched
from tests.stacks import Stack

#: As far from each other as what people sit at can be.
DEVICES = {
    "phone without JavaScript": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "java_script_enabled": False,
    },
    "desktop": {"viewport": {"width": 1366, "height": 768}},
}
#: Told without motion: an animation that a new page cuts off is an error, and one that turns while
#: a bank is waited for takes a third of the browser's time.
STILL = {"locale": "ru-RU", "reduced_motion": "reduce"}


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Give what people sit at: a telephone that is touched, without scripts, or a desktop."""
    return DEVICES[request.param]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once; two at a time on two cores may wait for five seconds."""
    expect.set_options(timeout=20_000)
    with chromium() as started:
        yield started


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def scripted(request: pytest.FixtureRequest) -> bool:
    """Play a story twice: with JavaScript and without."""
    return bool(request.param)


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Collect script errors and CSP violations; the story fails when there is any."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def anna(browser: Browser, stack: Stack, faults: list[str]) -> Iterator[Person]:
    """Анна, who may refund, at her screen with JavaScript."""
    with browser.new_context(**STILL) as context:
        yield Person(watched(context, faults), stack).comes_in("admin")


@pytest.fixture
def enter(
    browser: Browser, stack: Stack, faults: list[str], *, scripted: bool
) -> Iterator[Callable[[str], Person]]:
    """Let somebody sign in at a browser of their own: ``enter("viewer")``."""
    with ExitStack() as opened:

        def sign_in(name: str) -> Person:
            context = browser.new_context(**STILL, java_script_enabled=scripted)
            return Person(watched(opened.enter_context(context), faults), stack).comes_in(name)

        yield sign_in


@pytest.fixture
def both(
    browser: Browser, stack: Stack, faults: list[str], *, scripted: bool
) -> Iterator[tuple[Person, Person]]:
    """Кирилл the client and Анна of the staff, each in a browser of their own."""
    options = STILL | {"java_script_enabled": scripted}
    with browser.new_context(**options) as his, browser.new_context(**options) as hers:
        kirill = Person(watched(his, faults), stack).signs_in("client")
        yield kirill, Person(watched(hers, faults), stack).signs_in("admin")
