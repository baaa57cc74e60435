"""Every "no" is one entry of the journal: who, where, what about, and why not (16.3)."""

import pytest
from sqlalchemy import select

from portal.domain.actors import SYSTEM
from portal.domain.journal import Outcome
from portal.domain.permissions import Role
from portal.domain.refunds import NextStep, NotRefundable, RefundRule, Rule
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.payments import Payment
from portal.store.timelines import payment_timeline
from portal.usecases.denials import Knock, note_refusal
from portal.usecases.users import NewUser, create_user
from tests import builders
from tests.builders import NOW
from tests.fakes import FakeBank


@pytest.fixture
def refund(app):
    """Give the number of a refund that Анна has undone already."""
    with app.app_context():
        bank, anna, kirill = FakeBank(), builders.staff(), builders.customer()
        consultation = builders.book(kirill)
        payment = builders.start_to_pay(bank, consultation)
        builders.pay(bank, payment)
        builders.cancel(anna, consultation)
        yield builders.ask(anna, payment)


@pytest.fixture
def anna(app, refund):
    """Give Анна's browser."""
    return builders.sign_in(app.test_client(), 1)


def denied():
    """Return what was denied: the action, the person, the object, and what it says."""
    with transaction() as session:
        found = session.scalars(
            select(AuditEntry).where(AuditEntry.outcome == Outcome.DENIED).order_by(AuditEntry.id)
        ).all()
    return [
        (row.action, row.actor_id, row.object_type, row.object_id, row.changes) for row in found
    ]


def post(browser, path, **fields):
    """Send a form from a page of the visitor's own."""
    page = browser.get("/confirm/password").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    return browser.post(path, data={"csrf_token": token, **fields})


def refused(door, kind, number, refusal):
    told = {"door": f"POST /refunds/<int:number>/{door}", "refusal": refusal}
    return ("action.refused", 1, kind, number, told)


def test_what_is_done_is_not_a_denial(anna, refund):
    assert post(anna, f"/refunds/{refund}/cancel").status_code == 303
    assert denied() == []


def test_a_refusal_that_the_view_turns_into_words_is_one_entry(anna, refund):
    post(anna, f"/refunds/{refund}/cancel")

    assert post(anna, f"/refunds/{refund}/cancel").status_code == 409
    assert denied() == [refused("cancel", "refunds", refund, "already_moved")]


def test_a_refusal_that_nobody_catches_is_one_entry(anna, refund):
    assert post(anna, "/refunds/777/cancel").status_code == 404
    assert denied() == [refused("cancel", "refunds", 777, "not_found")]


def test_two_refusals_are_two_entries(anna, refund):
    post(anna, "/refunds/777/cancel")
    post(anna, "/refunds/778/cancel")

    assert [row[3] for row in denied()] == [777, 778]


def test_a_closed_door_is_one_entry(app, refund):
    create_user(NewUser("vera@example.test", "Вера", Role.VIEWER), actor=SYSTEM, now=NOW)
    vera = builders.sign_in(app.test_client(), 3)

    assert post(vera, f"/refunds/{refund}/cancel").status_code == 403
    told = {"door": "POST /refunds/<int:number>/cancel"}
    assert denied() == [("access.denied", 3, "refunds", refund, told)]


def test_the_course_of_a_payment_shows_only_what_was_done(anna, refund):
    post(anna, f"/refunds/{refund}/cancel")
    post(anna, f"/refunds/{refund}/cancel")
    with transaction() as session:
        payment = session.get_one(Payment, 1)
        events = payment_timeline(session, payment, with_funded=True)
        codes = [event.code for event in events]
        sums = {event.amount for event in events if event.refund_id}

    assert denied() == [refused("cancel", "refunds", refund, "already_moved")]
    assert "refund.cancel" in codes
    assert sums == {builders.refund(refund).amount}
    assert "action.refused" not in codes


def test_a_wrong_password_is_one_entry(anna, refund):
    assert post(anna, "/confirm/password", password="нет").status_code == 422
    assert [row[:4] for row in denied()] == [("password.confirm", 1, "users", 1)]


def test_a_door_about_no_row_names_none(anna, refund):
    anna.get("/audit")

    assert denied() == [("access.denied", 1, "doors", None, {"door": "GET /audit"})]


def test_looking_at_what_cannot_be_returned_is_no_denial(anna, refund):
    anna.get("/payments")
    anna.get("/payments/777")

    assert denied() == []


def test_a_stranger_cannot_fill_the_journal(client, refund, caplog):
    for _ in range(3):
        assert client.post("/pay/nothing/method").status_code in (400, 404)
        assert client.get("/payments").status_code == 303

    assert denied() == []


def test_a_broken_rule_of_a_refund_is_named(app, refund):
    rule = Rule(RefundRule.OPEN_REFUND, ok=False, next_step=NextStep.OPEN_REFUND)
    note_refusal(
        Knock("POST /payments/<int:number>/refund", ("payments", 1)),
        NotRefundable(rule),
        actor=builders.person(1),
        now=NOW,
    )

    assert denied()[0][4]["rule"] == "open_refund"
