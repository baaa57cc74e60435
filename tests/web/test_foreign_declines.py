"""A card that the till of foreign cards declines: a Russian one is told its own way (A5)."""

import pytest

from portal.domain.money import Currency
from portal.domain.payments import Decline, PaymentMethod
from portal.usecases.banks import suspend_account
from portal.usecases.checkouts import Checkout, create_payment, order_of, record_link
from tests import builders
from tests.builders import NOW, PRICE, rub
from tests.fakes import FakeBank
from tests.web.test_foreign_checkout import TENGE, accounts, newest, sold

__all__ = ["accounts"]
BOTH = {Currency.RUB: rub(PRICE), Currency.KZT: TENGE}
RUSSIAN, OFFER = "Это карта российского банка", "Оплатить 3 000 ₽ через российский банк"
CASES = {
    "Russian": (BOTH, Decline.RUSSIAN_CARD, (RUSSIAN, OFFER, "Деньги не списаны")),
    "no roubles": (
        {Currency.KZT: TENGE},
        Decline.RUSSIAN_CARD,
        (RUSSIAN, "Цены в рублях у этой консультации нет"),
    ),
    "the code from the SMS": (
        {Currency.KZT: TENGE},
        Decline.BAD_CODE,
        ("Похоже, оплата не прошла", "не прошла. Код из СМС не подошёл. "),
    ),
    "nobody knows": (
        BOTH,
        Decline.BY_BANK,
        ("Похоже, оплата не прошла", "Если карта выпущена российским банком", OFFER),
    ),
}


def declined(world, prices, decline):
    """Let a card be declined for a consultation of these prices; return token, payment, bank."""
    token, bank = sold(world, prices), FakeBank(Currency.KZT)
    wish = Checkout("kazakh", PaymentMethod.CARD, Currency.KZT)
    with world.app.app_context():
        number = create_payment(token, wish, actor=world.actor("zoya"), now=NOW)
        order = order_of(
            number, success_url="https://a.b", failure_url="https://a.b", item_name="К"
        )
        record_link(number, bank.create_payment(order), now=NOW)
        bank.shows(builders.operation_of(number), decline=decline)
        builders.hear(bank, number)
    return token, number, bank


def plain(page):
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("prices", "decline", "told"), CASES.values(), ids=CASES.keys())
def test_a_declined_card_is_told_what_is_known_of_it(world, payer, prices, decline, told):
    token, *_ = declined(world, prices, decline)

    page = plain(payer.get(f"/pay/{token}/wait"))

    every = (RUSSIAN, OFFER, *CASES["no roubles"][2], *CASES["nobody knows"][2])
    assert [words for words in told if words not in page] == []
    assert [words for words in every if words in page and words not in told] == []


def test_the_way_that_is_offered_leads_to_roubles(world, payer):
    token, *_ = declined(world, BOTH, Decline.RUSSIAN_CARD)

    led = payer.post(f"/pay/{token}/card", {"origin": "russian"})

    assert "К оплате 3 000 ₽" in plain(payer.get(led.location))
    payer.post(f"/pay/{token}/method", {"method": "card"})
    assert newest(world)[:2] == ("tochka", rub(PRICE))


def test_roubles_that_are_suspended_are_not_offered(world, payer):
    token, *_ = declined(world, BOTH, Decline.RUSSIAN_CARD)
    with world.app.app_context():
        suspend_account("tochka", "Сверяем", actor=world.actor("gleb"), now=NOW)

    page = plain(payer.get(f"/pay/{token}/wait"))

    assert (RUSSIAN in page, OFFER in page) == (True, False)
    assert "Оплату в рублях мы временно приостановили" in page


def test_a_second_card_that_pays_is_told_of_and_not_the_first(world, payer):
    token, number, bank = declined(world, BOTH, Decline.RUSSIAN_CARD)
    bank.recovers()

    with world.app.app_context():
        builders.pay(bank, number)
        assert builders.payment(number).decline is None
    assert payer.get(f"/pay/{token}/wait").location == f"/pay/{token}/done"
