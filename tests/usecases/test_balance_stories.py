"""Whatever happens in whatever order, the book holds and no money pays twice (C1, C3)."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.domain.errors import Refusal
from portal.domain.money import Currency
from portal.store.db import transaction
from portal.store.fundings import payable_from_balance
from portal.store.payment_rows import payment_row
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import DURING, NOW, errors_in_the_book, purse, rub
from tests.fakes import FakeBank

PRICES = (100, 250, 400)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pays_the_bank"), st.sampled_from(PRICES)),
        st.tuples(st.just("pays_from_balance"), st.sampled_from(PRICES)),
        st.tuples(st.just("cancels"), st.integers(0, 5)),
        st.tuples(st.just("completes"), st.integers(0, 5)),
        st.tuples(st.just("asks"), st.integers(0, 5), st.sampled_from((60, 250, None))),
        st.tuples(st.just("refuses"), st.integers(0, 5)),
        st.tuples(st.just("returns"), st.integers(0, 5)),
    ),
    min_size=3,
    max_size=12,
)


class Story:
    """One client's life with a bank and with Анна; what the rules refuse changes nothing."""

    def __init__(self, bank, anna):
        self.bank, self.anna = bank, anna
        self.client = builders.customer(f"{uuid4()}@example.test")
        self.meetings, self.payments, self.open = [], [], []

    def pays_the_bank(self, price):
        self.meetings.append(builders.book(self.client, price))
        self.payments.append(builders.start_to_pay(self.bank, self.meetings[-1]))
        builders.pay(self.bank, self.payments[-1])

    def pays_from_balance(self, price):
        self.meetings.append(builders.book(self.client, price))
        pay_from_balance(self.meetings[-1], actor=self.anna, now=NOW)

    def cancels(self, index):
        for number in self.meetings[index : index + 1]:
            builders.cancel(self.anna, number)

    def completes(self, index):
        for number in self.meetings[index : index + 1]:
            builders.complete(self.anna, number)

    def asks(self, index, part):
        for number in self.payments[index : index + 1]:
            with transaction() as session:
                left = payment_row(session, number, now=DURING).refundable
            wish = {"intent_key": str(uuid4()), "expected_remaining": left}
            amount = None if part is None else rub(part)
            self.open.append(builders.ask(self.anna, number, amount=amount, **wish))

    def returns(self, index):
        for number in self.open[index : index + 1]:
            builders.send(self.bank, number)
            builders.hear(self.bank, builders.refund(number).payment_id, DURING)

    def refuses(self, index):
        self.bank.refuses("refund")
        self.returns(index)
        self.bank.recovers()


def known(client):
    """Return the kopecks that payments account for."""
    with transaction() as session:
        return payable_from_balance(session, client, Currency.RUB).minor


@pytest.fixture
def others(app):
    """Give the bank, and Анна, who may return money also after a consultation."""
    with app.app_context():
        yield FakeBank(), builders.staff()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_every_free_kopeck_has_its_payment_and_every_sum_holds(others, steps):
    story = Story(*others)
    for act, *about in steps:
        before = purse(story.client)
        try:
            getattr(story, act)(*about)
        except Refusal:
            assert purse(story.client) == before
        assert known(story.client) == purse(story.client)[0]
    assert errors_in_the_book() == []
