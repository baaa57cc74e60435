"""A refund returns the money that was looked at, whatever the balance pays meanwhile (D4)."""

import pytest

from portal.domain.refunds import RefundStatus, RemainderChanged
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import NOW, PRICE, payment, purse, rub


def pays(scene, price):
    """Pay another consultation from the free balance; return its number."""
    number = builders.book(scene.kirill, price)
    pay_from_balance(number, actor=scene.anna, now=NOW)
    return number


def test_free_money_that_was_spent_meanwhile_is_not_returned_from_revenue_unseen(cancelled):
    builders.complete(cancelled.anna, pays(cancelled, PRICE))

    with pytest.raises(RemainderChanged):
        builders.ask(cancelled.anna, cancelled.payment, expected_from_revenue=False)

    assert payment(cancelled.payment).under_way_minor == 0
    assert purse(cancelled.kirill) == (0, 0, 0)
    assert builders.errors_in_the_book() == []


def test_revenue_that_was_looked_at_is_not_replaced_by_the_clients_money(cancelled):
    with pytest.raises(RemainderChanged):
        builders.ask(cancelled.anna, cancelled.payment, expected_from_revenue=True)

    assert payment(cancelled.payment).under_way_minor == 0
    assert purse(cancelled.kirill) == (PRICE, 0, 0)


def test_what_becomes_free_before_it_is_sent_does_not_stop_a_refund_from_revenue(cancelled):
    builders.complete(cancelled.anna, pays(cancelled, PRICE - 50_000))
    waiting = pays(cancelled, 50_000)
    left = {"expected_remaining": rub(PRICE - 50_000)}
    refund = builders.ask(cancelled.anna, cancelled.payment, **left)

    builders.cancel(cancelled.anna, waiting)
    builders.send(cancelled.bank, refund)

    assert builders.refund(refund).status is RefundStatus.SUBMITTED
    assert cancelled.bank.refunds == [(cancelled.operation, rub(PRICE - 50_000))]
    assert purse(cancelled.kirill) == (50_000, 0, PRICE - 50_000)
    assert builders.errors_in_the_book() == []
