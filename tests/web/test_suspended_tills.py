"""One till stands still and the other goes on: what payers, clients and staff read (F2, A6)."""

import pytest

from portal.domain.money import Currency
from portal.jobs import payments
from portal.store.db import db
from portal.store.payments import Payment
from portal.usecases.banks import suspend_account
from tests.builders import NOW, PRICE, rub
from tests.web import test_foreign_checkout as foreign
from tests.web.test_card_origin import ALMATY, at
from tests.web.test_foreign_checkout import TENGE, newest
from tests.web.test_tenge_slots import booked, offers, plain

BOTH = {Currency.RUB: rub(PRICE), Currency.KZT: TENGE}
ROUBLES_WAIT = "Приём оплаты в рублях временно приостановлен"
accounts = foreign.accounts


def suspend(world, *accounts):
    with world.app.app_context():
        for account in accounts:
            suspend_account(account, "Сверяем", actor=world.actor("gleb"), now=NOW)


def test_roubles_wait_and_a_foreign_card_pays(world, payer):
    token = foreign.sold(world, BOTH)
    suspend(world, "tochka")

    payer.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(ALMATY))
    sent = payer.post(f"/pay/{token}/method", {"method": "card"}, **at(ALMATY))

    assert sent.location.startswith(f"/pay/{token}/wait")
    assert newest(world)[:2] == ("kazakh", TENGE)


def test_tenge_wait_and_a_russian_card_pays(world, payer):
    token, before = foreign.sold(world, BOTH), newest(world)
    suspend(world, "kazakh")

    payer.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(ALMATY))
    refused = payer.post(f"/pay/{token}/method", {"method": "card"}, **at(ALMATY))
    told = plain(payer.get(f"/pay/{token}/card", **at(ALMATY)))
    assert (refused.location, newest(world)) == (f"/pay/{token}/card", before)
    assert "приостановили" in told

    payer.post(f"/pay/{token}/card", {"origin": "russian"}, **at(ALMATY))
    payer.post(f"/pay/{token}/method", {"method": "card"}, **at(ALMATY))
    assert newest(world)[:2] == ("tochka", rub(PRICE))


@pytest.mark.parametrize(
    ("prices", "suspended", "is_offered"),
    [
        ({Currency.RUB: rub(PRICE)}, ["tochka"], False),
        (BOTH, ["tochka"], True),
        (BOTH, ["tochka", "kazakh"], False),
        (BOTH, ["kazakh"], True),
    ],
)
def test_a_time_is_booked_while_any_of_its_prices_is_taken(world, prices, suspended, is_offered):
    slot, kirill = offers(world, prices), world.browser_of("kirill")
    suspend(world, *suspended)
    before = booked(world)

    page = plain(kirill.get("/account/book"))
    taken = kirill.post(f"/account/book/{slot}")

    assert (f'href="/account/book/{slot}"' in page) is is_offered
    #: Another time is sold in roubles alone.
    assert page.count(ROUBLES_WAIT) == ("tochka" in suspended) + (not is_offered)
    assert taken.status_code == (303 if is_offered else 409)
    assert (f"{ROUBLES_WAIT}. Вы не записаны" in plain(taken)) is not is_offered
    assert len(booked(world)) == len(before) + is_offered


def test_staff_send_no_link_that_nobody_could_pay_by(world):
    suspend(world, "tochka", "kazakh")
    anna = world.browser_of("anna")

    anna.post(f"/consultations/{world.scheduled}/link")

    card = plain(anna.get(f"/consultations/{world.scheduled}"))
    assert "Ссылка не отправлена: приём платежей через банк приостановлен" in card
    assert "Письмо со ссылкой отправляется" not in card


def test_a_payer_who_waits_for_a_link_reads_that_none_will_come(world, payer):
    sent = payer.post(f"/pay/{world.pay_token}/method", {"method": "sbp"})
    suspend(world, "tochka")
    with world.app.app_context():
        number = db.session.query(Payment).order_by(Payment.id.desc()).first().id
        payments.create_link(number)

    page = plain(payer.get(sent.location))

    assert "Пока мы готовили оплату, её приём приостановили. Деньги не списаны." in page
    assert ("Другой способ" in page, "hx-trigger" in page) == (True, False)
