"""Анна offers time, Кирилл picks it and pays: with scripts and without them (G1, A1)."""

from datetime import timedelta

from playwright.sync_api import expect

from portal.domain import clock
from tests.browser.people import Person
from tests.browser.test_circle import goes_from_code_to_bank


def offers(anna: Person, specialist: str) -> None:
    """Put one hour of the day after tomorrow on offer."""
    anna.opens("/slots/new")
    anna.page.fill("#specialist", specialist)
    anna.page.fill("#day", (clock.now() + timedelta(days=2)).date().isoformat())
    anna.page.fill("#times", "15:30")
    anna.page.fill("#price", "321")
    anna.presses("Предложить время")
    anna.sees("Добавлен 1 слот")


def takes(kirill: Person, specialist: str) -> None:
    """Pick the only time of the specialist and arrive at the question how to pay."""
    kirill.opens("/account")
    kirill.presses("Записаться на консультацию")
    kirill.page.get_by_label("Специалист").select_option(specialist)
    kirill.presses("Показать")
    kirill.page.get_by_role("link", name="15:30").click()
    kirill.sees("На оплату есть 30 минут")
    kirill.presses("Записаться и оплатить 321 ₽")
    kirill.page.wait_for_url("**/method")


def test_time_that_was_offered_is_picked_and_paid(
    both: tuple[Person, Person], *, scripted: bool
) -> None:
    kirill, anna = both
    specialist = "Доктор Скриптов" if scripted else "Доктор Тихонов"

    offers(anna, specialist)
    takes(kirill, specialist)
    kirill.sees("Начните оплату до")
    kirill.page.get_by_label("СБП").check()
    kirill.page.locator(".methods button[type=submit]").click()
    goes_from_code_to_bank(kirill)
    kirill.presses("Оплатить по СБП")
    kirill.page.wait_for_url("**/done", timeout=30_000)

    anna.opens("/slots?status=taken")
    row = anna.page.get_by_role("row").filter(has_text=specialist)
    expect(row).to_contain_text("Кириллов Кирилл")
    kirill.opens("/account/book")
    expect(kirill.page.get_by_text(specialist)).to_have_count(0)
