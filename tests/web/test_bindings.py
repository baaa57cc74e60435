"""A card of another country, bound from the account on the bank's own page (A2, B1, B4)."""

from datetime import timedelta

import pytest

from portal.domain.card_ports import BindingPage
from portal.domain.ports import BindingOutcome, KeptCard
from portal.store.bindings import last_binding
from portal.store.cards import cards_of
from portal.store.db import transaction
from portal.usecases.banks import suspend_account
from portal.usecases.bindings import apply_cards, hear_outcome, page_order_of, record_page
from tests.builders import NOW
from tests.web.test_signed_webhooks import KAZAKH

CARDS, NEW = "/account/cards", "/account/cards/new"
ABROAD = {"origin": "foreign"}
PAGE = "https://customer.freedompay.kz/view?pg_payment_id=1"
SEEN = NOW + timedelta(minutes=1)


@pytest.fixture
def accounts(accounts):
    """Give a second account, whose bank binds cards on its page."""
    return {**accounts, "kazakh": {**KAZAKH, "charges": "true"}}


def begin(world):
    """Let Зоя press, and the bank open its page; return the number and her browser."""
    zoya = world.browser_of("zoya")
    zoya.post(NEW, ABROAD)
    with world.app.app_context():
        with transaction() as session:
            number = last_binding(session, world.people["zoya"]).id
        record_page(number, BindingPage("1", PAGE, NOW), (), now=NOW)
    return number, zoya


def ends(world, number, outcome, kept=()):
    """Let the bank say how a binding ended, and keep these cards."""
    with world.app.app_context():
        hear_outcome(number, outcome, now=SEEN)
        apply_cards(number, kept, now=SEEN)


def test_both_kinds_of_cards_are_offered_with_what_the_bank_takes(world):
    page = world.browser_of("zoya").get(NEW).text

    assert ("Карта российского банка" in page, "Карта иностранного банка" in page) == (True, True)
    assert "сразу отпустит её сам. Через нас она не проходит" in page


def test_two_presses_are_one_binding_that_waits_for_its_page(world):
    zoya = world.browser_of("zoya")

    first, second = zoya.post(NEW, ABROAD), zoya.post(NEW, ABROAD)

    assert (first.status_code, second.location) == (303, first.location)
    assert first.location == f"{CARDS}/bindings/1?link=1"
    assert "Готовим страницу банка. Деньги не списаны." in zoya.get(first.location).text


def test_the_page_leads_on_to_the_bank_once_and_then_waits_for_its_word(world):
    number, zoya = begin(world)
    address = f"{CARDS}/bindings/{number}"

    leaving, poll = (zoya.get(f"{address}?link=1", headers=headers) for headers in ({}, HTMX))
    back = zoya.get(address).text

    assert f'content="0; url={PAGE}"' in leaving.text
    assert poll.headers["HX-Redirect"] == PAGE
    assert ("url=https://customer" in back, "Ответа банка о карте пока нет" in back) == (
        False,
        True,
    )


HTMX = {"HX-Request": "true"}
CARD = KeptCard("token-1981", "Visa", "1981")
ENDS = {
    "bound": (BindingOutcome.BOUND, [CARD], "Карта привязана.", False),
    "declined": (BindingOutcome.DECLINED, [], "Банк не принял карту", True),
    "Russian": (BindingOutcome.RUSSIAN, [CARD], "Это карта российского банка", True),
}


@pytest.mark.parametrize(("outcome", "kept", "told", "again"), ENDS.values(), ids=ENDS.keys())
def test_the_end_is_told_as_it_is(world, outcome, kept, told, again):
    number, zoya = begin(world)
    ends(world, number, outcome, kept)

    page, own = zoya.get(f"{CARDS}/bindings/{number}").text, zoya.get(CARDS).text

    assert (told in page, "Начать снова" in page, "hx-get" in page) == (True, again, False)
    assert ("1981" in own, told in own) == (not again, again)
    staff = world.browser_of("anna").get(f"/users/{world.people['zoya']}").text
    assert ("Привязка карты на странице банка" in staff) == again


def test_unbinding_is_told_to_the_bank_as_well(world):
    number, zoya = begin(world)
    ends(world, number, BindingOutcome.BOUND, [CARD])
    with world.app.app_context(), transaction() as session:
        card = cards_of(session, world.people["zoya"])[0].id

    asked = zoya.get(f"{CARDS}/{card}/unbind").text
    answer = zoya.post(f"{CARDS}/{card}/unbind")

    assert "Банк мы попросим удалить карту и у себя" in asked
    assert (answer.status_code, "1981" in zoya.get(CARDS).text) == (303, False)


def test_the_binding_of_another_is_not_shown(world):
    number, _ = begin(world)

    assert world.browser_of("kirill").get(f"{CARDS}/bindings/{number}").status_code == 404


def test_an_account_that_stands_still_binds_nothing(world):
    with world.app.app_context():
        suspend_account("kazakh", "Сверяем", actor=world.actor("gleb"), now=NOW)
    zoya = world.browser_of("zoya")

    page, answer = zoya.get(NEW).text, zoya.post(NEW, ABROAD)

    assert "Карта иностранного банка" not in page
    assert (answer.status_code, "Привязать карту сейчас нельзя" in answer.text) == (409, True)
    with world.app.app_context(), transaction() as session:
        assert last_binding(session, world.people["zoya"]) is None


def test_a_suspension_before_the_page_opened_is_told_as_one(world):
    zoya = world.browser_of("zoya")
    address = zoya.post(NEW, ABROAD).location
    with world.app.app_context():
        suspend_account("kazakh", "Сверяем", actor=world.actor("gleb"), now=NOW)
        assert page_order_of(1, return_url="https://p.test/b", now=NOW) is None

    assert "приём платежей через него приостановили" in zoya.get(address).text
