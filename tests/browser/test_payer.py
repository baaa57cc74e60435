"""A payer who leaves the bank's page and comes back can still pay, whatever the browser holds."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import STILL
from tests.browser.inside import books
from tests.browser.people import Person, watched
from tests.browser.test_circle import goes_from_code_to_bank, pays
from tests.codes import read_picture
from tests.stacks import Stack

BANK = "**/tochka/order/**"


@pytest.fixture
def kirill(
    browser: Browser, stack: Stack, faults: list[str], device: dict[str, Any]
) -> Iterator[Person]:
    """Кирилл at his device."""
    with browser.new_context(**STILL, **device) as context:
        yield Person(watched(context, faults), stack).comes_in("client")


def opens_checkout(kirill: Person, number: int) -> None:
    """Go from the cabinet to the question how to pay."""
    kirill.opens("/account")
    kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()


def test_the_ways_are_of_one_size_and_the_button_names_the_chosen_one(
    kirill: Person, stack: Stack
) -> None:
    opens_checkout(kirill, books(stack))
    sbp, card = (kirill.page.locator(f"label[for=method-{way}]") for way in ("sbp", "card"))
    button = kirill.page.locator(".methods button[type=submit]")
    one, other = sbp.bounding_box(), card.bounding_box()

    sbp.click()
    expect(button).to_have_accessible_name("Оплатить 321 ₽ через СБП")
    card.click()
    expect(button).to_have_accessible_name("Перейти к оплате картой")
    sbp.click()
    expect(button).to_have_accessible_name("Оплатить 321 ₽ через СБП")

    assert (one["x"], one["width"], one["height"]) == (other["x"], other["width"], other["height"])
    assert one["y"] < other["y"]
    assert button.bounding_box()["height"] >= 48


def opens_code(kirill: Person, number: int) -> None:
    """Choose SBP, whatever this payer is used to, and arrive at its code."""
    opens_checkout(kirill, number)
    kirill.page.get_by_label("СБП").check()
    kirill.page.locator(".methods button[type=submit]").click()
    kirill.page.wait_for_url("**/sbp*", timeout=30_000)


def goes_to_pay(kirill: Person, number: int) -> None:
    """Choose the consultation and SBP, and arrive at the bank."""
    opens_code(kirill, number)
    goes_from_code_to_bank(kirill)


def test_the_code_is_read_as_the_link_that_the_page_shows(kirill: Person, stack: Stack) -> None:
    opens_code(kirill, books(stack))
    link = kirill.page.get_by_role("link", name=re.compile("^Открыть"))
    if link.inner_text() == "Открыть приложение банка":
        kirill.page.get_by_text("Показать QR-код").click()
    code = kirill.page.get_by_role("img", name="QR-код для оплаты 321 ₽ через СБП")

    for theme in ("light", "dark"):
        kirill.page.emulate_media(color_scheme=theme)
        assert read_picture(code.screenshot()) == link.get_attribute("href")
    assert code.bounding_box()["width"] == 320


def test_a_payer_pays_by_sbp(kirill: Person, stack: Stack) -> None:
    goes_to_pay(kirill, books(stack))
    kirill.presses("Оплатить по СБП")

    kirill.sees("Оплачено 321")


def test_the_page_with_the_code_hears_of_a_payment_at_a_telephone(
    kirill: Person, stack: Stack
) -> None:
    goes_to_pay(kirill, books(stack))
    telephone = kirill.page.context.new_page()
    telephone.goto(kirill.page.url)
    kirill.page.go_back()
    kirill.page.wait_for_url("**/sbp*")

    telephone.get_by_role("button", name="Оплатить по СБП").click()

    kirill.sees("Оплачено 321")


def test_a_payer_pays_by_card_after_the_code(kirill: Person, stack: Stack) -> None:
    opens_code(kirill, books(stack))

    kirill.presses("Оплатить картой")
    kirill.page.wait_for_url(BANK, timeout=30_000)
    kirill.presses("Оплатить картой")

    kirill.sees("Оплачено 321")


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
    kirill.page.locator(".methods button[type=submit]").click()
    kirill.page.wait_for_url(BANK, timeout=30_000)

    expect(kirill.page.locator("h1")).to_be_visible()
