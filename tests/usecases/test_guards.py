"""The database itself refuses to rewrite history, whoever asks."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from portal.domain.journal import Break, Fault
from portal.store.db import transaction
from portal.usecases.journal import check_journal, verify_journal
from tests import builders
from tests.builders import PRICE, purse

REWRITES = {
    "an update of a transfer": "UPDATE transfers SET amount_minor = 1",
    "an update that changes nothing": "UPDATE transfers SET id = id",
    "a removal of a transfer": "DELETE FROM transfers",
    "an update of the journal": "UPDATE audit_entries SET action = 'x'",
    "a removal from the journal": "DELETE FROM audit_entries",
    "a step back of the journal's end": "UPDATE audit_heads SET number = number - 1",
    "another hash of the journal's end": "UPDATE audit_heads SET hash = 'x'",
    "another number of the journal's end": "UPDATE audit_heads SET id = 2, number = number + 1",
    "a removal of the journal's end": "DELETE FROM audit_heads",
    "a second end of the journal": "INSERT INTO audit_heads VALUES (2, 0, 'x')",
    "an update of a check": "UPDATE audit_checks SET hash = 'x'",
    "a removal of a check": "DELETE FROM audit_checks",
    "an update of a booked line": "UPDATE bank_orders SET amount_minor = 1",
    "a removal of a booked line": "DELETE FROM bank_orders",
    "a removal of a payment": "DELETE FROM payments",
    "a removal of an account": "DELETE FROM ledger_accounts",
}
COPY = (
    "INTO transfers (id, event_key, source_id, destination_id, amount_minor, currency, reason, at)"
    " SELECT {id}, {key}, source_id, destination_id, 1, currency, reason, at FROM transfers"
    " ORDER BY id LIMIT 1"
)
JOURNAL_COPIES = {
    "an entry": "INTO audit_entries SELECT * FROM audit_entries ORDER BY id LIMIT 1",
    "the end of the journal": "INTO audit_heads SELECT * FROM audit_heads",
    "a check": "INTO audit_checks SELECT * FROM audit_checks",
}
REPLACES = {
    "by its number": COPY.format(id="id", key="'another'"),
    "by its event": COPY.format(id="id + 1000", key="event_key"),
}


def carry_out(*statements):
    """Run statements in a transaction of their own."""
    with transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def count_transfers():
    """Return how many transfers there are."""
    with transaction() as session:
        return session.scalar(text("SELECT count(*) FROM transfers"))


@pytest.fixture
def paid(paid):
    """Give the consultation paid, and the journal checked once."""
    check_journal(now=builders.NOW)
    return paid


def assert_nothing_moved(paid):
    assert count_transfers() == 2
    assert verify_journal(known={}).broken is None
    assert purse(paid.kirill) == (0, PRICE, 0)
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize("statement", REWRITES.values(), ids=REWRITES.keys())
def test_history_is_not_rewritten(paid, statement):
    with pytest.raises(DatabaseError, match="are never changed"):
        carry_out(statement)
    assert_nothing_moved(paid)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("rest", REPLACES.values(), ids=REPLACES.keys())
def test_a_transfer_is_not_replaced(paid, rest):
    with pytest.raises(DatabaseError, match="are never changed"):
        carry_out(f"INSERT OR REPLACE {rest}")
    assert_nothing_moved(paid)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("rest", JOURNAL_COPIES.values(), ids=JOURNAL_COPIES.keys())
def test_nothing_of_the_journal_is_replaced(paid, rest):
    with pytest.raises(DatabaseError, match="are never changed"):
        carry_out(f"INSERT OR REPLACE {rest}")
    assert_nothing_moved(paid)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    "statement", [text for name, text in REWRITES.items() if "audit_" in text], ids=str
)
def test_the_role_of_a_replica_does_not_open_the_journal(paid, statement):
    with pytest.raises(DatabaseError, match="are never changed"):
        carry_out("SET LOCAL session_replication_role = replica", statement)
    assert_nothing_moved(paid)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_entry_that_a_rule_swallows_is_missed(paid):
    carry_out("CREATE RULE hush AS ON INSERT TO audit_entries DO INSTEAD NOTHING")
    builders.cancel(paid.anna, paid.consultation)

    checked = verify_journal(known={})
    assert checked.broken == Break(checked.head.number, Fault.MISSING)


TABLES = ("transfers", "payments", "ledger_accounts", "audit_entries", "audit_heads")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", [*TABLES, "audit_checks"])
def test_a_table_of_history_is_not_emptied(paid, table):
    with pytest.raises(DatabaseError, match="are never changed"):
        carry_out(f"TRUNCATE {table} CASCADE")
    assert_nothing_moved(paid)


def test_an_event_moves_money_once(paid):
    with pytest.raises(IntegrityError):
        carry_out(f"INSERT {REPLACES['by its event']}")
    assert_nothing_moved(paid)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_accounts SET balance_minor = -1 WHERE kind = 'user_reserved'",
        "UPDATE payments SET refunded_minor = captured_minor + 1",
        "UPDATE payments SET under_way_minor = -1",
    ],
)
def test_a_sum_outside_its_bounds_is_not_stored(paid, change):
    with pytest.raises(IntegrityError):
        carry_out(change)
    assert_nothing_moved(paid)


def test_the_verification_finds_a_cached_balance_that_was_changed(paid):
    carry_out("UPDATE ledger_accounts SET balance_minor = 1 WHERE kind = 'user_reserved'")
    assert builders.errors_in_the_book() == [
        f"account user:{paid.kirill}:reserved: cached 1, transfers give {PRICE}",
        f"currency RUB: balances add up to {1 - PRICE} instead of 0",
    ]
