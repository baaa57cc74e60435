"""What must not be charged twice, late or unseen: lost answers, paid links, old presses (B3)."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.domain.charges import LINK_UNREAD, PRESS_COUNTS, PRESS_TOO_OLD
from portal.domain.payments import Incident, PaymentMethod, PaymentStatus
from portal.domain.refunds import RefundStatus
from portal.jobs import charges, payments
from portal.store.cards import BoundCard
from portal.store.db import db, transaction
from portal.store.overviews import attention
from portal.usecases.charges import ASK_AGAIN
from portal.usecases.checkouts import Checkout, create_payment
from portal.usecases.payments import postpone_reading
from tests import builders
from tests.builders import DURING, NOW, PRICE, errors_in_the_book, payment, person, purse, rub
from tests.usecases.charges import binds, make_scene, pay_token

LESS = 250_000
OTHER_KEY = "22222222-2222-4222-8222-222222222222"
HOUR, LATER = timedelta(hours=1), timedelta(hours=1, seconds=1)


@pytest.fixture
def scene(app):
    with app.app_context(), time_machine.travel(NOW, tick=False):
        yield make_scene(app)


@pytest.fixture
def booked(scene):
    """Give another consultation of Кирилл, of another price."""
    return builders.book(scene.kirill, LESS)


def taken(scene):
    """Return what the bank took from the cards, the payments that bound them left out."""
    return [amount.minor for _, amount in scene.bank.charges]


def second_card(scene):
    """Let Кирилл bind one more card by paying a consultation; return its number."""
    binds(scene.bank, scene.kirill)
    with transaction() as session:
        return session.scalars(select(BoundCard.id).order_by(BoundCard.id.desc())).first()


def link_of(scene, consultation):
    """Give the client a link for a consultation that a card may be charged for as well."""
    checkout = Checkout("tochka", PaymentMethod.SBP)
    token = pay_token(consultation)
    number = create_payment(token, checkout, actor=person(scene.kirill), now=NOW)
    payments.create_link(number)
    return number


def in_attention(now):
    """Return the numbers of payments that staff are shown as an incident."""
    shown = attention(db.session(), now=now, grace=timedelta(hours=1)).in_incident
    db.session.rollback()
    return list(shown)


def test_a_consultation_whose_charge_is_lost_is_not_charged_from_another_card(scene, booked):
    other = second_card(scene)
    scene.bank.goes_silent("charge")
    one = scene.begins(booked)
    charges.send(one)
    scene.bank.recovers()

    two = scene.begins(booked, card_id=other)
    charges.send(two)
    payments.read(two)

    assert (two, payment(one).status, payment(one).is_surplus) == (one, PaymentStatus.PAID, False)
    assert (taken(scene), scene.bank.calls.count("charge")) == ([LESS], 1)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, 2 * PRICE + LESS, 0), [])


def test_what_a_link_has_paid_already_is_not_charged_again(scene, booked):
    link, number = link_of(scene, booked), scene.begins(booked)
    scene.bank.pay(builders.operation_of(link), PaymentMethod.SBP)

    charges.send(number)

    assert (payment(link).status, payment(link).is_surplus) == (PaymentStatus.PAID, False)
    assert (payment(number).status, payment(number).charged_at) == (PaymentStatus.FAILED, None)
    assert (taken(scene), scene.bank.calls.count("charge")) == ([], 0)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE + LESS, 0), [])


def test_what_a_link_took_in_its_last_second_is_not_charged_again(scene, booked):
    link = link_of(scene, booked)
    scene.bank.expire(builders.operation_of(link))
    payments.read(link)
    number, was = scene.begins(booked), payment(link).status
    scene.bank.pay(builders.operation_of(link), PaymentMethod.SBP)

    charges.send(number)

    assert (was, payment(link).status) == (PaymentStatus.EXPIRED, PaymentStatus.PAID)
    assert (payment(link).is_late, payment(number).status) == (True, PaymentStatus.FAILED)
    assert (taken(scene), errors_in_the_book()) == ([], [])


def test_a_charge_waits_while_the_bank_does_not_tell_of_another_link(scene, booked):
    link_of(scene, booked)
    number = scene.begins(booked)
    scene.bank.is_down("read")
    charges.send(number)
    waiting = payment(number)
    assert (waiting.status, waiting.failure) == (PaymentStatus.CREATED, LINK_UNREAD)
    assert (waiting.charged_at, waiting.next_read_at) == (None, NOW + ASK_AGAIN)

    scene.bank.recovers()
    with time_machine.travel(NOW + ASK_AGAIN, tick=False):
        charges.send(number)
        payments.read(number)

    assert (payment(number).status, payment(number).failure) == (PaymentStatus.PAID, None)
    assert (taken(scene), errors_in_the_book()) == ([LESS], [])


def test_a_charge_that_waits_for_another_link_ends_with_its_press(scene, booked):
    link_of(scene, booked)
    number = scene.begins(booked)
    scene.bank.is_down("read")

    with time_machine.travel(NOW + PRESS_COUNTS + ASK_AGAIN, tick=False):
        charges.send(number)

    assert (payment(number).status, payment(number).failure) == (
        PaymentStatus.FAILED,
        PRESS_TOO_OLD,
    )
    assert (taken(scene), scene.bank.calls.count("charge"), purse(scene.kirill)) == (
        [],
        0,
        (0, PRICE, 0),
    )


def test_a_link_that_nobody_has_paid_does_not_stop_a_charge(scene, booked):
    link = link_of(scene, booked)

    number = scene.charges(booked)

    assert payment(link).status is PaymentStatus.PENDING
    assert payment(number).status is PaymentStatus.PAID
    assert (taken(scene), errors_in_the_book()) == ([LESS], [])


@pytest.mark.parametrize(
    ("waited", "status", "sums"),
    [
        (timedelta(minutes=10), PaymentStatus.PENDING, [LESS]),
        (timedelta(minutes=10, seconds=1), PaymentStatus.FAILED, []),
    ],
)
def test_a_press_counts_for_ten_minutes(scene, booked, waited, status, sums):
    number = scene.begins(booked)

    with time_machine.travel(NOW + waited, tick=False):
        charges.send(number)

    assert (payment(number).status, taken(scene)) == (status, sums)
    assert payment(number).failure == (None if sums else PRESS_TOO_OLD)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_after_an_old_press_the_client_may_press_again(scene, booked):
    old = scene.begins(booked)
    with time_machine.travel(NOW + HOUR, tick=False):
        charges.send(old)

    new = scene.charges(booked)

    assert (new > old, payment(new).status, taken(scene)) == (True, PaymentStatus.PAID, [LESS])


@pytest.fixture
def lonely(scene, booked):
    """Give a charge of a cancelled consultation, whose card's first payment is back and done."""
    charge = scene.charges(booked)
    builders.cancel(scene.anna, booked)
    builders.cancel(scene.anna, payment(scene.first).consultation_id)
    scene.returns(scene.first)
    scene.bank.made_in_cabinet(scene.operation, rub(PRICE))
    scene.hears(scene.first)
    scene.hears(scene.first, DURING + LATER)
    first = payment(scene.first)
    assert (first.refunded_minor, first.next_read_at, errors_in_the_book()) == (PRICE, None, [])
    return charge


