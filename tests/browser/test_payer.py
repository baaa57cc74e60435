"""A payer who leaves the bank's page and comes back can still pay, whatever the browser holds."""

from playwright.sync_api import expect

from tests.browser.people import Person
from tests.browser.test_circle import books, pays
from tests.stacks import Stack

BANK = "**/tochka/order/**"


def goes_to_pay(kirill: Person, number: int) -> None:
    """Choose the consultation, the method that stands first, and arrive at the bank."""
    kirill.opens("/account")
    kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    kirill.page.locator("main button[type=submit]").click()
    kirill.page.wait_for_url(BANK, timeout=30_000)


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
