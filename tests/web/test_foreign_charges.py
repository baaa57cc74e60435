"""A kept card is shown and charged at one till: that of the payer's card, in its currency (B3)."""

from dataclasses import replace

import pytest

from portal.banks.registry import Account, Banks
from portal.domain.money import Currency
from portal.domain.refunds import AccountMode
from portal.store.cards import BoundCard
from portal.store.db import transaction
from portal.usecases.banks import suspend_account
from tests.builders import NOW, PRICE, rub
from tests.fakes import FakeBank
from tests.web.test_card_origin import ALMATY, at
from tests.web.test_foreign_checkout import TENGE, newest, sold

CARDS = {"tochka": "1111", "kazakh": "2222"}
CASES = [
    ("foreign", "kazakh", TENGE, "21 000 ₸"),
    ("russian", "tochka", rub(PRICE), "3 000 ₽"),
]


@pytest.fixture
def both(world):
    """Let both accounts charge cards, and Зоя have one at each; return them by account."""
    tills = (("tochka", Currency.RUB), ("kazakh", Currency.KZT))
    world.app.extensions["banks"] = Banks(
        {name: account(name, FakeBank(currency, charges=True)) for name, currency in tills}
    )
    with world.app.app_context():
        return {name: bound(world.people["zoya"], name, last4) for name, last4 in CARDS.items()}


def account(name, bank):
    return Account(name, name, bank, AccountMode.ACTIVE, "Консультация")


def bound(client, name, last4):
    """Let a client have a card that may be charged at an account; return its number."""
    with transaction() as session:
        card = BoundCard(
            user_id=client,
            account=name,
            token_id=f"card-{last4}",
            brand="Visa",
            last4=last4,
            charged_operation=f"op-{last4}",
            bound_at=NOW,
            allows_staff=True,
        )
        session.add(card)
        session.flush()
        return card.id


def plain(page):
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("origin", "name", "price", "shown"), CASES)
def test_what_is_shown_is_what_is_charged(world, both, origin, name, price, shown):
    token = sold(world, {Currency.RUB: rub(PRICE), Currency.KZT: TENGE})
    zoya, press = world.browser_of("zoya"), f"/pay/{token}/charge/{both[name]}"
    zoya.post(f"/pay/{token}/card", {"origin": origin}, **at(ALMATY))

    ways, asked = zoya.get(f"/pay/{token}/method", **at(ALMATY)), zoya.get(press, **at(ALMATY))
    zoya.post(press, **at(ALMATY))

    offered = [last4 for last4 in CARDS.values() if last4 in plain(ways)]
    assert offered == [CARDS[name]]
    assert f"Списать {shown} с карты" in plain(ways)
    assert f"Списать {shown} с карты" in plain(asked)
    assert newest(world)[:2] == (name, price)


@pytest.mark.parametrize(("origin", "name"), [("foreign", "tochka"), ("russian", "kazakh")])
def test_a_card_of_the_other_till_is_not_charged(world, both, origin, name):
    before = newest(world)
    token = sold(world, {Currency.RUB: rub(PRICE), Currency.KZT: TENGE})
    zoya, press = world.browser_of("zoya"), f"/pay/{token}/charge/{both[name]}"
    zoya.post(f"/pay/{token}/card", {"origin": origin}, **at(ALMATY))

    answers = [zoya.get(press, **at(ALMATY)), zoya.post(press, **at(ALMATY))]

    assert [one.status_code for one in answers] == [404, 404]
    assert newest(world) == before


@pytest.mark.parametrize(("suspended", "place"), [("kazakh", "method"), ("tochka", "wait")])
def test_only_the_till_of_the_card_stands_still_when_it_is_suspended(world, both, suspended, place):
    token = sold(world, {Currency.RUB: rub(PRICE), Currency.KZT: TENGE})
    zoya, press = world.browser_of("zoya"), f"/pay/{token}/charge/{both['kazakh']}"
    zoya.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(ALMATY))
    with world.app.app_context():
        suspend_account(suspended, "Сверяем", actor=world.actor("gleb"), now=NOW)

    answer = zoya.post(press, **at(ALMATY))

    assert answer.location.startswith(f"/pay/{token}/{place}")


@pytest.mark.parametrize(
    ("mode", "suspended", "place"),
    [
        (AccountMode.ACTIVE, [], "wait"),
        (AccountMode.ACTIVE, ["tochka"], "wait"),
        (AccountMode.ACTIVE, ["spare"], "method"),
        (AccountMode.REFUND_ONLY, [], None),
        (AccountMode.CLOSED, [], None),
    ],
)
def test_a_card_of_any_account_that_takes_payments_is_charged_there(world, mode, suspended, place):
    spare = replace(account("spare", FakeBank(charges=True)), priority=2, mode=mode)
    first = account("tochka", FakeBank(charges=True))
    world.app.extensions["banks"] = Banks({"tochka": first, "spare": spare})
    zoya, before = world.browser_of("zoya"), newest(world)
    press = "/pay/{}/charge/{}"
    with world.app.app_context():
        press = press.format(world.pay_token, bound(world.people["zoya"], "spare", "3333"))
        for each in suspended:
            suspend_account(each, "Сверяем", actor=world.actor("gleb"), now=NOW)

    shown = zoya.get(f"/pay/{world.pay_token}/method").text
    answer = zoya.post(press)

    assert ("3333" in shown) is (place == "wait")
    led = answer.location and answer.location.split("?")[0]
    assert led == (place and f"/pay/{world.pay_token}/{place}")
    assert newest(world)[:2] == (("spare", rub(PRICE)) if place == "wait" else before[:2])