def test_a_return_of_a_charge_is_seen_when_the_binding_payment_is_done(scene, lonely):
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    payments.read(lonely)
    payments.read(lonely)

    found = builders.refund(payment(lonely).last_refund_id)
    assert (found.is_unexplained, found.amount_minor) == (True, LESS)
    assert (payment(lonely).external_minor, payment(lonely).next_read_at) == (LESS, None)
    assert (payment(scene.first).external_minor, errors_in_the_book()) == (0, [])


def test_the_binding_payment_leaves_to_a_charge_what_it_cannot_have_returned(scene, lonely):
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    scene.hears(scene.first)
    assert (payment(scene.first).external_minor, payment(lonely).external_minor) == (0, 0)
    scene.hears(lonely)

    assert (payment(lonely).external_minor, errors_in_the_book()) == (LESS, [])


def test_a_line_that_a_refund_of_another_charge_awaits_is_left_to_it(scene, lonely):
    other = builders.book(scene.kirill, LESS)
    beside = scene.charges(other)
    mine = {"expected_remaining": rub(LESS), "intent_key": OTHER_KEY}
    refund = scene.returns(lonely, **mine)
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    scene.hears(beside)
    scene.hears(lonely)

    assert builders.refund(refund).status is RefundStatus.SUCCEEDED
    assert (payment(beside).external_minor, payment(lonely).refunded_minor) == (0, LESS)
    assert errors_in_the_book() == []


def test_a_charge_reads_for_the_payment_that_bound_its_card(scene, booked):
    charge = scene.charges(booked)
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    payments.read(charge)

    assert (payment(scene.first).external_minor, payment(charge).external_minor) == (LESS, 0)
    assert errors_in_the_book() == []


@pytest.mark.parametrize("is_read", [True, False])
def test_a_charge_without_a_line_calls_staff_after_an_hour(scene, booked, is_read):
    scene.bank.swallows("charge")
    number = scene.charges(booked)
    scene.bank.recovers()
    hears = scene.hears if is_read else lambda number, now: postpone_reading(number, now=now)

    hears(number, NOW + HOUR)
    assert in_attention(NOW + HOUR) == []
    hears(number, NOW + LATER)

    found = payment(number)
    assert (found.status, found.incident) == (PaymentStatus.PENDING, Incident.UNKNOWN_STATUS)
    assert in_attention(NOW + LATER) == [number]
    assert (taken(scene), purse(scene.kirill)) == ([], (0, PRICE, 0))


def test_a_line_that_comes_at_last_ends_the_call_and_pays(scene, booked):
    scene.bank.goes_silent("charge")
    number = scene.begins(booked)
    charges.send(number)
    scene.bank.recovers()
    postpone_reading(number, now=NOW + LATER)

    scene.hears(number, NOW + 2 * HOUR)

    assert (payment(number).status, payment(number).incident) == (PaymentStatus.PAID, None)
    assert (in_attention(NOW), errors_in_the_book()) == ([], [])


def test_a_lost_charge_that_counts_as_not_made_calls_nobody_any_more(scene, booked):
    scene.bank.swallows("charge")
    number = scene.charges(booked)
    scene.bank.recovers()
    scene.hears(number, NOW + LATER)

    scene.hears(number, NOW + timedelta(days=8, hours=1))

    assert (payment(number).status, in_attention(NOW)) == (PaymentStatus.FAILED, [])
