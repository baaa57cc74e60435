"""A card of another country: tenge are shown, charged and returned, roubles never move (A5)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.money import Currency, Money
from portal.domain.slots import SlotOffer, Span
from portal.store.consultations import Consultation
from portal.usecases.bookings import Taking, take_slot
from portal.usecases.slots import offer_slots
from tests.browser.inside import assert_book_holds, inside, user_of
from tests.browser.people import Person
from tests.browser.test_circle import cancels, refunds
from tests.stacks import Stack

PRICES = {Currency.RUB: Money(350_000, Currency.RUB), Currency.KZT: Money(2_132_100, Currency.KZT)}
RUSSIAN, GOOD = "2200000000000004", "4716047261941981"


def sells(stack: Stack, specialist: str) -> tuple[int, str]:
    """Sell an hour to a client; return its number and its checkout."""
    with inside(stack) as session:
        client = user_of(session, "akhmetov").id
        session.rollback()
        starts = clock.now() + timedelta(days=3)
        offer = SlotOffer(specialist, Span(starts, starts + timedelta(hours=1)), PRICES)
        (slot,) = offer_slots([offer], actor=SYSTEM, now=clock.now())
        taking = Taking(slot, client, Currency.RUB, timedelta())
        number = take_slot(taking, actor=SYSTEM, now=clock.now())
        return number, f"/pay/{session.get_one(Consultation, number).pay_token}"


def pays_in_tenge(daniyar: Person, checkout: str) -> None:
    """Say whose card it is, see the price in tenge, and pay by the second card that is tried."""
    daniyar.opens(f"{checkout}/card?change=1")
    daniyar.page.get_by_label("Казахстанского или другой страны").check()
    daniyar.presses("Продолжить")
    expect(daniyar.page.locator("h1")).to_contain_text("К оплате 21 321 ₸")
    wide = daniyar.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    daniyar.presses("Перейти к оплате картой")
    daniyar.page.wait_for_url("**/freedompay/pay.html*", timeout=30_000)
    daniyar.page.get_by_label("Номер карты").fill(RUSSIAN)
    daniyar.presses("Продолжить с картой")
    daniyar.sees("Оплата не прошла")
    daniyar.presses("Вернуться в магазин")
    daniyar.sees("Это карта российского банка")
    expect(daniyar.page.get_by_role("button", name="Оплатить 3 500 ₽")).to_be_visible()
    daniyar.page.get_by_role("link", name="Попробовать другую карту").click()
    daniyar.page.get_by_label("Номер карты").fill(GOOD)
    daniyar.presses("Продолжить с картой")
    daniyar.page.wait_for_url("**/pay/**", timeout=30_000)


def returned(stack: Stack) -> list[float]:
    """Tell which refunds Freedom Pay has really made."""
    entries = stack.control.get("journal", params={"call": "revoke"}).json()["entries"]
    return [entry["amount"] for entry in entries if entry["executed"]]


@pytest.mark.parametrize("narrow", [True, False], ids=["phone", "desktop"])
def test_tenge_are_charged_as_shown_and_go_back_as_tenge(
    enter: Callable[[str], Person], stack: Stack, *, narrow: bool
) -> None:
    daniyar, anna = enter("akhmetov"), enter("admin")
    if narrow:
        daniyar.page.set_viewport_size({"width": 390, "height": 844})
    number, checkout = sells(stack, f"Седова {len(returned(stack))}")
    before = len(returned(stack))

    pays_in_tenge(daniyar, checkout)
    daniyar.sees("Оплачено 21")
    cancels(anna, number)
    refunds(anna)

    anna.sees("Банк подтвердил возврат")
    assert returned(stack)[before:] == [21_321.0]
    daniyar.opens("/account")
    expect(daniyar.page.get_by_text("Свободно")).to_have_count(0)
    assert_book_holds(stack)
