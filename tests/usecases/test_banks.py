"""An account is suspended, resumed and asked how it is; every wish is one row (F2)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.errors import AlreadyMoved
from portal.domain.ports import Finding, Severity
from portal.store.audit import AuditEntry
from portal.store.bank_cards import Waiting, bank_states
from portal.store.bank_states import BankCheck, BankSuspension, suspended_accounts
from portal.store.db import transaction
from portal.usecases.banks import (
    finish_check,
    forget_checks,
    plan_check,
    request_check,
    resume_account,
    suspend_account,
)
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(minutes=20)
PAUSE = timedelta(minutes=14)
FINE = Finding(Severity.OK, "Токен", "действует")
SOON = Finding(Severity.WARNING, "Токен", "истекает 01.12.2026")
BROKEN = Finding(Severity.PROBLEM, "Вебхук", "не зарегистрирован")


@pytest.fixture
def gleb(app):
    """Give who manages banks."""
    with app.app_context():
        yield builders.staff()


def rows(table):
    with transaction() as session:
        return session.scalars(select(table).order_by(table.id)).all()


def told():
    """Return what the journal says about banks."""
    entries = [entry for entry in rows(AuditEntry) if entry.action.startswith("bank.")]
    return [(entry.action, entry.reason, entry.changes["bank_account"]) for entry in entries]


def suspended():
    with transaction() as session:
        return suspended_accounts(session)


def test_a_suspended_account_takes_payments_again_when_it_is_resumed(gleb):
    suspend_account("tochka", "Банк чинит СБП", actor=gleb, now=NOW)
    assert suspended() == {"tochka"}

    resume_account("tochka", "Починили", actor=gleb, now=LATER)

    assert suspended() == set()
    (row,) = rows(BankSuspension)
    assert (row.reason, row.suspended_by_id) == ("Банк чинит СБП", gleb.user_id)
    assert (row.suspended_at, row.resumed_at) == (NOW, LATER)
    assert told() == [
        ("bank.suspend", "Банк чинит СБП", "tochka"),
        ("bank.resume", "Починили", "tochka"),
    ]


def test_a_second_suspension_changes_nothing(gleb):
    suspend_account("tochka", "Первая причина", actor=gleb, now=NOW)

    with pytest.raises(AlreadyMoved):
        suspend_account("tochka", "Вторая причина", actor=gleb, now=LATER)

    assert [(row.reason, row.suspended_at) for row in rows(BankSuspension)] == [
        ("Первая причина", NOW)
    ]
    assert told() == [("bank.suspend", "Первая причина", "tochka")]


def test_what_is_not_suspended_is_not_resumed(gleb):
    suspend_account("other", "Не наш случай", actor=gleb, now=NOW)

    with pytest.raises(AlreadyMoved):
        resume_account("tochka", "Починили", actor=gleb, now=LATER)

    assert suspended() == {"other"}
    assert told() == [("bank.suspend", "Не наш случай", "other")]


def test_two_who_want_to_know_ask_the_bank_once(gleb):
    first = request_check("tochka", actor=gleb, now=NOW)

    assert request_check("tochka", actor=gleb, now=LATER) == first
    assert told() == [("bank.check", None, "tochka")]

    finish_check(first, [FINE], took_ms=240, now=LATER)
    assert request_check("tochka", actor=gleb, now=LATER) != first


def test_the_first_answer_of_a_check_stays(gleb):
    number = request_check("tochka", actor=gleb, now=NOW)
    finish_check(number, [FINE, SOON], took_ms=240, now=LATER)

    finish_check(number, [BROKEN], took_ms=1, now=LATER + PAUSE)

    (row,) = rows(BankCheck)
    assert (list(row.told), row.took_ms, row.finished_at) == ([FINE, SOON], 240, LATER)
    assert row.worst is Severity.WARNING


def test_the_clock_asks_only_who_was_not_asked_lately(gleb):
    first = plan_check("tochka", now=NOW, pause=PAUSE)
    assert plan_check("tochka", now=LATER, pause=PAUSE) is None
    finish_check(first, [FINE], took_ms=1, now=NOW)

    young = plan_check("tochka", now=NOW + timedelta(minutes=13), pause=PAUSE)
    due = plan_check("tochka", now=LATER, pause=PAUSE)

    assert (young, due is not None) == (None, True)
    assert told() == []


def test_old_answers_are_forgotten_and_what_waits_is_not(gleb):
    old = request_check("tochka", actor=gleb, now=NOW)
    finish_check(old, [FINE], took_ms=1, now=NOW)
    waiting = request_check("tochka", actor=gleb, now=NOW)

    forget_checks(now=NOW + timedelta(days=31), kept=timedelta(days=30))

    assert [row.id for row in rows(BankCheck)] == [waiting]


def test_an_account_tells_what_waits_and_its_last_signs_of_life(cancelled):
    refund = builders.ask(cancelled.anna, cancelled.payment)
    cancelled.bank.swallows("refund")
    builders.send(cancelled.bank, refund)
    second = builders.start_to_pay(cancelled.bank, builders.book(cancelled.kirill))

    with transaction() as session:
        states = bank_states(session, now=NOW + timedelta(days=7))

    state = states.of("tochka")
    assert (state.unknown_refunds, state.last_delivery) == (1, None)
    assert state.last_payment == builders.payment(cancelled.payment).paid_at
    assert state.waiting == Waiting(readings=2, refund_readings=1)
    assert builders.payment(second).account == "tochka"
    assert states.of("nothing").waiting.total == 0
