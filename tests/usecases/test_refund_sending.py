"""A refund is sent once; whatever the bank answers, only its lines prove that money went back."""

from datetime import timedelta

import pytest

from portal.domain import ledger
from portal.domain.ports import RefusedBecause
from portal.domain.refunds import RefundReason, RefundStatus
from portal.usecases.refunds import Resolution, resolve_refund
from tests import builders
from tests.builders import DURING, PRICE, purse, rub

BANK, SUSPENSE = ledger.bank("tochka"), ledger.suspense("tochka")
LATER = DURING + timedelta(hours=1)


@pytest.fixture
def refund_id(cancelled):
    """Give a refund of the whole sum that is ready to be sent."""
    return builders.ask(cancelled.anna, cancelled.payment)


def status_of(refund_id):
    """Return how far the refund is."""
    return builders.refund(refund_id).status


def test_an_accepted_refund_has_succeeded_only_when_a_line_says_so(cancelled, refund_id):
    builders.send(cancelled.bank, refund_id)
    assert status_of(refund_id) is RefundStatus.SUBMITTED
    assert purse(cancelled.kirill) == (0, 0, PRICE)

    builders.hear(cancelled.bank, cancelled.payment, LATER)

    assert status_of(refund_id) is RefundStatus.SUCCEEDED
    assert builders.payment(cancelled.payment).refunded == rub(PRICE)
    assert purse(cancelled.kirill) == (0, 0, 0)
    assert builders.account(BANK) == 0
    assert builders.errors_in_the_book() == []


def test_a_refund_after_completion_leaves_revenue_and_its_contra_account(completed):
    refund_id = builders.ask(completed.anna, completed.payment)
    builders.send(completed.bank, refund_id)
    builders.hear(completed.bank, completed.payment, LATER)
    assert status_of(refund_id) is RefundStatus.SUCCEEDED
    assert (builders.account(ledger.REVENUE), builders.account(ledger.REFUNDS)) == (PRICE, -PRICE)
    assert builders.account(BANK) == 0
    assert builders.errors_in_the_book() == []


