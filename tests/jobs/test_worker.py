"""The worker runs jobs as the app, and the clock rings once for what still waits."""

import os
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from portal.jobs import sweep
from portal.jobs.queue import QUEUE
from portal.jobs.worker import Bell, run_worker
from portal.store.db import db


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
