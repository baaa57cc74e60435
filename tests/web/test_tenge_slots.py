"""Time that is sold in tenge alone: shown as it is, taken only when a bank takes tenge (A6)."""

from datetime import timedelta

import pytest

from portal.banks.registry import Account, Banks
from portal.domain.money import Currency, Money
from portal.domain.refunds import AccountMode
from portal.domain.slots import SlotOffer, Span
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.slots import offer_slots
from tests.builders import NOW, STARTS_AT, rub
from tests.fakes import FakeBank

TENGE = Money(18_000_00, Currency.KZT)
NOT_YET = "Оплату в тенге пока не принимаем: чтобы записаться, напишите администратору"
REFUSED = "Оплату в тенге мы пока не принимаем. Вы не записаны, деньги не списаны."


def offers(world, prices):
    """Let Анна put an hour of the day after tomorrow on offer; return its number."""
    starts_at = STARTS_AT + timedelta(days=1)
    offer = SlotOffer("Доктор Ким", Span(starts_at, starts_at + timedelta(hours=1)), prices)
    with world.app.app_context():
        return offer_slots([offer], actor=world.actor("anna"), now=NOW)[0]


@pytest.fixture
def slot(world):
    """Give a slot that has a price in tenge only."""
    return offers(world, {Currency.KZT: TENGE})


@pytest.fixture
def kirill(world):
    return world.browser_of("kirill")


def booked(world):
    """Return what each consultation costs."""
    with world.app.app_context(), transaction() as session:
        return [one.price for one in session.query(Consultation).order_by(Consultation.id)]


def takes_tenge(world):
    """Let a bank of ours take tenge."""
    account = Account("kz", "Банк", FakeBank(Currency.KZT), AccountMode.ACTIVE, "Консультация")
    world.app.extensions["banks"] = Banks({"kz": account})


def plain(answer):
    return answer.text.replace("\u00a0", " ")


def test_without_a_bank_for_tenge_it_is_shown_but_not_offered(kirill, slot):
    page = plain(kirill.get("/account/book"))

    assert "Доктор Ким, 18 000 ₸" in page
    assert NOT_YET in page
    assert f'href="/account/book/{slot}"' not in page


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_bank_for_tenge_nobody_takes_it(world, kirill, slot, method):
    before = booked(world)

    answer = kirill.send(method, f"/account/book/{slot}")

    assert (answer.status_code, REFUSED in answer.text) == (409, True)
    assert booked(world) == before


def test_with_a_bank_for_tenge_it_is_taken_for_the_price_that_was_shown(world, kirill, slot):
    takes_tenge(world)

    asked = plain(kirill.get(f"/account/book/{slot}"))
    taken = kirill.post(f"/account/book/{slot}")

    assert "Записаться и оплатить 18 000 ₸" in asked
    assert (taken.status_code, booked(world)[-1]) == (303, TENGE)
    assert "К оплате 18 000 ₸" in plain(kirill.get(f"{taken.location}/method"))


def test_what_was_booked_in_tenge_says_at_the_checkout_who_helps_when_no_bank_does(
    world, kirill, slot
):
    known = world.app.extensions["banks"]
    takes_tenge(world)
    taken = kirill.post(f"/account/book/{slot}")
    world.app.extensions["banks"] = known

    page = kirill.get(f"{taken.location}/method")

    assert "Оплату в тенге мы пока не принимаем. Деньги не списывались." in page.text
    assert 'value="sbp"' not in page.text


def test_who_has_both_prices_is_offered_roubles(world, kirill):
    both = offers(world, {Currency.RUB: rub(300_000), Currency.KZT: TENGE})

    page = plain(kirill.get(f"/account/book/{both}"))

    assert "Записаться и оплатить 3 000 ₽" in page
    assert "₸" not in page


def test_staff_see_every_price_of_a_slot(world):
    offers(world, {Currency.RUB: rub(300_000), Currency.KZT: TENGE})

    page = plain(world.browser_of("anna").get("/slots"))

    assert "3 000,00 ₽" in page
    assert "18 000,00 ₸" in page
