"""A bank that wants a pause between calls gets it in jobs, and the web never sleeps (§3.1)."""

import httpx
import pytest
from redis import Redis

from portal.banks.http import KEEP_GAP
from portal.domain.ports import BankUnavailable
from portal.jobs import pace
from tests.banks.freedompay_answers import OPERATION, Bank, status

GAP = 0.2


class Strict(Bank):
    """A bank that answers nothing to calls that come too soon after another."""

    def __init__(self, clock) -> None:
        super().__init__(get_status3=status())
        self.clock, self.last = clock, -GAP

    def __call__(self, request: httpx.Request) -> httpx.Response:
        now = self.clock()
        is_early, self.last = now - self.last < GAP, now
        page = httpx.Response(403, stream=httpx.ByteStream(b"<html>Too often</html>"))
        return page if is_early else super().__call__(request)


@pytest.fixture
def paced():
    """Be inside a job of the worker."""
    token = KEEP_GAP.set(pace.keep_gap)
    yield
    KEEP_GAP.reset(token)


def reads(bank, account_gap):
    connector = bank.connector(min_gap_seconds=account_gap)
    return [connector.read_operation(OPERATION).operation_id for _ in range(3)]


def test_calls_of_a_job_keep_their_distance(app, paced):
    bank = Strict(pace.time.monotonic)

    with app.app_context():
        assert reads(bank, GAP * 1.1) == [OPERATION] * 3


def test_without_a_worker_nobody_waits(app):
    bank = Strict(pace.time.monotonic)

    with app.app_context(), pytest.raises(BankUnavailable):
        reads(bank, GAP * 1.1)


def test_a_job_that_gets_no_turn_has_sent_nothing(app, paced, redis_url, monkeypatch):
    monkeypatch.setattr(pace, "PATIENCE_SECONDS", -1.0)
    with Redis.from_url(redis_url) as redis:
        redis.set("gap:kazakh", 1, px=60_000)
    bank = Bank(get_status3=status())

    with app.app_context(), pytest.raises(BankUnavailable) as lost:
        reads(bank, GAP)

    assert (lost.value.sent, bank.requests) == (False, [])


def test_accounts_wait_for_themselves_alone(app, paced, redis_url):
    with Redis.from_url(redis_url) as redis:
        redis.set("gap:another", 1, px=60_000)

    with app.app_context():
        assert reads(Bank(get_status3=status()), 0.01) == [OPERATION] * 3


def test_without_redis_a_job_waits_by_itself(app, paced):
    app.config["PORTAL"].redis_url = "redis://127.0.0.1:1"
    bank = Strict(pace.time.monotonic)

    with app.app_context():
        assert reads(bank, GAP * 1.1) == [OPERATION] * 3
