"""The client's side as clients live it: at a telephone, at a desk, with and without scripts.

After every story the book holds, and no sum of a card check has touched a balance.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import STILL
from tests.browser.inside import assert_book_holds, books, forgets_card_origin
from tests.browser.people import Person, watched
from tests.browser.test_booking_story import offers
from tests.browser.test_circle import goes_from_code_to_bank, refunds
from tests.stacks import Stack

BANK = "**/tochka/order/**"
Meet = Callable[..., Person]


@pytest.fixture
def meet(
    browser: Browser, stack: Stack, faults: list[str], device: dict[str, Any]
) -> Iterator[Meet]:
    """Let somebody sign in at a device of their own, from where ``address`` is."""
    stack.control.post("settings", json={"card_refund_seconds": 0}).raise_for_status()
    with ExitStack() as opened:

        def sign_in(name: str, address: str = "") -> Person:
            here = {"extra_http_headers": {"X-Forwarded-For": address}} if address else {}
            context = browser.new_context(**STILL, **device, **here)
            return Person(watched(opened.enter_context(context), faults), stack).comes_in(name)

        yield sign_in
    assert_book_holds(stack)


def chooses(payer: Person, number: int, way: str) -> None:
    """Go from the account to the bank, or to the code, by one way to pay."""
    payer.opens("/account")
    payer.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    payer.page.get_by_label(way).check()
    payer.page.locator(".methods button[type=submit]").click()


def pays_by_card(payer: Person, number: int) -> None:
    """Choose the card and pay on the bank's page."""
    chooses(payer, number, "Банковская карта")
    payer.page.wait_for_url(BANK, timeout=30_000)
    payer.presses("Оплатить картой")
    payer.page.wait_for_url("**/pay/**", timeout=30_000)


def test_a_client_pays_by_card(meet: Meet, stack: Stack) -> None:
    kirill, number = meet("client"), books(stack)

    pays_by_card(kirill, number)

    kirill.sees("Оплачено 321")
    kirill.presses("В личный кабинет")
    expect(kirill.page.locator(f"#c{number}")).to_contain_text("Оплачено")


def test_a_client_is_declined_and_then_pays_by_the_same_link(meet: Meet, stack: Stack) -> None:
    kirill, number = meet("client"), books(stack)
    chooses(kirill, number, "Банковская карта")
    kirill.page.wait_for_url(BANK, timeout=30_000)

    kirill.presses("Отклонить оплату")
    kirill.page.wait_for_url("**/wait?declined=1")
    kirill.sees("Похоже, оплата не прошла")
    kirill.presses("Попробовать снова")
    kirill.page.wait_for_url(BANK)
    kirill.presses("Оплатить картой")

    kirill.sees("Оплачено 321")


def test_in_kazakhstan_a_client_is_asked_once_for_all_their_devices(
    meet: Meet, stack: Stack
) -> None:
    almaty, number = "2.132.0.1", books(stack, "client.kz")
    forgets_card_origin(stack, "client.kz")
    aigerim = meet("client.kz", almaty)
    aigerim.opens("/account")
    aigerim.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    expect(aigerim.page.locator("h1")).to_have_text("Карта какого банка у вас?")
    expect(aigerim.page.locator("input:checked")).to_have_count(0)

    aigerim.page.get_by_text("Российского", exact=True).click()
    aigerim.presses("Продолжить")
    expect(aigerim.page.locator("h1")).to_have_text("К оплате 321 ₽")
    elsewhere = meet("client.kz", almaty)
    pays_by_card(elsewhere, number)

    elsewhere.sees("Оплачено 321")


def binds_a_card(kirill: Person) -> str:
    """Bind a card on the bank's page, see the 2 ₽ go back, and return what the card is called."""
    kirill.opens("/account/cards")
    kirill.presses("Привязать карту")
    kirill.sees("Банк спишет 2 ₽, чтобы проверить карту, и мы сразу их вернём.")
    kirill.presses("Перейти на страницу банка")
    kirill.page.wait_for_url(BANK, timeout=30_000)
    kirill.page.get_by_label("Сохранить карту").check()
    kirill.presses("Оплатить картой")
    kirill.page.wait_for_url("**/account/cards/checks/**")
    kirill.sees("2,00 ₽ возвращены на карту.")
    kirill.presses("К картам")
    return kirill.page.locator("[id^=card] h2").first.inner_text()


