"""The five checkers and more (reliability.md §2.7): each fault is seen, and named by its row."""

import pytest
from sqlalchemy import text

from portal.store.db import transaction
from tests import builders
from tests.builders import DURING, PRICE, rub

SECOND_ANSWER = """
    INSERT INTO audit_entries
      (id, at, actor_label, action, outcome, object_type, object_id, changes, hash)
    VALUES
      (99, '2026-11-24', 'portal', 'refund.refused', 'done', 'refunds', 1, '{}', '')
"""
#: What somebody with a database client might do, and what is said of it. Refund 1 has returned
#: the whole of payment 1; refund 2 was made at the bank and has returned the whole of payment 2.
FAULTS = {
    "an account": (
        "UPDATE ledger_accounts SET balance_minor = 1 WHERE code = 'revenue'",
        {
            "account revenue: cached 1, transfers give 100",
            "currency RUB: balances add up to -99 instead of 0",
        },
    ),
    "a cached sum": (
        "UPDATE payments SET refunded_minor = 1 WHERE id = 1",
        {f"payment 1: refunded 1, refunds give {PRICE}"},
    ),
    "a refund beyond the payment": (
        f"UPDATE refunds SET amount_minor = {PRICE + 1} WHERE id = 1",
        {
            f"payment 1: captured {PRICE}, but {PRICE + 1} has gone back",
            f"payment 1: refunded {PRICE}, refunds give {PRICE + 1}",
        },
    ),
    "a state without its transfer": (
        "UPDATE refunds SET status='reversed' WHERE id=1; UPDATE payments SET refunded_minor=0",
        {"refund 1: 2 transfers tell of it instead of 3"},
    ),
    "a consultation that goes on": (
        "UPDATE consultations SET status = 'open'",
        {"refund 1 was asked for before its consultation had ended"},
    ),
    "a consultation that ended later": (
        "UPDATE consultations SET closed_at = '2027-01-01'",
        {"refund 1 was asked for before its consultation had ended"},
    ),
    "a second answer": (
        SECOND_ANSWER,
        {"refund 1 was sent more than once: 2 answers of the bank"},
    ),
    "an explanation that moved nothing": (
        "UPDATE refunds SET source = 'refunds' WHERE id = 2",
        {
            "account suspense:tochka: -100, but unexplained refunds give 0",
            "refund 2: 1 transfers tell of it instead of 2",
        },
    ),
    "a sum of the cabinet": (
        "UPDATE payments SET external_minor = 0",
        {"payment 2: external 0, refunds give 100"},
    ),
}


@pytest.fixture
def refunded(cancelled):
    """Give a refund of ours and one of the bank's cabinet, of two payments."""
    refund_id = builders.ask(cancelled.anna, cancelled.payment)
    builders.send(cancelled.bank, refund_id)
    builders.hear(cancelled.bank, cancelled.payment, DURING)
    other = builders.book(cancelled.kirill, 100)
    second = builders.start_to_pay(cancelled.bank, other)
    builders.pay(cancelled.bank, second)
    builders.complete(cancelled.anna, other)
    cancelled.bank.made_in_cabinet(builders.operation_of(second), rub(100))
    builders.hear(cancelled.bank, second, DURING)
    return cancelled


def test_a_whole_story_has_no_fault(refunded):
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize(("harm", "said"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_named(refunded, harm, said):
    with transaction() as session:
        for statement in harm.split(";"):
            session.execute(text(statement))

    assert set(builders.errors_in_the_book()) == said
