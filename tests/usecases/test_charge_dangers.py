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
from tests.usecases.charges import LESS, binds, pay_token

OTHER_KEY = "22222222-2222-4222-8222-222222222222"
HOUR, LATER = timedelta(hours=1), timedelta(hours=1, seconds=1)


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


def test_a_consultation_whose_charge_is_lost_is_not_charged_from_another_card(scene, owed):
    other = second_card(scene)
    scene.bank.goes_silent("charge")
    one = scene.begins(owed)
    charges.send(one)
    scene.bank.recovers()

    two = scene.begins(owed, card_id=other)
    charges.send(two)
    payments.read(two)

    assert (two, payment(one).status, payment(one).is_surplus) == (one, PaymentStatus.PAID, False)
    assert (scene.taken, scene.bank.calls.count("charge")) == ([LESS], 1)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, 2 * PRICE + LESS, 0), [])


def test_what_a_link_has_paid_already_is_not_charged_again(scene, owed):
    link, number = link_of(scene, owed), scene.begins(owed)
    scene.bank.pay(builders.operation_of(link), PaymentMethod.SBP)

    charges.send(number)

    assert (payment(link).status, payment(link).is_surplus) == (PaymentStatus.PAID, False)
    assert (payment(number).status, payment(number).charged_at) == (PaymentStatus.FAILED, None)
    assert (scene.taken, scene.bank.calls.count("charge")) == ([], 0)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE + LESS, 0), [])


def test_what_a_link_took_in_its_last_second_is_not_charged_again(scene, owed):
    link = link_of(scene, owed)
    scene.bank.expire(builders.operation_of(link))
    payments.read(link)
    number, was = scene.begins(owed), payment(link).status
    scene.bank.pay(builders.operation_of(link), PaymentMethod.SBP)

    charges.send(number)

    assert (was, payment(link).status) == (PaymentStatus.EXPIRED, PaymentStatus.PAID)
    assert (payment(link).is_late, payment(number).status) == (True, PaymentStatus.FAILED)
    assert (scene.taken, errors_in_the_book()) == ([], [])


def test_a_charge_waits_while_the_bank_does_not_tell_of_another_link(scene, owed):
    link_of(scene, owed)
    number = scene.begins(owed)
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
    assert (scene.taken, errors_in_the_book()) == ([LESS], [])


def test_a_charge_that_waits_for_another_link_ends_with_its_press(scene, owed):
    link_of(scene, owed)
    number = scene.begins(owed)
    scene.bank.is_down("read")

    with time_machine.travel(NOW + PRESS_COUNTS + ASK_AGAIN, tick=False):
        charges.send(number)

    assert (payment(number).status, payment(number).failure) == (
        PaymentStatus.FAILED,
        PRESS_TOO_OLD,
    )
    assert (scene.taken, scene.bank.calls.count("charge"), purse(scene.kirill)) == (
        [],
        0,
        (0, PRICE, 0),
    )


def test_a_link_that_nobody_has_paid_does_not_stop_a_charge(scene, owed):
    link = link_of(scene, owed)

    number = scene.charges(owed)

    assert payment(link).status is PaymentStatus.PENDING
    assert payment(number).status is PaymentStatus.PAID
    assert (scene.taken, errors_in_the_book()) == ([LESS], [])


@pytest.mark.parametrize(
    ("waited", "status", "sums"),
    [
        (timedelta(minutes=10), PaymentStatus.PENDING, [LESS]),
        (timedelta(minutes=10, seconds=1), PaymentStatus.FAILED, []),
    ],
)
def test_a_press_counts_for_ten_minutes(scene, owed, waited, status, sums):
    number = scene.begins(owed)

    with time_machine.travel(NOW + waited, tick=False):
        charges.send(number)

    assert (payment(number).status, scene.taken) == (status, sums)
    assert payment(number).failure == (None if sums else PRESS_TOO_OLD)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_after_an_old_press_the_client_may_press_again(scene, owed):
    old = scene.begins(owed)
    with time_machine.travel(NOW + HOUR, tick=False):
        charges.send(old)

    new = scene.charges(owed)

    assert (new > old, payment(new).status, scene.taken) == (True, PaymentStatus.PAID, [LESS])


@pytest.fixture
def lonely(scene, owed):
    """Give a charge of a cancelled consultation, whose card's first payment is back and done."""
    charge = scene.charges(owed)
    builders.cancel(scene.anna, owed)
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


def test_a_charge_reads_for_the_payment_that_bound_its_card(scene, owed):
    charge = scene.charges(owed)
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    payments.read(charge)

    assert (payment(scene.first).external_minor, payment(charge).external_minor) == (LESS, 0)
    assert errors_in_the_book() == []


@pytest.mark.parametrize("is_read", [True, False])
def test_a_charge_without_a_line_calls_staff_after_an_hour(scene, owed, is_read):
    scene.bank.swallows("charge")
    number = scene.charges(owed)
    scene.bank.recovers()
    hears = scene.hears if is_read else lambda number, now: postpone_reading(number, now=now)

    hears(number, NOW + HOUR)
    assert in_attention(NOW + HOUR) == []
    hears(number, NOW + LATER)

    found = payment(number)
    assert (found.status, found.incident) == (PaymentStatus.PENDING, Incident.UNKNOWN_STATUS)
    assert in_attention(NOW + LATER) == [number]
    assert (scene.taken, purse(scene.kirill)) == ([], (0, PRICE, 0))


def test_a_line_that_comes_at_last_ends_the_call_and_pays(scene, owed):
    scene.bank.goes_silent("charge")
    number = scene.begins(owed)
    charges.send(number)
    scene.bank.recovers()
    postpone_reading(number, now=NOW + LATER)

    scene.hears(number, NOW + 2 * HOUR)

    assert (payment(number).status, payment(number).incident) == (PaymentStatus.PAID, None)
    assert (in_attention(NOW), errors_in_the_book()) == ([], [])


def test_a_charge_that_was_never_shown_frees_the_card_and_calls_nobody(scene, owed):
    scene.bank.swallows("charge")
    number = scene.charges(owed)
    scene.bank.recovers()
    scene.hears(number, NOW + LATER)

    scene.hears(number, NOW + timedelta(days=8, hours=1))

    found = payment(number)
    assert (found.status, found.next_read_at) == (PaymentStatus.FAILED, None)
    assert (in_attention(NOW), scene.begins(builders.book(scene.kirill)) > number) == ([], True)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])
