"""The worker runs jobs as the app, and the clock rings once for what still waits."""

import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from redis import Redis
from rq import Queue, cron_scheduler_registry
from rq.registry import FailedJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from portal.domain import clock
from portal.domain.ledger import AccountKind
from portal.factory import create_app
from portal.jobs import ledger, sweep
from portal.jobs.queue import QUEUE, nudge
from portal.jobs.worker import WORKER_TTL_SECONDS, Bell, make_bell, run_cron, run_worker
from portal.store.attempts import SignInAttempt
from portal.store.audit import AuditCheck
from portal.store.db import db
from portal.store.ledger import LedgerAccount
from tests import servers
from tests.stacks import eventually

EVENING, NIGHT = datetime(2026, 11, 24, 22, tzinfo=UTC), datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
#: By the quarter of an hour.
BANKS = "banks-check_all"
BY_NIGHT = ["sweep-forget", "journal-check", "ledger-check"]


@pytest.fixture
def connection(redis_url):
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
def queue(connection):
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def leave_a_trace(path):
    """Write down in which process and with which database this job runs."""
    Path(path).write_text(f"{os.getpid()} {db.engine.dialect.name}")


def test_a_job_runs_in_a_process_of_its_own_and_sees_the_app(app, redis_url, queue, tmp_path):
    trace = tmp_path / "trace"
    queue.enqueue_call(leave_a_trace, args=(str(trace),), result_ttl=0)

    run_worker(app, redis_url, burst=True)

    pid, dialect = trace.read_text().split()
    assert int(pid) != os.getpid()
    with app.app_context():
        assert dialect == db.engine.dialect.name
    assert FailedJobRegistry(queue=queue).count == 0


def test_a_worker_starts_while_its_database_is_away(app, redis_url, queue, tmp_path):
    away, trace = f"sqlite:///{tmp_path}/nowhere/portal.sqlite", tmp_path / "trace"
    settings = app.config["PORTAL"].model_copy(update={"database_url": away})
    queue.enqueue_call(leave_a_trace, args=(str(trace),), result_ttl=0)

    run_worker(create_app(settings), redis_url, burst=True)

    assert trace.read_text().endswith(" sqlite")


def test_the_clock_rings_once_while_the_ring_waits(connection, queue):
    bell = Bell(connection, name="test-cron")
    bell.register(sweep.ring, QUEUE, interval=5)

    first = bell.enqueue_jobs()
    for job in first:
        job.next_enqueue_time = job.latest_enqueue_time
    bell.enqueue_jobs()

    assert queue.job_ids == ["portal-jobs-sweep-ring"]


def test_the_sweep_runs_on_an_empty_portal(app, redis_url, connection, queue):
    bell = Bell(connection, name="test-cron")
    bell.register(sweep.ring, QUEUE, interval=5)
    bell.enqueue_jobs()

    run_worker(app, redis_url, burst=True)

    assert queue.job_ids == []
    assert FailedJobRegistry(queue=queue).count == 0


def test_a_clock_that_is_stopped_after_redis_went_away_ends(app):
    with servers.redis() as url, Redis.from_url(url) as connection:
        cron = multiprocessing.get_context("fork").Process(target=run_cron, args=(app, url))
        cron.start()
        assert eventually(lambda: connection.zcard(cron_scheduler_registry.get_registry_key()))

    cron.terminate()
    cron.join(5)
    code = cron.exitcode
    cron.kill()

    assert code == 0


def test_by_night_old_sign_in_failures_are_forgotten(app, redis_url, queue):
    with app.app_context():
        long_ago = SignInAttempt(email="a@b.test", ip="", at=clock.now() - timedelta(days=2))
        db.session.add(long_ago)
        db.session.commit()
    queue.enqueue_call(sweep.forget, result_ttl=0)

    run_worker(app, redis_url, burst=True)

    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def rung_at(bell, moment):
    """Let the clock stand at a moment and return the jobs that it rings for."""
    with time_machine.travel(moment, tick=False):
        names = [job.func_name for job in bell.enqueue_jobs()]
    return [name.removeprefix("portal.jobs.").replace(".", "-") for name in names]


def test_the_clock_rings_for_the_sweep_often_and_for_the_checks_once_a_night(app, redis_url):
    with time_machine.travel(EVENING, tick=False):
        bell = make_bell(app, redis_url)

    assert rung_at(bell, EVENING) == ["sweep-ring"]
    assert rung_at(bell, EVENING + timedelta(seconds=4)) == []
    assert rung_at(bell, EVENING + timedelta(seconds=5)) == ["sweep-ring"]
    assert rung_at(bell, NIGHT - timedelta(seconds=1)) == ["sweep-ring", BANKS]
    assert rung_at(bell, NIGHT) == [BANKS, *BY_NIGHT]
    assert rung_at(bell, NIGHT + timedelta(hours=23)) == ["sweep-ring", BANKS]
    assert rung_at(bell, NIGHT + timedelta(days=1)) == ["sweep-ring", BANKS, *BY_NIGHT]


def test_what_the_clock_rings_for_by_night_is_done(app, redis_url, queue):
    with time_machine.travel(EVENING, tick=False):
        bell = make_bell(app, redis_url)
    rung_at(bell, NIGHT)

    run_worker(app, redis_url, burst=True)

    with app.app_context():
        assert db.session.scalars(select(AuditCheck.broken_id)).all() == [None]
    (line,) = (app.config["PORTAL"].data_dir / "audit-heads.log").read_text().splitlines()
    assert line.endswith(" whole")
    assert (queue.job_ids, FailedJobRegistry(queue=queue).count) == ([], 0)


def test_the_log_is_told_that_the_book_is_right(app, caplog):
    with app.app_context(), caplog.at_level("INFO"):
        ledger.check()

    assert caplog.messages == ["book: every sum holds"]


def test_the_log_is_told_each_sum_that_does_not_hold(app, caplog):
    wrong = LedgerAccount(code="bank:x", kind=AccountKind.BANK, currency="RUB", balance_minor=7)
    with app.app_context():
        db.session.add(wrong)
        db.session.commit()

        ledger.check()

    assert [(each.levelname, each.message) for each in caplog.records] == [
        ("ERROR", "book: account bank:x: cached 7, transfers give 0"),
        ("ERROR", "book: currency RUB: balances add up to 7 instead of 0"),
    ]


def die_once(row_id):
    """Be killed with the whole worker on the first run; say so and go on living on the second."""
    trace = Path(os.environ["TRACE"])
    is_first = not trace.exists()
    trace.touch()
    while is_first:
        signal.pause()


def test_the_job_of_a_killed_worker_waits_again_as_soon_as_its_time_is_over(
    app, redis_url, queue, connection, tmp_path, monkeypatch
):
    monkeypatch.setenv("TRACE", str(tmp_path / "trace"))
    with app.app_context():
        nudge(die_once, 7)
    worker = multiprocessing.get_context("fork").Process(target=run_worker, args=(app, redis_url))
    worker.start()
    assert eventually((tmp_path / "trace").exists)

    worker.kill()
    worker.join()
    [(_, gives_up_at)] = connection.zrange(f"rq:wip:{QUEUE}", 0, -1, withscores=True)
    StartedJobRegistry(queue=queue).cleanup(timestamp=gives_up_at)

    assert gives_up_at - time.time() <= WORKER_TTL_SECONDS
    assert queue.job_ids == ["test_worker-die_once-7"]
    assert FailedJobRegistry(queue=queue).count == 0