def test_two_parts_of_the_same_sum_are_two_lines(cancelled):
    half = rub(PRICE // 2)
    for key, left in (("one", rub(PRICE)), ("two", half)):
        part = {"intent_key": key, "amount": half, "expected_remaining": left}
        builders.send(cancelled.bank, builders.ask(cancelled.anna, cancelled.payment, **part))
        builders.hear(cancelled.bank, cancelled.payment, LATER)
    assert cancelled.bank.refunds == [(cancelled.operation, half)] * 2
    assert builders.payment(cancelled.payment).refunded == rub(PRICE)
    assert purse(cancelled.kirill) == (0, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_line_that_is_read_again_moves_nothing(cancelled, refund_id):
    builders.send(cancelled.bank, refund_id)
    for _ in range(3):
        builders.hear(cancelled.bank, cancelled.payment, LATER)
    assert builders.payment(cancelled.payment).external == rub(0)
    assert builders.account(BANK) == 0
    assert builders.errors_in_the_book() == []


def test_a_settling_refund_waits(cancelled, refund_id):
    cancelled.bank.settles_slowly()
    builders.send(cancelled.bank, refund_id)
    builders.hear(cancelled.bank, cancelled.payment, LATER)
    assert status_of(refund_id) is RefundStatus.SUBMITTED
    assert purse(cancelled.kirill) == (0, 0, PRICE)

    cancelled.bank.settle()
    builders.hear(cancelled.bank, cancelled.payment, LATER)
    assert status_of(refund_id) is RefundStatus.SUCCEEDED
    assert builders.errors_in_the_book() == []


def test_a_silent_bank_is_asked_once_and_left_open(cancelled, refund_id):
    cancelled.bank.goes_silent("refund")
    builders.send(cancelled.bank, refund_id)
    assert status_of(refund_id) is RefundStatus.UNKNOWN

    builders.send(cancelled.bank, refund_id, LATER)

    assert cancelled.bank.refunds == [(cancelled.operation, rub(PRICE))]
    assert cancelled.bank.calls.count("refund") == 1
    assert purse(cancelled.kirill) == (0, 0, PRICE)
    assert builders.errors_in_the_book() == []


def test_the_line_of_a_silent_bank_ends_the_unknown_refund(cancelled, refund_id):
    cancelled.bank.goes_silent("refund")
    builders.send(cancelled.bank, refund_id)
    builders.hear(cancelled.bank, cancelled.payment, LATER)
    assert status_of(refund_id) is RefundStatus.SUCCEEDED
    assert cancelled.bank.calls.count("refund") == 1
    assert purse(cancelled.kirill) == (0, 0, 0)
    assert builders.account(BANK) == 0
    assert builders.errors_in_the_book() == []


def test_a_bank_that_is_down_gets_the_refund_later(cancelled, refund_id):
    cancelled.bank.is_down("refund")
    builders.send(cancelled.bank, refund_id)
    refund = builders.refund(refund_id)
    assert (refund.status, refund.sent_at) == (RefundStatus.REQUESTED, None)
    assert cancelled.bank.refunds == []
    assert purse(cancelled.kirill) == (0, 0, PRICE)
    assert builders.errors_in_the_book() == []

    cancelled.bank.recovers()
    builders.send(cancelled.bank, refund_id, LATER)
    assert cancelled.bank.refunds == [(cancelled.operation, rub(PRICE))]


@pytest.mark.parametrize("because", RefusedBecause)
def test_a_refused_refund_has_failed_and_its_money_is_back(cancelled, refund_id, because):
    cancelled.bank.refuses("refund", because)
    builders.send(cancelled.bank, refund_id)
    refund = builders.refund(refund_id)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "Банк отказал")
    assert cancelled.bank.refunds == []
    assert builders.payment(cancelled.payment).remaining == rub(PRICE)
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_refund_made_in_the_cabinet_is_booked_as_external(cancelled):
    cancelled.bank.made_in_cabinet(cancelled.operation, rub(1000))
    builders.hear(cancelled.bank, cancelled.payment)
    builders.hear(cancelled.bank, cancelled.payment)

    payment = builders.payment(cancelled.payment)
    refund = builders.refund(payment.last_refund_id)
    assert (refund.status, refund.reason) == (RefundStatus.EXTERNAL, RefundReason.IN_BANK_CABINET)
    assert (payment.external, payment.remaining) == (rub(1000), rub(PRICE - 1000))
    assert builders.account(SUSPENSE) == -1000
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_two_cabinet_refunds_whose_long_names_begin_alike_are_two(cancelled):
    for end in ("1", "2"):
        line_id = "A22031016256670100000533E625FCB3-2026-11-24-" + end
        cancelled.bank.made_in_cabinet(cancelled.operation, rub(1000), line_id)
    builders.hear(cancelled.bank, cancelled.payment)

    assert builders.payment(cancelled.payment).external == rub(2000)
    assert builders.account(SUSPENSE) == -2000
    assert builders.errors_in_the_book() == []


def test_a_cabinet_refund_before_sending_stops_ours(cancelled, refund_id):
    cancelled.bank.made_in_cabinet(cancelled.operation, rub(PRICE))
    builders.hear(cancelled.bank, cancelled.payment, DURING)
    builders.send(cancelled.bank, refund_id)
    refund = builders.refund(refund_id)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "bank:returned_there")
    assert cancelled.bank.calls.count("refund") == 0
    assert builders.payment(cancelled.payment).external == rub(PRICE)
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_person_decides_between_two_equal_lines(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment, amount=rub(1000))
    cancelled.bank.goes_silent("refund")
    builders.send(cancelled.bank, refund_id)
    cancelled.bank.made_in_cabinet(cancelled.operation, rub(1000))
    builders.hear(cancelled.bank, cancelled.payment, LATER)
    refund = builders.refund(refund_id)
    assert refund.status is RefundStatus.UNKNOWN

    proof = Resolution(refund.candidates[0]["line_id"], "Сверено с выпиской")
    resolve_refund(refund_id, proof, actor=cancelled.anna, now=LATER)

    assert status_of(refund_id) is RefundStatus.SUCCEEDED
    assert purse(cancelled.kirill) == (PRICE - 1000, 0, 0)
    assert builders.errors_in_the_book() == []
