"""The checkout for cards of other countries: tenge are shown and asked for, or nothing (A5, A6)."""

from datetime import timedelta

import pytest

from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.slots import SlotOffer, Span
from portal.store.db import db
from portal.store.payments import Payment
from portal.usecases.bookings import Taking, take_slot
from portal.usecases.slots import offer_slots
from tests.builders import NOW, PRICE, STARTS_AT, rub
from tests.web.conftest import pay_token_of
from tests.web.test_card_origin import ALMATY, MOSCOW, at
from tests.web.test_signed_webhooks import KAZAKH

TENGE = Money(2_100_000, Currency.KZT)


@pytest.fixture
def accounts(accounts):
    """Give a second account, which takes tenge."""
    return {**accounts, "kazakh": KAZAKH}


def sold(world, prices):
    """Let Зоя take a slot of these prices; return the name of its checkout."""
    span = Span(STARTS_AT + timedelta(days=1), STARTS_AT + timedelta(days=1, hours=1))
    actor = world.actor("anna")
    with world.app.app_context():
        (slot,) = offer_slots([SlotOffer("Доктор Седов", span, prices)], actor=actor, now=NOW)
        currency = next(iter(prices))
        taking = Taking(slot, world.people["zoya"], currency, timedelta())
        return pay_token_of(take_slot(taking, actor=actor, now=NOW))


@pytest.fixture
def token(world):
    """Give the checkout of a consultation that has both prices."""
    return sold(world, {Currency.RUB: rub(PRICE), Currency.KZT: TENGE})


def newest(world):
    """Return account, sum and way of the newest payment."""
    with world.app.app_context():
        row = db.session.query(Payment).order_by(Payment.id.desc()).first()
        return row.account, row.amount, row.method


def test_a_foreign_card_is_shown_tenge_and_charged_them(world, payer, token):
    answered = payer.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(ALMATY))
    led = payer.get(answered.location, **at(ALMATY))
    page = payer.get(led.location, **at(ALMATY))

    sent = payer.post(f"/pay/{token}/method", {"method": "card"}, **at(ALMATY))

    assert "К оплате 21 000 ₸" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Спишем ровно" in page.text
    assert ("Карта иностранного банка" in page.text, "СБП" in page.text) == (True, False)
    assert sent.location.startswith(f"/pay/{token}/wait?link=1")
    assert newest(world) == ("kazakh", TENGE, PaymentMethod.CARD)
    waiting = payer.get(sent.location, **at(ALMATY)).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Оплата 21 000 ₸" in waiting


def test_a_russian_card_pays_roubles_for_the_same(world, payer, token):
    payer.post(f"/pay/{token}/card", {"origin": "russian"}, **at(ALMATY))

    payer.post(f"/pay/{token}/method", {"method": "card"}, **at(ALMATY))

    assert newest(world) == ("tochka", rub(PRICE), PaymentMethod.CARD)


def test_a_payer_who_changes_their_mind_sees_the_other_price(payer, token):
    payer.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(MOSCOW))
    payer.post(f"/pay/{token}/card", {"origin": "russian"}, **at(MOSCOW))

    page = payer.get(f"/pay/{token}/method", **at(MOSCOW))

    assert ("₸" in page.text, "через СБП" in page.text) == (False, True)


def test_sbp_is_not_taken_for_a_foreign_card(world, payer, token):
    before = newest(world)
    payer.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(ALMATY))

    refusal = payer.post(f"/pay/{token}/method", {"method": "sbp"}, **at(ALMATY))

    assert (refusal.status_code, newest(world)) == (422, before)


def test_without_a_price_in_tenge_a_foreign_card_is_told_so(world, payer):
    before = newest(world)
    token = sold(world, {Currency.RUB: rub(PRICE)})
    payer.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(ALMATY))

    page = payer.get(f"/pay/{token}/card", **at(ALMATY))
    sent = payer.post(f"/pay/{token}/method", {"method": "card"}, **at(ALMATY))

    assert "Картой иностранного банка эту консультацию не оплатить" in page.text
    assert "У неё нет цены в тенге" in page.text
    assert (sent.location, newest(world)) == (f"/pay/{token}/card", before)


def test_what_is_sold_in_tenge_only_is_shown_in_tenge_to_everybody(world, payer):
    token = sold(world, {Currency.KZT: TENGE})

    page = payer.get(f"/pay/{token}/method", **at(MOSCOW))

    assert "₸" in page.text
