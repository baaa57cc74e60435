"""The one clock: rings the sweep every few seconds."""

import logging
import time

from flask import Flask
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue
from rq.cron import CronJob, CronScheduler
from rq.exceptions import DuplicateJobError, StopRequested
from rq.serializers import JSONSerializer

from portal.domain import clock
from portal.jobs import sweep
from portal.jobs.queue import JOB_TIMEOUT_SECONDS, QUEUE, connect
from portal.jobs.worker import log_to_stderr

RETRY_SECONDS = 2
_log = logging.getLogger(__name__)


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

    def _ring(self, job: CronJob) -> None:
        queue = Queue(job.queue_name, connection=self.connection, serializer=JSONSerializer)
        try:
            queue.enqueue_call(
                job.func_name,
                job_id=job.func_name.replace(".", "-"),
                unique=True,
                timeout=JOB_TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=job.interval,
            )
        except DuplicateJobError:
            _log.debug("still waiting: %s", job.func_name)


def run_cron(app: Flask, redis_url: str) -> None:
    """Ring the sweep every ``sweep_seconds`` until SIGTERM; run exactly one, RQ's cron has no lock.

    While Redis is away this waits for it: a clock has nothing else to do.
    """
    log_to_stderr()
    bell = Bell(connect(redis_url), logging_level="WARNING", name="portal-cron")
    bell.register(sweep.ring, QUEUE, interval=app.config["PORTAL"].sweep_seconds)
    while _is_redis_lost(bell):
        _log.warning("Redis does not answer, the sweep waits for it")


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
