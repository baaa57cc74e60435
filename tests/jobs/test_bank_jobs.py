"""A job asks the bank how it is; the web only writes down that somebody wants to know (F2)."""

from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from portal.banks.registry import Account, Banks
from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.ports import Finding, Severity
from portal.domain.refunds import AccountMode
from portal.jobs import banks, sweep
from portal.jobs.queue import QUEUE
from portal.store.bank_states import BankCheck
from portal.store.db import transaction
from portal.usecases.banks import request_check
from tests.fakes import FakeBank


@pytest.fixture
def bank(app):
    """Give a bank that the jobs reach, beside an account that is closed."""
    bank, mode = FakeBank(), AccountMode
    app.extensions["banks"] = Banks(
        {
            "tochka": Account("tochka", "Точка", bank, mode.ACTIVE, "Консультация"),
            "old": Account("old", "Прежний", bank, mode.CLOSED, "Консультация"),
        }
    )
    with app.app_context():
        yield bank


def checks():
    with transaction() as session:
        return session.scalars(select(BankCheck).order_by(BankCheck.id)).all()


def rung(redis_url):
    """Return the names of the jobs that wait."""
    queue = Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=JSONSerializer)
    return queue.job_ids


def test_what_the_bank_says_is_kept_with_the_time_it_took(bank):
    number = request_check("tochka", actor=SYSTEM, now=clock.now())

    banks.check(number)
    banks.check(number)

    (row,) = checks()
    assert list(row.told) == [Finding(Severity.OK, "Связь", "Банк отвечает.")]
    assert row.finished_at is not None
    assert 0 <= row.took_ms < 5_000
    assert bank.calls == ["check"]


def test_a_bank_that_does_not_answer_is_an_answer_too(bank):
    bank.is_down("check")

    banks.check(request_check("tochka", actor=SYSTEM, now=clock.now()))

    (row,) = checks()
    assert list(row.told) == [Finding(Severity.PROBLEM, "Связь", "connection refused")]


def test_an_account_that_left_the_settings_says_so(bank):
    banks.check(request_check("gone", actor=SYSTEM, now=clock.now()))

    (row,) = checks()
    assert (row.worst, row.finished_at is None) == (Severity.PROBLEM, False)


def test_the_clock_asks_every_account_that_is_not_closed(bank, redis_url):
    banks.check_all()
    banks.check_all()

    assert [row.account for row in checks()] == ["tochka"]
    assert rung(redis_url) == [f"banks-check-{checks()[0].id}"]


def test_the_sweep_rings_for_a_check_whose_ring_was_lost(bank, redis_url):
    number = request_check("tochka", actor=SYSTEM, now=clock.now() - timedelta(minutes=1))

    sweep.ring()

    assert rung(redis_url) == [f"banks-check-{number}"]
