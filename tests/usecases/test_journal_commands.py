"""`flask audit verify`: whole or not, in one line and by the exit code."""

import pytest
from sqlalchemy import text

from portal.store.db import transaction
from portal.usecases.journal import verify_journal


@pytest.fixture
def verify(app):
    """Give the command as a function of its arguments."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["audit", "verify", *arguments])


def test_a_whole_chain_is_said_with_its_length_and_head(paid, verify):
    head = verify_journal(known={}).head

    result = verify("--head", f"{head.number}:{head.hash}")

    assert result.output == f"цела: {head.number} записей, голова {head.number}:{head.hash}\n"
    assert (head.number, result.exit_code) == (5, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_first_broken_entry_is_named(paid, verify):
    with transaction() as session:
        session.execute(text("DROP TRIGGER audit_entries_append_only_update"))
        session.execute(text("UPDATE audit_entries SET reason = 'x' WHERE id IN (3, 4)"))

    result = verify()

    assert result.output == "нарушена на записи 3: запись изменена\n"
    assert result.exit_code == 1


def test_an_earlier_head_that_is_not_in_the_chain_is_named(paid, verify):
    result = verify("--head", f"2:{'0' * 64}")

    assert result.output == "нарушена на записи 2: запись не та, что была при прежней проверке\n"
    assert result.exit_code == 1


@pytest.mark.parametrize("head", ["2", "x:y", f"2:{'0' * 63}"])
def test_a_head_that_is_none_is_refused_before_anything_is_read(paid, verify, head):
    result = verify("--head", head)

    assert "нужен номер и отпечаток" in result.output
    assert result.exit_code == 2
