"""Eight presses at once on PostgreSQL: the balance pays once, and never more than it holds (C1)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from portal.domain.errors import Refusal
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, purse, rub
from tests.fakes import FakeBank

PRESSES = 8
PATIENCE = 30
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def free(app):
    """Give Анна, Кирилл with two payments' worth of free money, and the older payment."""
    with app.app_context():
        bank, anna, kirill = FakeBank(), builders.staff(), builders.customer()
        payments = []
        for _ in range(2):
            consultation = builders.book(kirill)
            payments.append(builders.start_to_pay(bank, consultation))
            builders.pay(bank, payments[-1])
            builders.cancel(anna, consultation)
        return anna, kirill, payments[0]


def at_once(app, acts):
    """Carry out acts in threads at the same moment; return what came of each."""
    gate = Barrier(len(acts))

    def run(act):
        with app.app_context():
            gate.wait(PATIENCE)
            try:
                return act() or "done"
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def pays(number, actor):
    return lambda: pay_from_balance(number, actor=actor, now=NOW)


def test_eight_presses_pay_one_consultation_once(app, free):
    anna, kirill, _ = free
    with app.app_context():
        number = builders.book(kirill)

    answers = at_once(app, [pays(number, anna)] * PRESSES)

    assert sorted(answers) == ["already_paid"] * (PRESSES - 1) + ["done"]
    with app.app_context():
        assert purse(kirill) == (PRICE, PRICE, 0)
        assert errors_in_the_book() == []


def test_eight_consultations_share_out_no_more_than_there_is(app, free):
    anna, kirill, _ = free
    with app.app_context():
        numbers = [builders.book(kirill) for _ in range(PRESSES)]

    answers = at_once(app, [pays(number, anna) for number in numbers])

    assert sorted(answers) == ["balance_too_low"] * (PRESSES - 2) + ["done"] * 2
    with app.app_context():
        assert purse(kirill) == (0, 2 * PRICE, 0)
        assert errors_in_the_book() == []


@pytest.mark.parametrize("_turn", range(5))
def test_a_refund_a_payment_and_a_cancellation_at_once_never_take_the_same_money(app, free, _turn):
    anna, kirill, older = free
    with app.app_context():
        booked, wanted = builders.book(kirill), builders.book(kirill)
        pay_from_balance(booked, actor=anna, now=NOW)

    answers = at_once(
        app,
        [
            lambda: builders.cancel(anna, booked),
            pays(wanted, anna),
            lambda: (
                builders.ask(anna, older, amount=rub(PRICE), expected_remaining=rub(PRICE)) and ""
            ),
        ],
    )

    assert answers[:2] == ["done", "done"]
    with app.app_context():
        free_now, reserved, travelling = purse(kirill)
        assert reserved == PRICE
        assert (free_now + travelling, travelling) in ((PRICE, 0), (PRICE, PRICE))
        assert errors_in_the_book() == []
