"""Refunds made in the bank's cabinet: looked for daily, booked only for money that is ours."""

from datetime import timedelta

import pytest

from portal.domain import ledger
from portal.domain.errors import NotFound
from portal.domain.payments import Incident, PaymentStatus
from portal.domain.refunds import RefundStatus
from portal.store.db import transaction
from portal.store.payments import Payment
from portal.usecases.payments import postpone_reading
from portal.usecases.refunds import Resolution, resolve_refund
from tests import builders
from tests.builders import DURING, NOW, PRICE, purse, rub

SUSPENSE = ledger.suspense("tochka")
DAY = timedelta(days=1)
LATER = DURING + timedelta(hours=1)
#: 18 hours and 97 minutes: the pause of the payment with the number 1.
DAILY = timedelta(hours=19, minutes=37)


def assert_nothing_external(payment_id):
    """Check that suspense pays nothing and the payment has lost nothing."""
    assert builders.account(SUSPENSE) == 0
    assert builders.payment(payment_id).external == rub(0)
    assert builders.payment(payment_id).last_refund_id is None
    assert builders.errors_in_the_book() == []


def test_a_line_of_an_unpaid_payment_waits_until_it_is_paid(booked):
    booked.bank.pay(booked.operation)
    booked.bank.made_in_cabinet(booked.operation, rub(1000))
    booked.bank.shows(booked.operation, status=PaymentStatus.PENDING)
    builders.hear(booked.bank, booked.payment)
    assert_nothing_external(booked.payment)

    booked.bank.recovers()
    builders.hear(booked.bank, booked.payment)
    assert builders.payment(booked.payment).remaining == rub(PRICE - 1000)
    assert builders.account(SUSPENSE) == -1000
    assert builders.errors_in_the_book() == []


def test_a_line_of_a_payment_in_an_incident_waits(paid):
    paid.bank.made_in_cabinet(paid.operation, rub(1000))
    paid.bank.shows(paid.operation, amount=rub(1))
    builders.hear(paid.bank, paid.payment)
    assert builders.payment(paid.payment).incident is Incident.WRONG_AMOUNT
    assert_nothing_external(paid.payment)


def test_a_paid_payment_is_read_daily(paid):
    assert builders.payment(paid.payment).next_read_at == NOW + DAILY


def test_a_paid_payment_that_could_not_be_read_is_read_the_next_day(paid):
    postpone_reading(paid.payment, now=NOW + 9 * DAY)
    payment = builders.payment(paid.payment)
    assert (payment.next_read_at, payment.incident) == (NOW + 9 * DAY + DAILY, None)


def test_a_paid_payment_is_read_for_180_days(paid):
    last = NOW + 180 * DAY - timedelta(seconds=1)
    builders.hear(paid.bank, paid.payment, last)
    assert builders.payment(paid.payment).next_read_at == last + DAILY

    builders.hear(paid.bank, paid.payment, NOW + 180 * DAY)
    assert builders.payment(paid.payment).next_read_at is None


def test_an_ended_refund_is_looked_at_once_more_in_an_hour(cancelled):
    builders.send(cancelled.bank, builders.ask(cancelled.anna, cancelled.payment))
    builders.hear(cancelled.bank, cancelled.payment, LATER)
    assert builders.payment(cancelled.payment).next_read_at == LATER + timedelta(hours=1)

    builders.hear(cancelled.bank, cancelled.payment, LATER + timedelta(hours=1))
    assert builders.payment(cancelled.payment).next_read_at is None


def test_a_line_of_another_sum_proves_no_refund(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment, amount=rub(2000))
    cancelled.bank.swallows("refund")
    builders.send(cancelled.bank, refund_id)
    cancelled.bank.made_in_cabinet(cancelled.operation, rub(1000), "other-sum")
    builders.hear(cancelled.bank, cancelled.payment, LATER)
    proof = Resolution("other-sum", "Сверено с выпиской")
    with pytest.raises(NotFound):
        resolve_refund(refund_id, proof, actor=cancelled.anna, now=LATER)
    assert builders.refund(refund_id).status is RefundStatus.UNKNOWN
    assert purse(cancelled.kirill) == (PRICE - 2000, 0, 2000)
    assert builders.errors_in_the_book() == []


def test_the_accounts_of_a_cabinet_refund_are_locked_in_one_order(cancelled, listen):
    builders.ask(cancelled.anna, cancelled.payment)
    cancelled.bank.made_in_cabinet(cancelled.operation, rub(PRICE))
    touched = []

    def watch(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("UPDATE ledger_accounts"):
            touched.append(list(getattr(parameters, "values", lambda: parameters)())[-1])

    listen("before_cursor_execute", watch)
    builders.hear(cancelled.bank, cancelled.payment, DURING)

    order = list(dict.fromkeys(touched))
    assert len(order) == 4
    assert order == sorted(order)


def test_a_pending_payment_that_the_bank_does_not_know_becomes_an_incident(booked):
    postpone_reading(booked.payment, now=NOW + 8 * DAY)
    payment = builders.payment(booked.payment)
    assert (payment.next_read_at, payment.incident) == (
        NOW + 8 * DAY + timedelta(hours=1),
        None,
    )

    postpone_reading(booked.payment, now=NOW + 8 * DAY + timedelta(hours=1))

    payment = builders.payment(booked.payment)
    assert (payment.next_read_at, payment.incident) == (None, Incident.UNKNOWN_STATUS)
    assert purse(booked.kirill) == (0, 0, 0)


@pytest.mark.parametrize(
    ("age", "pause"),
    [(timedelta(days=8), timedelta(hours=1)), (timedelta(days=8, seconds=1), None)],
)
def test_an_expired_link_is_looked_at_hourly_for_eight_days(booked, age, pause):
    booked.bank.expire(booked.operation)
    with transaction() as session:
        session.get_one(Payment, booked.payment).created_at = NOW - age
    builders.hear(booked.bank, booked.payment)
    wanted = pause and NOW + pause
    assert builders.payment(booked.payment).next_read_at == wanted
