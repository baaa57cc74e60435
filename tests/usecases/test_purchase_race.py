"""Eight presses of «Купить» at once on PostgreSQL buy one consultation, and pay it once (A10)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.domain.money import Currency
from portal.domain.purchases import PurchaseWay
from portal.domain.slots import SlotOffer, Span
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.usecases.bookings import Taking, buy_slot
from portal.usecases.slots import offer_slots
from tests import builders
from tests.builders import NOW, PRICE, STARTS_AT, errors_in_the_book, purse, rub
from tests.fakes import FakeBank
from tests.usecases.test_balance_race import PRESSES, at_once

WAYS = (PurchaseWay.LINK, PurchaseWay.BALANCE, PurchaseWay.GIFT)
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def desk(app):
    """Give Анна, Кирилл with the money of one consultation free, and two slots."""
    with app.app_context():
        bank, anna, kirill = FakeBank(), builders.staff(), builders.customer()
        consultation = builders.book(kirill)
        builders.pay(bank, builders.start_to_pay(bank, consultation))
        builders.cancel(anna, consultation)
        starts = [STARTS_AT + timedelta(hours=number) for number in range(2)]
        spans = [Span(start, start + timedelta(hours=1)) for start in starts]
        offers = [SlotOffer("Доктор Седов", one, {Currency.RUB: rub(PRICE)}) for one in spans]
        return anna, kirill, offer_slots(offers, actor=anna, now=NOW)


def buys(desk, slot, way=PurchaseWay.BALANCE):
    anna, kirill, _ = desk
    taking = Taking(slot, kirill, Currency.RUB, timedelta(), "По телефону")
    return lambda: buy_slot(taking, way, actor=anna, now=NOW)


def noted(action):
    """Count the entries of the journal about an action."""
    with transaction() as session:
        return session.scalar(select(func.count()).where(AuditEntry.action == action))


def test_eight_presses_buy_and_pay_one_consultation_once(app, desk):
    slot = desk[2][0]

    answers = at_once(app, [buys(desk, slot)] * PRESSES)

    assert sorted(answer.is_new for answer in answers) == [False] * (PRESSES - 1) + [True]
    assert len({answer.consultation_id for answer in answers}) == 1
    with app.app_context():
        assert purse(desk[1]) == (0, PRICE, 0)
        assert (noted("consultation.pay"), noted("consultation.book")) == (1, 2)
        assert errors_in_the_book() == []


def test_one_balance_buys_one_of_two_slots(app, desk):
    answers = at_once(app, [buys(desk, slot) for slot in desk[2]])

    assert sorted(str(getattr(answer, "is_new", answer)) for answer in answers) == [
        "True",
        "balance_too_low",
    ]
    with app.app_context():
        assert purse(desk[1]) == (0, PRICE, 0)
        assert noted("consultation.book") == 2
        assert errors_in_the_book() == []


def test_tabs_with_three_ways_buy_by_one_of_them(app, desk):
    slot = desk[2][0]

    answers = at_once(app, [buys(desk, slot, way) for way in WAYS])

    assert sorted(answer.is_new for answer in answers) == [False, False, True]
    with app.app_context():
        assert noted("consultation.pay") + noted("consultation.gift") in (0, 1)
        assert sum(purse(desk[1])) == PRICE
        assert errors_in_the_book() == []
