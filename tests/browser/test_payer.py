"""A payer who leaves the bank's page and comes back can still pay, whatever the browser holds."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import Person, watched
from tests.browser.test_circle import books, pays
from tests.stacks import Stack

BANK = "**/tochka/order/**"


def goes_to_pay(kirill: Person, number: int) -> None:
    """Choose the consultation, the method that stands first, and arrive at the bank."""
    kirill.opens("/account")
    kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    kirill.page.locator("main button[type=submit]").click()
    kirill.page.wait_for_url(BANK, timeout=30_000)


@pytest.fixture(params=[(390, 844), (1366, 768)], ids=["phone", "desktop"])
def kirill(
    request: pytest.FixtureRequest,
    browser: Browser,
    stack: Stack,
    faults: list[str],
    *,
    scripted: bool,
) -> Iterator[Person]:
    """Кирилл at a telephone that he touches, and at a desktop, with and without scripts."""
    width, height = request.param
    options = {"locale": "ru-RU", "java_script_enabled": scripted, "has_touch": width < 500}
    size = {"width": width, "height": height}
    with browser.new_context(viewport=size, is_mobile=width < 500, **options) as context:
        yield Person(watched(context, faults), stack).signs_in("client")


def opens_checkout(kirill: Person, number: int) -> None:
    """Go from the cabinet to the question how to pay."""
    kirill.opens("/account")
    kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()


def test_the_ways_are_of_one_size_and_the_button_names_the_chosen_one(
    kirill: Person, stack: Stack
) -> None:
    opens_checkout(kirill, books(stack))
    sbp, card = (kirill.page.locator(f"label[for=method-{way}]") for way in ("sbp", "card"))
    button = kirill.page.locator("main button[type=submit]")
    one, other = sbp.bounding_box(), card.bounding_box()

    expect(button).to_have_accessible_name("Оплатить 321 ₽ через СБП")
    card.click()
    expect(button).to_have_accessible_name("Перейти к оплате картой")
    sbp.click()
    expect(button).to_have_accessible_name("Оплатить 321 ₽ через СБП")

    assert (one["x"], one["width"], one["height"]) == (other["x"], other["width"], other["height"])
    assert one["y"] < other["y"]
    assert button.bounding_box()["height"] >= 48


def test_a_payer_comes_back_and_pays(both: tuple[Person, Person], stack: Stack) -> None:
    kirill, _ = both
    number = books(stack)

    goes_to_pay(kirill, number)
    kirill.page.go_back()
    pays(kirill, number)

    kirill.sees("Оплачено 321")


def test_after_a_refusal_the_other_method_leads_to_the_bank(
    both: tuple[Person, Person], stack: Stack
) -> None:
    kirill, _ = both
    goes_to_pay(kirill, books(stack))

    kirill.presses("Отклонить оплату")
    kirill.page.wait_for_url("**/pay/**")
    kirill.page.get_by_role("link", name="Другой способ").click()
    kirill.page.get_by_text("Банковская карта").first.click()
    kirill.page.locator("main button[type=submit]").click()
    kirill.page.wait_for_url(BANK, timeout=30_000)

    expect(kirill.page.locator("h1")).to_be_visible()