def test_a_card_is_bound_the_two_roubles_go_back_and_the_card_pays(
    meet: Meet, stack: Stack
) -> None:
    kirill, number = meet("client"), books(stack)
    card = binds_a_card(kirill)
    kirill.opens("/account/balance")
    expect(kirill.page.get_by_text(re.compile(r"(?<![\d,])2,00"))).to_have_count(0)

    kirill.opens("/account")
    kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    kirill.sees(f"{card} — выберете на странице банка")
    chooses(kirill, number, "Банковская карта")
    kirill.page.wait_for_url(BANK, timeout=30_000)
    kirill.page.get_by_label(re.compile(rf"Mir 220445\*+{card[-4:]}")).check()
    kirill.presses("Оплатить картой")

    kirill.sees("Оплачено 321")


def cancels_alone(client: Person, number: int) -> None:
    """Pay by SBP and cancel without staff."""
    chooses(client, number, "СБП")
    goes_from_code_to_bank(client)
    client.presses("Оплатить по СБП")
    client.sees("Оплачено 321")
    client.opens(f"/account/consultations/{number}/cancel")
    client.presses("Отменить консультацию")
    client.page.wait_for_url("**/account")


def test_a_client_cancels_asks_and_staff_return_the_money(meet: Meet, stack: Stack) -> None:
    kirill, number = meet("client"), books(stack)
    cancels_alone(kirill, number)
    place = kirill.page.locator(f"#c{number}")
    place.get_by_role("link", name="Попросить возврат").click()
    kirill.page.get_by_label("Комментарий").fill("Заболел")
    kirill.presses("Попросить возврат")
    expect(place).to_contain_text("Передали администратору")

    anna = meet("admin")
    anna.opens("/payments?flag=asked")
    anna.page.get_by_role("row").filter(has_text="Кириллов").first.get_by_role("link").first.click()
    anna.sees("«Заболел»")
    anna.opens(anna.page.url.removeprefix(stack.portal_url) + "/refund")
    refunds(anna)
    anna.sees("Банк подтвердил возврат")

    kirill.opens("/account")
    expect(place).to_contain_text("Деньги возвращены")
    expect(place).to_contain_text("Банк подтвердил возврат 321,00 ₽.")


def test_a_granted_client_returns_the_money_alone(meet: Meet, stack: Stack) -> None:
    elena, number = meet("granted"), books(stack, "granted")
    cancels_alone(elena, number)

    elena.page.locator(f"#c{number}").get_by_role("link", name="Вернуть деньги").click()
    elena.page.locator("main button.danger").click()

    elena.sees("Банк подтвердил возврат 321,00 ₽.")
    elena.opens("/account")
    expect(elena.page.locator(f"#c{number}")).to_contain_text("Деньги возвращены")


def buys(anna: Person, specialist: str) -> str:
    """Buy the only time of a specialist for Кирилл; return the link that he pays by."""
    anna.opens("/consultations")
    anna.presses("Купить для клиента")
    anna.page.get_by_label("Поиск").fill("Кириллов")
    anna.presses("Найти")
    anna.page.get_by_role("link", name="Кириллов Кирилл Сергеевич").click()
    anna.page.get_by_label("Специалист").select_option(specialist)
    anna.presses("Показать")
    anna.page.get_by_role("link", name="15:30").click()
    anna.page.get_by_label("По ссылке").check()
    anna.page.get_by_label("Основание").fill("Попросил по телефону")
    anna.presses("Купить")
    anna.page.wait_for_url("**/link")
    return anna.page.get_by_label("Ссылка на оплату для клиента").input_value()


def test_staff_buy_for_a_client_who_pays_by_the_link(meet: Meet, stack: Stack) -> None:
    anna, kirill = meet("admin"), meet("client")
    specialist = f"Доктор {anna.page.viewport_size['width']}"
    offers(anna, specialist)

    kirill.page.goto(buys(anna, specialist))
    kirill.page.get_by_label("Банковская карта").check()
    kirill.page.locator(".methods button[type=submit]").click()
    anna.presses("Отправить ссылку на почту")
    anna.sees("Ссылка на оплату отправляется клиенту на почту.")
    kirill.page.wait_for_url(BANK, timeout=30_000)
    kirill.presses("Оплатить картой")
    kirill.sees("Оплачено 321")

    anna.presses("Проверить")
    anna.sees("Консультация оплачена, ссылка больше не нужна.")
    kirill.opens("/account")
    expect(kirill.page.locator("section").filter(has_text=specialist)).to_contain_text("Оплачено")
