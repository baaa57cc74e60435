"""What a charged card paid goes back by hand: a person makes it, its line ends it (D3, D6)."""

from datetime import timedelta

import pytest

from portal.domain.refunds import RefundStatus
from portal.usecases.reconciliations import NOT_MADE_BY_HAND
from portal.usecases.refunds import Resolution, resolve_refund
from tests import builders
from tests.builders import DURING, PRICE, errors_in_the_book, payment, purse, rub
from tests.usecases.charges import LESS

WHOLE = {"expected_remaining": rub(LESS)}


@pytest.fixture
def charge(scene):
    """Give a charge of a consultation that is cancelled since."""
    consultation = builders.book(scene.kirill, LESS)
    number = scene.charges(consultation)
    builders.cancel(scene.anna, consultation)
    return number


def state(scene, refund):
    """Return how far a refund is, and where the client's money is; nothing was sent, ever."""
    assert scene.bank.calls.count("refund") == 0
    assert errors_in_the_book() == []
    return builders.refund(refund).status, purse(scene.kirill)


def waits(scene, number, **after):
    """Let the poller read for a while, every hour."""
    for hour in range(1, int(timedelta(**after).total_seconds() // 3600) + 1):
        scene.hears(number, DURING + timedelta(hours=hour))


def test_it_is_held_and_not_sent(scene, charge):
    refund = scene.returns(charge, **WHOLE)

    assert state(scene, refund) == (RefundStatus.SUBMITTED, (0, PRICE, LESS))
    waits(scene, charge, hours=24)
    assert state(scene, refund) == (RefundStatus.SUBMITTED, (0, PRICE, LESS))


def test_the_line_that_a_person_made_in_the_cabinet_ends_it(scene, charge):
    refund = scene.returns(charge, **WHOLE)
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    scene.hears(charge)

    assert state(scene, refund) == (RefundStatus.SUCCEEDED, (0, PRICE, 0))
    assert payment(charge).refunded_minor == LESS


def test_the_payment_that_bound_the_card_does_not_take_the_line_for_its_own(scene, charge):
    refund = scene.returns(charge, **WHOLE)
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    scene.hears(scene.first)
    scene.hears(charge)

    assert state(scene, refund) == (RefundStatus.SUCCEEDED, (0, PRICE, 0))
    assert (payment(scene.first).external_minor, payment(scene.first).remaining) == (0, rub(PRICE))


def test_what_nobody_made_within_three_days_is_back_on_the_balance(scene, charge):
    refund = scene.returns(charge, **WHOLE)

    waits(scene, charge, days=3)

    assert state(scene, refund) == (RefundStatus.FAILED, (LESS, PRICE, 0))
    assert builders.refund(refund).failure == NOT_MADE_BY_HAND


def test_a_line_of_another_sum_is_for_a_person(scene, charge):
    refund = scene.returns(charge, **WHOLE)
    scene.bank.made_in_cabinet(scene.operation, rub(LESS - 1))

    scene.hears(charge, DURING + timedelta(hours=1))

    assert state(scene, refund) == (RefundStatus.UNKNOWN, (0, PRICE, LESS))
    resolve_refund(refund, Resolution(None, "Не тот"), actor=scene.anna, now=DURING)
    assert state(scene, refund) == (RefundStatus.FAILED, (LESS, PRICE, 0))


def test_the_payment_that_bound_the_card_goes_back_by_hand_too(scene):
    builders.cancel(scene.anna, payment(scene.first).consultation_id)
    refund = scene.returns(scene.first)
    scene.bank.made_in_cabinet(scene.operation, rub(PRICE))

    scene.hears(scene.first)

    assert state(scene, refund) == (RefundStatus.SUCCEEDED, (0, 0, 0))


def test_a_return_that_nobody_asked_for_here_waits_to_be_explained(scene, charge):
    scene.bank.made_in_cabinet(scene.operation, rub(LESS))

    scene.hears(charge)
    scene.hears(scene.first)

    assert (payment(charge).external_minor, payment(scene.first).external_minor) == (0, LESS)
    assert errors_in_the_book() == []
    found = builders.refund(payment(scene.first).last_refund_id)
    assert (found.status, found.is_unexplained) == (RefundStatus.EXTERNAL, True)
