"""The worker that runs the jobs, and the one clock that rings the sweep."""

import logging
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Flask
from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue, Worker
from rq.cron import CronJob, CronScheduler
from rq.exceptions import DuplicateJobError, StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import OperationalError

from portal.banks.http import KEEP_GAP
from portal.domain import clock
from portal.jobs import banks, journal, ledger, sweep
from portal.jobs.pace import keep_gap
from portal.jobs.parents import die_with_parent
from portal.jobs.queue import FAILURE_TTL_SECONDS, JOB_TIMEOUT_SECONDS, ONCE_MORE, QUEUE, connect
from portal.store.db import db

#: After the worker is killed its job is taken up again within about this and 5 s.
WORKER_TTL_SECONDS = 20
LOOK_ROUND_SECONDS = 5
NIGHTLY = "30 3 * * *"
QUARTERLY = "*/15 * * * *"
RETRY_SECONDS = 2
LETTERS = "letters/"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_log = logging.getLogger(__name__)


class PortalWorker(Worker):
    """RQ's forking worker: its jobs see the app, its horse dies when the worker is killed."""

    def __init__(self, queues: Sequence[Queue], *, app: Flask, **options: Any) -> None:
        super().__init__(queues, **options)
        self._app = app

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run in the app's context, on connections of its own: the parent's must not be shared."""
        KEEP_GAP.set(keep_gap)
        with self._app.app_context():
            db.engine.dispose(close=False)
            return super().perform_job(job, queue, execution)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Tie the horse to its worker: a job that outlived it would run beside its second run."""
        die_with_parent(signal.SIGKILL)
        if os.getppid() != self.pid:
            os.kill(os.getpid(), signal.SIGKILL)
        super().main_work_horse(job, queue)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """Return how many seconds a running job counts as alive without a sign of its worker."""
        return min(WORKER_TTL_SECONDS, super().get_heartbeat_ttl(job, working_time))


class Bell(CronScheduler):
    """RQ's cron that rings as the portal does: JSON, and never twice for what waits already."""

    def enqueue_jobs(self) -> list[CronJob]:
        """Ring for every job that is due; one that still waits is left alone."""
        now = clock.now()
        due = [job for job in self.get_jobs() if job.should_run()]
        for job in due:
            self._ring(job)
            job.set_enqueue_time(now)
        return due

    def register_death(self, pipeline: Pipeline | None = None) -> None:
        """Sign off at Redis; where it went away first there is nobody to tell."""
        with suppress(RedisConnectionError, RedisTimeoutError):
            super().register_death(pipeline)

    def _ring(self, job: CronJob) -> None:
        queue = Queue(job.queue_name, connection=self.connection, serializer=JSONSerializer)
        try:
            queue.enqueue_call(
                job.func_name,
                job_id=job.func_name.replace(".", "-"),
                unique=True,
                timeout=JOB_TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=min(job.interval or FAILURE_TTL_SECONDS, FAILURE_TTL_SECONDS),
                retry=ONCE_MORE,
            )
        except DuplicateJobError:
            _log.debug("still waiting: %s", job.func_name)


def run_worker(app: Flask, redis_url: str, *, burst: bool = False) -> None:
    """Run jobs until SIGTERM, which lets the current job finish; in a burst, until none waits."""
    _log_to_stderr()
    warm_up(app)
    connection = Redis.from_url(redis_url)
    worker = PortalWorker(
        [Queue(QUEUE, connection=connection, serializer=JSONSerializer)],
        app=app,
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_SECONDS,
        job_monitoring_interval=LOOK_ROUND_SECONDS,
        maintenance_interval=LOOK_ROUND_SECONDS,
        log_job_description=False,
    )
    worker.work(burst=burst, logging_level="WARNING")


def warm_up(app: Flask) -> None:
    """Do once what each job would do anew in its fork: map the tables, compile questions, letters.

    Rings for what is due on the way; a database that is away is left to the jobs, which try again.
    """
    with app.app_context():
        for name in app.jinja_env.list_templates(filter_func=lambda each: each.startswith(LETTERS)):
            app.jinja_env.get_template(name)
        with suppress(OperationalError):
            sweep.ring()
        db.session.remove()
        db.engine.dispose()


def run_cron(app: Flask, redis_url: str) -> None:
    """Ring the sweeps until SIGTERM; run exactly one, RQ's cron has no lock.

    While Redis is away this waits for it: a clock has nothing else to do.
    """
    _log_to_stderr()
    bell = make_bell(app, redis_url)
    while _is_redis_lost(bell):
        _log.warning("Redis does not answer, the sweep waits for it")


def make_bell(app: Flask, redis_url: str) -> Bell:
    """Return the clock with all that it rings for: the sweep, and what is done by night (UTC)."""
    bell = Bell(connect(redis_url), logging_level="WARNING", name="portal-cron")
    bell.register(sweep.ring, QUEUE, interval=app.config["PORTAL"].sweep_seconds)
    bell.register(banks.check_all, QUEUE, cron=QUARTERLY)
    bell.register(sweep.forget, QUEUE, cron=NIGHTLY)
    bell.register(journal.check, QUEUE, cron=NIGHTLY)
    bell.register(ledger.check, QUEUE, cron=NIGHTLY)
    return bell


def _is_redis_lost(bell: Bell) -> bool:
    """Run until stopped (False) or until Redis goes away; then pause and return True."""
    try:
        bell.start()  # type: ignore[no-untyped-call]  # RQ's own
    except (RedisConnectionError, RedisTimeoutError):
        try:
            time.sleep(RETRY_SECONDS)
        except StopRequested:
            return False
        return True
    return False


def _log_to_stderr() -> None:
    """Send this process's log to stderr, without the libraries' chatter."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    for chatty in ("httpx", "rq"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
