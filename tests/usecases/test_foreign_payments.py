"""A consultation with a price in tenge: charged as shown, returned in what was charged (A5)."""

from datetime import timedelta

import pytest

from portal.domain import ledger
from portal.domain.actors import SYSTEM
from portal.domain.errors import NotPayable
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.slots import SlotOffer, Span
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.ledger import balance
from portal.store.overviews import takings
from portal.store.user_lists import totals_held
from portal.usecases.bookings import Taking, take_slot
from portal.usecases.checkouts import Checkout, create_payment, order_of, record_link
from portal.usecases.slots import offer_slots
from tests import builders
from tests.builders import DURING, NOW, PRICE, STARTS_AT, purse, rub
from tests.fakes import FakeBank

KZT = Currency.KZT
TENGE = Money(2_100_000, KZT)


@pytest.fixture
def scene(booked):
    """Give the people; another consultation of theirs waits to be paid in roubles."""
    return booked


@pytest.fixture
def kazakh():
    """Give the bank that takes tenge."""
    return FakeBank(KZT)


@pytest.fixture
def meeting(scene):
    """Give a consultation that is sold for roubles and for tenge."""
    return taken(scene, {Currency.RUB: rub(PRICE), KZT: TENGE})


def taken(scene, prices):
    span = Span(STARTS_AT, STARTS_AT + timedelta(hours=1))
    (slot,) = offer_slots([SlotOffer("Доктор Седов", span, prices)], actor=scene.anna, now=NOW)
    taking = Taking(slot, scene.kirill, Currency.RUB, timedelta())
    return take_slot(taking, actor=scene.anna, now=NOW)


def meeting_of(consultation_id):
    with transaction() as session:
        return session.get_one(Consultation, consultation_id)


def started(bank, consultation_id, account="kazakh", currency=KZT):
    checkout = Checkout(account, PaymentMethod.CARD, currency)
    token = meeting_of(consultation_id).pay_token
    payment = create_payment(token, checkout, actor=SYSTEM, now=NOW)
    order = order_of(payment, success_url="-", failure_url="-", item_name="Консультация")
    record_link(payment, bank.create_payment(order), now=NOW)
    return payment


def tenge(code):
    with transaction() as session:
        return balance(session, code, KZT).minor


def test_the_bank_is_asked_for_the_tenge_that_were_shown(meeting, kazakh):
    payment = started(kazakh, meeting)

    (asked,) = kazakh.payments.values()
    assert (asked.order.amount, builders.payment(payment).amount) == (TENGE, TENGE)
    assert meeting_of(meeting).price == rub(PRICE)


def test_what_was_paid_in_tenge_is_held_in_tenge_and_roubles_are_not_touched(
    scene, meeting, kazakh
):
    payment = started(kazakh, meeting)

    builders.pay(kazakh, payment)

    assert builders.payment(payment).status is PaymentStatus.PAID
    assert (meeting_of(meeting).price, meeting_of(meeting).is_paid) == (TENGE, True)
    assert tenge(ledger.reserved(scene.kirill)) == TENGE.minor
    assert purse(scene.kirill) == (0, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_cancelled_one_is_returned_in_tenge(scene, meeting, kazakh):
    payment = started(kazakh, meeting)
    builders.pay(kazakh, payment)
    builders.cancel(scene.anna, meeting)
    assert tenge(ledger.available(scene.kirill)) == TENGE.minor

    refund = builders.ask(scene.anna, payment, expected_remaining=TENGE)
    builders.send(kazakh, refund)
    builders.hear(kazakh, payment, DURING)

    ((_, returned),) = kazakh.refunds
    assert returned == TENGE
    assert tenge(ledger.available(scene.kirill)) == 0
    assert builders.errors_in_the_book() == []


def test_a_completed_one_leaves_its_tenge_as_revenue(scene, meeting, kazakh):
    builders.pay(kazakh, started(kazakh, meeting))

    builders.complete(scene.anna, meeting)

    assert tenge(ledger.reserved(scene.kirill)) == 0
    assert builders.errors_in_the_book() == []


def test_roubles_that_come_after_tenge_are_free_balance_of_their_own(scene, meeting, kazakh):
    roubles = started(scene.bank, meeting, "tochka", Currency.RUB)
    builders.pay(kazakh, started(kazakh, meeting))

    builders.pay(scene.bank, roubles)

    assert builders.payment(roubles).is_surplus is True
    assert purse(scene.kirill) == (PRICE, 0, 0)
    assert tenge(ledger.reserved(scene.kirill)) == TENGE.minor
    assert builders.errors_in_the_book() == []


def test_sums_of_a_period_stand_apart_roubles_first_and_tenge_ask_for_no_sbp(
    scene, meeting, kazakh
):
    builders.pay(scene.bank, scene.payment)
    builders.pay(kazakh, started(kazakh, meeting))

    with transaction() as session:
        found = takings(session, since=NOW)
        held = totals_held(session)

    assert [one.taken for one in found] == [rub(PRICE), TENGE]
    assert [one.may_be_sbp for one in found] == [True, False]
    assert [one.total for one in held] == [rub(PRICE), TENGE]


def test_nothing_is_converted_where_no_price_in_tenge_was_written(scene, kazakh):
    meeting = taken(scene, {Currency.RUB: rub(PRICE)})

    with pytest.raises(NotPayable):
        started(kazakh, meeting)

    assert kazakh.payments == {}
