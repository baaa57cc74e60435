"""The journal and the change it tells of are one; nobody rewrites it unseen (I-45, I-46)."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.domain.access import NotYourself
from portal.domain.consultations import ConsultationStatus
from portal.domain.errors import AlreadyMoved
from portal.domain.journal import Break, Fault, Head
from portal.domain.permissions import Role
from portal.jobs import journal as jobs
from portal.store.audit import AuditCheck, AuditEntry, AuditHead
from portal.store.consultations import Consultation
from portal.store.db import db, transaction
from portal.store.users import User
from portal.usecases.access import change_role
from portal.usecases.journal import check_journal, verify_journal
from tests import builders
from tests.builders import NOW, PRICE

OPENED = {
    "sqlite": (
        "DROP TRIGGER audit_entries_append_only_update",
        "DROP TRIGGER audit_entries_append_only_delete",
        "DROP TRIGGER audit_heads_grows",
    ),
    "postgresql": (
        "ALTER TABLE audit_entries DISABLE TRIGGER USER",
        "ALTER TABLE audit_heads DISABLE TRIGGER USER",
    ),
}
FORGERIES = {
    "at": "at = '2026-11-24 12:00:01'",
    "actor": "actor_id = 2",
    "name": "actor_label = 'Вера'",
    "starter": "started_by_id = 2",
    "address": "ip = '10.0.0.9'",
    "browser": "user_agent = 'Чужой'",
    "request": "request_id = 'x'",
    "action": "action = 'user.sign_in'",
    "outcome": "outcome = 'denied'",
    "kind": "object_type = 'payments'",
    "object": "object_id = 99",
    "changes": "changes = '{}'",
    "reason": "reason = 'Так надо'",
    "hash": "hash = 'x'",
}


def carry_out(*statements):
    """Run statements in a transaction of their own."""
    with transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def forge(*statements):
    """Do as somebody would who owns the database: first of all drop the guards."""
    carry_out(*OPENED[db.engine.dialect.name], *statements)


def entries():
    """Return the whole journal in order."""
    with transaction() as session:
        return session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()


def told(object_type):
    """Return what the journal tells of rows of a kind: action, whose wish, state before, after."""
    return [
        (
            entry.action,
            entry.started_by_id,
            entry.changes.get("before", {}).get("status"),
            entry.changes.get("after", {}).get("status"),
        )
        for entry in entries()
        if entry.object_type == object_type
    ]


def broken():
    return verify_journal(known={}).broken


def test_numbers_have_no_gap_although_changes_are_refused(cancelled):
    before = len(entries())
    with pytest.raises(AlreadyMoved):
        builders.cancel(cancelled.anna, cancelled.consultation)
    builders.ask(cancelled.anna, cancelled.payment)

    assert [entry.id for entry in entries()] == list(range(1, before + 2))
    assert broken() is None


def test_the_entry_is_written_with_its_change_or_not_at_all(paid):
    if db.engine.dialect.name == "sqlite":
        carry_out(
            "CREATE TRIGGER no_room BEFORE INSERT ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    else:
        carry_out("ALTER TABLE audit_entries ADD CONSTRAINT no_room CHECK (id < 0) NOT VALID")
    before = len(entries())

    with pytest.raises(DatabaseError, match=r"no.room"):
        builders.cancel(paid.anna, paid.consultation)

    with transaction() as session:
        consultation = session.get_one(Consultation, paid.consultation)
        assert consultation.status is ConsultationStatus.SCHEDULED
    assert builders.purse(paid.kirill) == (0, PRICE, 0)
    assert (len(entries()), broken()) == (before, None)


def test_a_change_that_is_refused_leaves_no_entry(app):
    with app.app_context():
        gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
        before = len(entries())

        with pytest.raises(NotYourself):
            change_role(gleb.user_id, Role.ADMIN, "-", actor=gleb, now=NOW)

        assert (len(entries()), broken()) == (before, None)


def test_a_state_is_told_before_and_after(completed):
    assert told("consultations") == [
        ("consultation.book", None, None, "scheduled"),
        ("consultation.open", None, "scheduled", "open"),
        ("consultation.complete", None, "open", "completed"),
    ]


def test_jobs_carry_the_person_who_asked_for_the_refund(cancelled):
    anna = cancelled.anna.user_id
    refund = builders.ask(cancelled.anna, cancelled.payment)
    builders.send(cancelled.bank, refund)
    builders.hear(cancelled.bank, cancelled.payment, builders.DURING)

    assert told("refunds") == [
        ("refund.request", None, None, "requested"),
        ("refund.send", anna, "requested", "submitted"),
        ("refund.accepted", anna, None, None),
        ("refund.succeeded", anna, "submitted", "succeeded"),
    ]
    assert told("payments")[-1] == ("payment.paid", None, "pending", "paid")


def test_a_role_is_told_before_and_after_with_its_reason(app):
    with app.app_context():
        gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
        anna = builders.staff()
        change_role(anna.user_id, Role.VIEWER, "Только смотреть", actor=gleb, now=NOW)

        entry = entries()[-1]
        assert (entry.action, entry.object_id) == ("user.role", anna.user_id)
        assert entry.changes == {"before": {"role": "admin"}, "after": {"role": "viewer"}}
        assert (entry.actor_id, entry.reason) == (gleb.user_id, "Только смотреть")


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_change_of_any_column_names_its_entry(paid, forgery):
    forge(f"UPDATE audit_entries SET {forgery} WHERE id = 3")

    assert broken() == Break(3, Fault.CHANGED)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "forgery",
    [
        "at = 'yesterday'",
        "at = replace(at, ' ', 'T')",
        "changes = '{'",
        """changes = '{"before": "\\ud800"}'""",
        "changes = printf('%.*c', 100000, '[')",
        "reason = CAST(x'ff' AS TEXT)",
        "object_id = 'x'",
        "user_agent = x'00'",
    ],
)
def test_what_nobody_can_read_is_named_too(paid, forgery):
    forge(f"UPDATE audit_entries SET {forgery} WHERE id = 3")

    assert broken() == Break(3, Fault.CHANGED)


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["DELETE FROM audit_entries WHERE id = 2"], Break(2, Fault.MISSING)),
        (["DELETE FROM audit_entries"], Break(1, Fault.MISSING)),
        (["UPDATE audit_entries SET id = 900 WHERE id = 2"], Break(2, Fault.MISSING)),
        (["UPDATE audit_heads SET number = 2"], Break(3, Fault.EXTRA)),
    ],
    ids=["one removed", "all removed", "one moved", "the end set back"],
)
def test_what_is_missing_or_extra_is_named(paid, statements, found):
    forge(*statements)

    assert broken() == found


def test_a_tail_that_was_cut_with_its_head_is_known_by_an_earlier_check(paid):
    checked = check_journal(now=NOW)
    last = checked.head.number
    forge(
        f"UPDATE audit_heads SET number = {last - 1}, "
        f"hash = (SELECT hash FROM audit_entries WHERE id = {last - 1})",
        f"DELETE FROM audit_entries WHERE id = {last}",
    )

    assert broken() == Break(last, Fault.MISSING)


def test_a_head_that_was_kept_elsewhere_must_be_in_the_chain(paid):
    head = verify_journal(known={}).head

    assert verify_journal(known={head.number: head.hash}).broken is None
    assert verify_journal(known={2: "0" * 64}).broken == Break(2, Fault.REWRITTEN)


def test_the_nightly_check_is_kept_in_the_database_and_outside(app, paid, caplog):
    caplog.set_level("INFO", "portal.jobs.journal")
    jobs.check()
    forge("UPDATE audit_entries SET reason = 'Так надо' WHERE id = 3")
    jobs.check()

    head = end()
    with transaction() as session:
        kept = session.scalars(select(AuditCheck).order_by(AuditCheck.id)).all()
    assert [(row.number, row.hash, row.broken_id, row.fault) for row in kept] == [
        (head.number, head.hash, None, None),
        (head.number, head.hash, 3, Fault.CHANGED),
    ]
    lines = (app.config["PORTAL"].data_dir / jobs.HEADS).read_text().splitlines()
    assert [line.split(" ", 2)[1:] for line in lines] == [
        [f"head={head.number}:{head.hash}", "whole"],
        [f"head={head.number}:{head.hash}", "broken at=3 fault=changed"],
    ]
    assert [record.getMessage() for record in caplog.records] == [f"journal {a}" for a in lines]


def end():
    """Return the end of the chain as the database has it."""
    with transaction() as session:
        row = session.get_one(AuditHead, 1)
        return Head(row.number, row.hash)


def test_no_secret_and_no_contact_is_written_into_changes(completed):
    with transaction() as session:
        person = session.get_one(User, completed.kirill)
        token = session.get_one(Consultation, completed.consultation).pay_token
    written = json.dumps([entry.changes for entry in entries()], ensure_ascii=False)

    canaries = (person.email, person.phone, "9161234567", token, "4242", "password", "token")
    assert [canary for canary in canaries if canary in written] == []
