"""A card of another country: tenge are shown, charged and returned, roubles never move (A5)."""

from collections.abc import Callable
from dataclasses import dataclass
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
from tests.stacks import Stack, eventually

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


def comes_to_the_bank(daniyar: Person, checkout: str) -> None:
    """Say whose card it is, see the price in tenge, and go to the bank's page."""
    daniyar.opens(f"{checkout}/card?change=1")
    daniyar.page.get_by_label("Казахстанского или другой страны").check()
    daniyar.presses("Продолжить")
    expect(daniyar.page.locator("h1")).to_contain_text("К оплате 21 321 ₸")
    wide = daniyar.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    daniyar.presses("Перейти к оплате картой")
    daniyar.page.wait_for_url("**/freedompay/pay.html*", timeout=30_000)


def is_declined_first(daniyar: Person) -> None:
    """Try a Russian card, read why it pays nothing here, and come back to the bank's page."""
    daniyar.page.get_by_label("Номер карты").fill(RUSSIAN)
    daniyar.presses("Продолжить с картой")
    daniyar.sees("Оплата не прошла")
    daniyar.presses("Вернуться в магазин")
    daniyar.sees("Это карта российского банка")
    expect(daniyar.page.get_by_role("button", name="Оплатить 3 500 ₽")).to_be_visible()
    daniyar.page.get_by_role("link", name="Попробовать другую карту").click()


def pays(daniyar: Person) -> None:
    """Pay on the bank's page."""
    daniyar.page.get_by_label("Номер карты").fill(GOOD)
    daniyar.presses("Продолжить с картой")
    daniyar.page.wait_for_url("**/pay/**", timeout=30_000)
    daniyar.sees("Оплачено 21")


def refunds_in_parts(anna: Person) -> None:
    """Return a part, see it confirmed, and return the rest by the same form."""
    form = anna.page.url
    anna.page.get_by_label("Часть суммы").check()
    anna.page.get_by_label("Сумма", exact=True).fill("5000")
    refunds(anna)
    anna.sees("Банк подтвердил возврат")
    anna.page.goto(form)
    refunds(anna)


def returned(stack: Stack) -> list[float]:
    """Tell which refunds Freedom Pay has really made."""
    entries = stack.control.get("journal", params={"call": "revoke"}).json()["entries"]
    return [entry["amount"] for entry in entries if entry["executed"]]


@dataclass(frozen=True)
class Story:
    """How a story differs: the screen's size, what goes wrong at the bank, what goes back."""

    screen: tuple[int, int] = (1366, 768)
    fault: tuple[str, str] | None = None
    back: tuple[float, ...] = (21_321.0,)
    is_declined: bool = False

    def begins(self, daniyar: Person, stack: Stack) -> None:
        """Set the stage."""
        daniyar.page.set_viewport_size(dict(zip(("width", "height"), self.screen, strict=True)))
        if self.fault:
            order = dict(zip(("call", "fault"), self.fault, strict=True))
            stack.control.post("faults", json={"bank": "freedompay", **order})


PHONE, ANSWER_LOST = (390, 844), ("revoke", "lost_after")
#: With scripts or without, and the story.
STORIES = {
    "declined first, phone": (True, Story(PHONE, is_declined=True)),
    "declined first, no scripts": (False, Story(is_declined=True)),
    "webhook lost, no scripts": (False, Story(PHONE, ("webhook", "lost"))),
    "refund answer lost": (True, Story(fault=ANSWER_LOST)),
    "refund answer lost, no scripts": (False, Story(PHONE, ANSWER_LOST)),
    "in parts": (True, Story(back=(5_000.0, 16_321.0))),
}


@pytest.mark.parametrize(("scripted", "story"), STORIES.values(), ids=STORIES)
def test_tenge_are_charged_as_shown_and_go_back_as_tenge(
    enter: Callable[[str], Person], stack: Stack, story: Story
) -> None:
    daniyar, anna, before = enter("akhmetov"), enter("admin"), len(returned(stack))
    number, checkout = sells(stack, f"Седова {before}")
    story.begins(daniyar, stack)

    comes_to_the_bank(daniyar, checkout)
    if story.is_declined:
        is_declined_first(daniyar)
    pays(daniyar)
    cancels(anna, number)
    refunds_in_parts(anna) if len(story.back) > 1 else refunds(anna)

    anna.sees("Банк подтвердил возврат")
    assert returned(stack)[before:] == list(story.back)
    assert stack.control.get("faults").json()["faults"] == []
    daniyar.opens("/account")
    expect(daniyar.page.get_by_text("Свободно")).to_have_count(0)
    assert_book_holds(stack)


def binds(daniyar: Person) -> None:
    """Bind a card from the account, on the bank's page."""
    daniyar.opens("/account/cards")
    daniyar.presses("Привязать карту")
    daniyar.presses("Привязать карту другой страны")
    daniyar.page.wait_for_url("**/cardstorage/view*", timeout=30_000)
    daniyar.page.get_by_label("Номер карты").fill(GOOD)
    daniyar.presses("Продолжить с картой")
    daniyar.page.wait_for_url("**/account/cards/bindings/*")
    daniyar.sees("Карта привязана.")


def unbinds(daniyar: Person) -> None:
    """Unbind the card."""
    daniyar.opens("/account/cards")
    daniyar.presses("Отвязать")
    daniyar.presses("Отвязать карту")
    daniyar.sees("Карт пока нет")


def done(stack: Stack, call: str) -> list[float | None]:
    """Tell what a call has really done at the bank: the sum of each."""
    entries = stack.control.get("journal", params={"call": call}).json()["entries"]
    return [entry["amount"] for entry in entries if entry["executed"]]


@pytest.mark.parametrize("scripted", [False])
def test_a_card_bound_without_buying_pays_by_one_press_and_is_unbound(
    enter: Callable[[str], Person], stack: Stack
) -> None:
    daniyar, anna = enter("akhmetov"), enter("admin")
    daniyar.page.set_viewport_size({"width": 390, "height": 844})
    binds(daniyar)
    number, checkout = sells(stack, "Седова Дана")
    calls = ("card_direct", "revoke", "card_remove")
    before = {call: len(done(stack, call)) for call in calls}

    daniyar.opens(f"{checkout}/card?change=1")
    daniyar.page.get_by_label("Казахстанского или другой страны").check()
    daniyar.presses("Продолжить")
    daniyar.presses("Списать 21 321 ₸ с карты Visa")
    daniyar.presses("Списать 21 321 ₸")
    daniyar.sees("Оплачено 21")
    cancels(anna, number)
    refunds(anna)
    anna.sees("Банк подтвердил возврат")
    unbinds(daniyar)

    assert eventually(lambda: len(done(stack, "card_remove")) == before["card_remove"] + 1)
    moved = [done(stack, call)[before[call] :] for call in calls[:2]]
    assert moved == [[21_321.0], [21_321.0]]
    assert_book_holds(stack)
