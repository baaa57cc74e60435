"""Each fault about who has paid for what is seen, and named by its row (reliability.md §2.7)."""

import pytest
from sqlalchemy import text

from portal.store.db import transaction
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book

INSERTED = """
    INSERT INTO fundings (consultation_id, payment_id, amount_minor, created_at)
    VALUES (4, 1, 5, '2026-11-24')
"""
#: What somebody with a database client might do, and what is said of it. Payment 1 has paid
#: consultation 2, which is over, and of payment 2 one kopeck waits for consultation 4.
FAULTS = {
    "a share that nobody booked": (
        "UPDATE payments SET booked_minor = 2 WHERE id = 2",
        {"payment 2: 2 kopecks wait for consultations, fundings give 1"},
    ),
    "a share that nobody spent": (
        "UPDATE payments SET spent_minor = 0 WHERE id = 1",
        {f"payment 1: 0 kopecks are spent, fundings and refunds give {PRICE}"},
    ),
    "money that was given twice": (
        INSERTED,
        {
            "consultation 4: fundings less its transfer from the balance give 5",
            "payment 1: 0 kopecks wait for consultations, fundings give 5",
            f"payment 1: captured {PRICE}, but refunds and fundings take {PRICE + 5}",
        },
    ),
    "another client's money": (
        "UPDATE payments SET user_id = 1 WHERE id = 2",
        {"funding 2 joins a payment and a consultation of different clients"},
    ),
    "a consultation that goes on": (
        "UPDATE consultations SET status = 'open' WHERE id = 2",
        {
            f"payment 1: 0 kopecks wait for consultations, fundings give {PRICE}",
            f"payment 1: {PRICE} kopecks are spent, fundings and refunds give 0",
        },
    ),
}


@pytest.fixture
def funded(cancelled):
    """Give two consultations paid from the balance: one is over, one is still booked."""
    over = builders.book(cancelled.kirill)
    pay_from_balance(over, actor=cancelled.anna, now=NOW)
    builders.complete(cancelled.anna, over)
    third = builders.book(cancelled.kirill)
    second = builders.start_to_pay(cancelled.bank, third)
    builders.pay(cancelled.bank, second)
    builders.cancel(cancelled.anna, third)
    pay_from_balance(builders.book(cancelled.kirill, 1), actor=cancelled.anna, now=NOW)
    return cancelled


def test_a_whole_story_has_no_fault(funded):
    assert errors_in_the_book() == []


@pytest.mark.parametrize(("harm", "said"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_named(funded, harm, said):
    with transaction() as session:
        session.execute(text(harm))

    assert set(errors_in_the_book()) == said


def test_a_refund_of_what_another_has_spent_waits_for_the_end_of_that(funded):
    refund = builders.ask(funded.anna, funded.payment)
    with transaction() as session:
        session.execute(text("UPDATE consultations SET closed_at = '2027-01-01' WHERE id = 2"))

    said = f"refund {refund} was asked for before the consultation that spent it had ended"
    assert errors_in_the_book() == [said]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE payments SET booked_minor = booked_minor + 1 WHERE id = 1",
        "UPDATE payments SET spent_minor = -1 WHERE id = 2",
    ],
)
def test_the_database_itself_gives_no_payment_away_twice(funded, harm):
    with pytest.raises(Exception, match="ck_payments_shares"), transaction() as session:
        session.execute(text(harm))
