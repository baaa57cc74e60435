"""A slot that nobody paid in time is free again; money wins when it comes first (G1, A3)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.consultations import ConsultationStatus
from portal.domain.errors import NotPayable
from portal.domain.letters import LetterKind
from portal.domain.money import Currency
from portal.domain.payments import Incident, PaymentMethod
from portal.domain.slots import SlotOffer, Span
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.payments import Payment
from portal.store.slot_lists import due_to_release, free_slots
from portal.usecases.bookings import Taking, release_unpaid, take_slot
from portal.usecases.checkouts import Checkout, create_payment
from portal.usecases.slots import offer_slots
from tests import builders
from tests.builders import NOW, PRICE, STARTS_AT, person, purse, rub
from tests.fakes import FakeBank
from tests.usecases.conftest import Scene

HOLD = timedelta(minutes=30)
LATER = NOW + HOLD
MOMENT = timedelta(microseconds=1)
WHY = "Не оплачена вовремя"


@pytest.fixture
def taken(app):
    """Give a slot that Кирилл has taken and not begun to pay."""
    with app.app_context():
        anna, kirill = builders.staff(), builders.customer()
        span = Span(STARTS_AT, STARTS_AT + timedelta(hours=1))
        offer = SlotOffer("Доктор Орлова", span, {Currency.RUB: rub(PRICE)})
        (slot,) = offer_slots([offer], actor=anna, now=NOW)
        taking = Taking(slot, kirill, Currency.RUB, HOLD)
        number = take_slot(taking, actor=person(kirill), now=NOW)
        yield Scene(FakeBank(), anna, kirill, number, 0)


@pytest.fixture
def link(taken):
    """Give the payment that Кирилл has begun: its link lives for half an hour."""
    payment = builders.start_to_pay(taken.bank, taken.consultation)
    with transaction() as session:
        session.get_one(Payment, payment).link_expires_at = LATER
    return payment


def due(now=LATER):
    with transaction() as session:
        return due_to_release(session, now=now, limit=10)


def state(number):
    with transaction() as session:
        found = session.get_one(Consultation, number)
        is_free = len(free_slots(session, now=NOW, hold=HOLD)) == 1
        return found.status, found.is_paid, is_free


SCHEDULED = (ConsultationStatus.SCHEDULED, False, False)
PAID = (ConsultationStatus.SCHEDULED, True, False)
RELEASED = (ConsultationStatus.CANCELLED, False, True)


def test_what_nobody_began_to_pay_is_let_go_at_its_hour(taken):
    before = release_unpaid(taken.consultation, WHY, now=LATER - MOMENT)
    waiting, was_due = state(taken.consultation), due(LATER - MOMENT)

    assert (before, waiting, was_due) == (False, SCHEDULED, [])
    assert due() == [taken.consultation]
    assert release_unpaid(taken.consultation, WHY, now=LATER)
    assert state(taken.consultation) == RELEASED
    assert (due(), purse(taken.kirill)) == ([], (0, 0, 0))


def test_it_says_why_and_names_nobody(taken):
    release_unpaid(taken.consultation, WHY, now=LATER)

    with transaction() as session:
        found = session.get_one(Consultation, taken.consultation)
    assert (found.closing_reason, found.closed_at) == (WHY, LATER)
    assert (found.cancelled_by, found.closed_by_id) == (None, None)


def test_the_client_is_told(taken):
    release_unpaid(taken.consultation, WHY, now=LATER)

    with transaction() as session:
        (letter,) = session.scalars(select(Letter)).all()
    assert (letter.kind, letter.user_id) == (LetterKind.CONSULTATION_CANCELLED, taken.kirill)
    assert (letter.facts["row"], letter.facts["freed"]) == (taken.consultation, 0)


def test_it_is_let_go_once(taken):
    release_unpaid(taken.consultation, WHY, now=LATER)

    assert not release_unpaid(taken.consultation, WHY, now=LATER)


def test_money_that_comes_first_keeps_the_slot(taken, link):
    builders.pay(taken.bank, link)

    assert (due(), release_unpaid(taken.consultation, WHY, now=LATER)) == ([], False)
    assert state(taken.consultation) == PAID
    assert purse(taken.kirill) == (0, PRICE, 0)
    assert builders.errors_in_the_book() == []


def test_money_that_comes_after_is_free_on_the_balance(taken, link):
    taken.bank.expire(builders.operation_of(link))
    builders.hear(taken.bank, link, LATER)
    assert release_unpaid(taken.consultation, WHY, now=LATER)

    taken.bank.pay(builders.operation_of(link))
    builders.hear(taken.bank, link, LATER)

    assert state(taken.consultation) == RELEASED
    assert builders.payment(link).is_surplus
    assert purse(taken.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_while_a_link_lives_money_may_still_come(taken, link):
    assert (due(), release_unpaid(taken.consultation, WHY, now=LATER)) == ([], False)
    assert state(taken.consultation) == SCHEDULED


def test_a_link_whose_end_the_bank_has_not_been_asked_about_keeps_the_slot(taken, link):
    builders.hear(taken.bank, link, LATER - MOMENT)

    assert (due(), release_unpaid(taken.consultation, WHY, now=LATER)) == ([], False)


def test_a_link_that_was_read_after_its_end_no_longer_keeps_the_slot(taken, link):
    builders.hear(taken.bank, link, LATER)

    assert due() == [taken.consultation]
    assert release_unpaid(taken.consultation, WHY, now=LATER)


def test_what_the_bank_says_oddly_waits_for_staff(taken, link):
    builders.hear(taken.bank, link, LATER)
    with transaction() as session:
        session.get_one(Payment, link).incident = Incident.WRONG_AMOUNT

    assert (due(), release_unpaid(taken.consultation, WHY, now=LATER)) == ([], False)


def test_nobody_begins_to_pay_after_the_hour_that_was_told(taken):
    with transaction() as session:
        token = session.get_one(Consultation, taken.consultation).pay_token
    checkout = Checkout("tochka", PaymentMethod.SBP)

    with pytest.raises(NotPayable):
        create_payment(token, checkout, actor=taken.anna, now=LATER)

    with transaction() as session:
        assert session.scalars(select(Payment)).all() == []


def test_what_was_booked_by_hand_waits_for_ever(taken):
    number = builders.book(taken.kirill)

    assert not release_unpaid(number, WHY, now=LATER)
    assert state(number)[0] is ConsultationStatus.SCHEDULED
