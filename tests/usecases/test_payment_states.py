"""The filter of each state finds exactly the rows that show it; all that is owed is found (E1)."""

import pytest

from portal.domain.payments import MoneyState
from portal.store.db import db
from portal.store.payment_lists import STATES, PaymentFilter, list_payments
from portal.usecases.refunds import bounce_refund, cancel_refund
from tests import builders
from tests.builders import DURING, rub

PART = rub(1000)


def cancelled(scene):
    """Make one more payment whose consultation is cancelled."""
    consultation = builders.book(scene.kirill)
    payment = builders.start_to_pay(scene.bank, consultation)
    builders.pay(scene.bank, payment)
    builders.cancel(scene.anna, consultation)
    return payment


def asked(scene, **changes):
    """Make a payment with a refund that waits to be sent."""
    payment = cancelled(scene)
    return payment, builders.ask(scene.anna, payment, intent_key=f"{payment:036d}", **changes)


def sent(scene, **changes):
    """Make a payment whose refund the bank has taken."""
    payment, refund = asked(scene, **changes)
    builders.send(scene.bank, refund)
    return payment, refund


def returned(scene, **changes):
    """Make a payment whose refund has arrived."""
    payment, refund = sent(scene, **changes)
    builders.hear(scene.bank, payment, DURING)
    return payment, refund


def refused(scene):
    """Make a payment whose refund the bank has refused."""
    scene.bank.refuses("refund")
    payment, _ = sent(scene)
    scene.bank.recovers()
    return payment


def lost(scene):
    """Make a payment whose refund was never answered."""
    scene.bank.swallows("refund")
    payment, _ = sent(scene)
    scene.bank.recovers()
    return payment


def undone(scene):
    """Make a payment whose refund was taken back before it was sent."""
    payment, refund = asked(scene)
    cancel_refund(refund, actor=scene.anna, now=DURING)
    return payment


def bounced(scene):
    """Make a payment whose refund came back to us."""
    payment, refund = returned(scene)
    bounce_refund(refund, "Строка 17", actor=scene.anna, now=DURING)
    return payment


def refused_after_a_part(scene):
    """Make a payment of which a part went back and the rest was refused."""
    payment, _ = returned(scene, amount=PART)
    rest = {"intent_key": f"{payment + 500:036d}", "expected_remaining": rub(builders.PRICE - 1000)}
    refund = builders.ask(scene.anna, payment, **rest)
    scene.bank.refuses("refund")
    builders.send(scene.bank, refund)
    scene.bank.recovers()
    return payment


def surplus(scene):
    """Make a payment for a consultation that was cancelled before the money came."""
    consultation = builders.book(scene.kirill)
    payment = builders.start_to_pay(scene.bank, consultation)
    builders.cancel(scene.anna, consultation)
    builders.pay(scene.bank, payment)
    return payment


def listed(**wanted):
    """Return the numbers and the states of the rows that are found."""
    rows = list_payments(db.session(), PaymentFilter(**wanted), now=DURING).items
    return {row.id: row.state for row in rows}


@pytest.fixture
def states(paid):
    """Make a payment in every state that a paid sum can have, some in two ways."""
    return {
        paid.payment: MoneyState.PAID,
        undone(paid): MoneyState.PAID,
        asked(paid)[0]: MoneyState.REFUND_REQUESTED,
        asked(paid, amount=PART)[0]: MoneyState.REFUND_REQUESTED,
        sent(paid)[0]: MoneyState.IN_TRANSIT,
        lost(paid): MoneyState.REFUND_UNKNOWN,
        refused(paid): MoneyState.REFUND_FAILED,
        bounced(paid): MoneyState.REFUND_FAILED,
        returned(paid, amount=PART)[0]: MoneyState.PARTLY_REFUNDED,
        refused_after_a_part(paid): MoneyState.REFUND_FAILED,
        returned(paid)[0]: MoneyState.REFUNDED,
    }


def test_the_filter_of_each_state_finds_the_rows_that_show_it(states):
    assert listed() == states
    assert set(states.values()) == set(STATES)
    assert {state: listed(state=state) for state in STATES} == {
        state: {number: shown for number, shown in states.items() if shown is state}
        for state in STATES
    }


def test_whatever_is_still_to_be_returned_is_owed(paid):
    owed = [
        cancelled(paid),
        surplus(paid),
        returned(paid, amount=PART)[0],
        asked(paid, amount=PART)[0],
        refused(paid),
    ]
    sent(paid)
    returned(paid)

    assert sorted(listed(is_owed=True)) == owed


def test_what_was_paid_for_a_meeting_is_not_owed(completed):
    assert listed(is_owed=True) == {}
