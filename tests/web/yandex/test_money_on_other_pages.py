"""Payments on the pages of other rights wait for the second step as their own pages do (E4)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from portal.banks.registry import Account, Banks
from portal.domain.actors import Actor
from portal.domain.money import Currency
from portal.domain.permissions import Permission, Role
from portal.domain.refunds import AccountMode
from portal.domain.slots import SlotOffer, Span
from portal.store.db import transaction
from portal.store.payments import latest_payment
from portal.usecases.access import RoleEdit, save_matrix
from portal.usecases.slots import offer_slots
from tests import builders
from tests.builders import NOW, PRICE, STARTS_AT
from tests.fakes import FakeBank
from tests.usecases.charges import binds
from tests.web.yandex.conftest import arrives, employ, switch

#: Page -> what of its payments must wait.
PAGES = {
    "/": ("Принято", "Возвращено"),
    "/users/2": ("Платежи, новые сверху", 'href="/payments/1"'),
    "/users/2?tab=payments": ("Платежи, новые сверху", 'href="/payments/1"'),
    "/consultations/1": ('href="/payments/1"', "Проводки"),
}
#: What is money from end to end waits as a whole.
STEPS = ("/users/2?tab=statement", "/users/2?tab=statement&format=csv", "/consultations?format=csv")


@pytest.fixture
def bank():
    return FakeBank(charges=True)


@pytest.fixture
def paid(portal, anna, bank):
    """Let a client pay and their consultation be cancelled; give Анна, who has not confirmed."""
    with portal.app_context():
        consultation = builders.book(builders.customer())
        builders.pay(bank, builders.start_to_pay(bank, consultation))
        builders.cancel(Actor(None, "portal"), consultation)
    return anna


@pytest.mark.parametrize(("path", "words"), PAGES.items())
def test_a_page_says_that_its_payments_wait_for_the_step(paid, path, words):
    page = paid.client.get(path)

    assert page.status_code == 200
    assert [each for each in words if each in page.text] == []
    assert "Платежи показываются после второй проверки входа" in page.text


@pytest.mark.parametrize(("path", "words"), PAGES.items())
def test_after_the_step_they_are_there(paid, path, words):
    paid.confirms()

    page = paid.client.get(path).text

    assert [each for each in words if each not in page] == []
    assert "после второй проверки" not in page


@pytest.mark.parametrize("path", STEPS)
def test_a_statement_and_a_file_ask_for_the_step(paid, path):
    asked = paid.client.get(path)
    paid.confirms()

    assert (asked.status_code, asked.location.partition("?")[0]) == (303, "/confirm/yandex")
    assert paid.client.get(path).status_code == 200


def test_the_offer_leads_back_to_the_page(paid):
    page = paid.client.get("/users/2?tab=payments").text

    assert 'href="/confirm/yandex?next=/users/2?tab%3Dpayments"' in page


def test_switched_off_nothing_waits(portal, paid):
    switch(portal, yandex_required=False)

    page = paid.client.get("/users/2").text

    assert "Платежи, новые сверху" in page


def test_who_may_not_see_payments_is_offered_no_step(portal, paid):
    vera = employ(portal, "vera", Role.VIEWER, None)
    with portal.app_context():
        gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
        only = {"viewer": RoleEdit(0, frozenset({Permission.USERS_READ}))}
        save_matrix(only, "Узкая роль", actor=gleb, now=NOW)

    page = arrives(portal, vera).client.get("/users/2")

    assert (page.status_code, "после второй проверки" in page.text) == (200, False)


@pytest.fixture
def bargain(portal, paid):
    """Give the address where a slot is bought for the client, who has its price free."""
    with portal.app_context():
        span = Span(STARTS_AT, STARTS_AT + timedelta(hours=1))
        offer = SlotOffer("Доктор Седов", span, {Currency.RUB: builders.rub(PRICE)})
        (slot,) = offer_slots([offer], actor=Actor(None, "portal"), now=NOW)
    return f"/consultations/buy/2/{slot}"


def test_free_balance_buys_only_after_the_step_and_what_was_typed_comes_back(portal, paid, bargain):
    wish = {"way": "balance-rub", "reason": "По телефону"}

    asked = paid.posts(bargain, wish)
    with portal.app_context():
        assert builders.purse(2) == (PRICE, 0, 0)
    paid.confirms(next_path=bargain)
    page = paid.client.get(bargain).text

    assert asked.location == f"/confirm/yandex?{urlencode({'next': bargain})}"
    assert ('value="По телефону"' in page, 'checked id="way-1"' in page) == (True, True)
    assert paid.posts(bargain, wish).location == "/consultations/2"


def test_a_card_is_charged_only_after_the_step(portal, paid, bank, bargain):
    account = Account("tochka", "Точка", bank, AccountMode.ACTIVE, "Консультация")
    portal.extensions["banks"] = Banks({"tochka": account})
    with portal.app_context():
        binds(bank, 2)
    wish = {"way": "card-1-rub", "reason": "По телефону", "is_agreed": "y"}

    asked = paid.posts(bargain, wish)
    with portal.app_context():
        before = latest_payment_of(3)
    paid.confirms(next_path=bargain)
    page = paid.client.get(bargain).text

    assert asked.location == f"/confirm/yandex?{urlencode({'next': bargain})}"
    assert (before, 'value="По телефону"' in page) == (False, True)
    assert paid.posts(bargain, wish).location == "/consultations/3/link"
    with portal.app_context():
        assert latest_payment_of(3) is True


def latest_payment_of(consultation):
    """Tell whether somebody has begun to pay a consultation."""
    with transaction() as session:
        return latest_payment(session, consultation) is not None


@pytest.mark.parametrize("way", ["link-rub", "gift-rub"])
def test_what_moves_no_money_is_bought_without_the_step(portal, paid, bargain, way):
    answer = paid.posts(bargain, {"way": way, "reason": "По телефону"})

    assert answer.location.startswith("/consultations/2")
    with portal.app_context():
        assert builders.purse(2) == (PRICE, 0, 0)
