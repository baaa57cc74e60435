"""A refund that shows no line has failed only after a day of certain, due readings."""

from datetime import timedelta

import pytest

from portal.domain.refunds import RefundStatus
from portal.store.db import transaction
from portal.store.refunds import Refund
from portal.usecases.reconciliations import postpone_refund_reading
from tests import builders
from tests.builders import DURING, PRICE, purse

HOUR = timedelta(hours=1)
SOON = DURING + timedelta(minutes=5)


@pytest.fixture
def refund_id(cancelled):
    """Give a refund of the whole sum that is ready to be sent."""
    return builders.ask(cancelled.anna, cancelled.payment)


@pytest.fixture
def lost(cancelled, refund_id):
    """Give a refund that the bank swallowed: no answer, no line."""
    cancelled.bank.swallows("refund")
    builders.send(cancelled.bank, refund_id)
    return refund_id


def hear_hourly(scene, hours, first=1):
    """Read every hour, from the hour ``first`` after sending."""
    for hour in range(first, first + hours):
        builders.hear(scene.bank, scene.payment, DURING + hour * HOUR)


def assert_open(scene, refund_id, status):
    """Check that the refund waits and its money still travels."""
    assert builders.refund(refund_id).status is status
    assert purse(scene.kirill) == (0, 0, PRICE)
    assert builders.errors_in_the_book() == []


def test_thirty_hourly_reads_without_a_line_end_it(cancelled, lost):
    hear_hourly(cancelled, 29)
    assert_open(cancelled, lost, RefundStatus.UNKNOWN)

    hear_hourly(cancelled, 1, first=30)

    refund = builders.refund(lost)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "bank:no_line")
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_readings_that_were_not_due_do_not_count_or_change_the_schedule(cancelled, lost):
    for _ in range(40):
        builders.hear(cancelled.bank, cancelled.payment, SOON)
    assert_open(cancelled, lost, RefundStatus.UNKNOWN)
    refund = builders.refund(lost)
    assert (refund.reads, refund.absent_reads) == (1, 1)
    assert refund.next_step_at == SOON + timedelta(seconds=30)


def test_thirty_due_reads_within_a_day_do_not_end_it(cancelled, lost):
    for minute in range(30):
        with transaction() as session:
            session.get_one(Refund, lost).next_step_at = DURING
        builders.hear(cancelled.bank, cancelled.payment, SOON + timedelta(minutes=minute))
    assert builders.refund(lost).absent_reads == 30
    assert_open(cancelled, lost, RefundStatus.UNKNOWN)


def test_a_busy_bank_is_not_a_certain_one(cancelled, refund_id):
    cancelled.bank.swallows("refund")
    builders.send(cancelled.bank, refund_id)
    cancelled.bank.shows(cancelled.operation, refund_in_progress=True)
    hear_hourly(cancelled, 40)
    cancelled.bank.recovers()
    hear_hourly(cancelled, 1, first=41)
    assert builders.refund(refund_id).absent_reads == 1
    assert_open(cancelled, refund_id, RefundStatus.UNKNOWN)


def test_an_accepted_refund_without_a_line_is_for_a_person(cancelled, refund_id):
    builders.send(cancelled.bank, refund_id)
    cancelled.bank.shows(cancelled.operation, lines=())
    hear_hourly(cancelled, 40)
    assert_open(cancelled, refund_id, RefundStatus.UNKNOWN)

    cancelled.bank.recovers()
    hear_hourly(cancelled, 1, first=41)
    assert builders.refund(refund_id).status is RefundStatus.SUCCEEDED


@pytest.mark.parametrize("lie", [{"is_ours": False}, {"operation_id": "op-of-others"}])
def test_an_operation_that_is_not_ours_proves_nothing_and_is_read_later(cancelled, lost, lie):
    cancelled.bank.shows(cancelled.operation, lines=(), **lie)
    builders.hear(cancelled.bank, cancelled.payment, SOON)
    refund = builders.refund(lost)
    assert (refund.reads, refund.absent_reads) == (1, 0)
    assert refund.next_step_at == SOON + timedelta(seconds=30)
    assert_open(cancelled, lost, RefundStatus.UNKNOWN)


def test_a_silent_bank_is_read_later(cancelled, lost):
    postpone_refund_reading(lost, now=SOON)
    assert builders.refund(lost).next_step_at == SOON + timedelta(seconds=30)
    assert builders.refund(lost).absent_reads == 0
