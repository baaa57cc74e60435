"""The worker that runs the jobs."""

import logging
import os
import signal
from collections.abc import Sequence
from typing import Any

from flask import Flask
from redis import Redis
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from portal.jobs.parents import die_with_parent
from portal.jobs.queue import QUEUE
from portal.store.db import db

#: After the worker is killed its job is taken up again within about this and 5 s.
WORKER_TTL_SECONDS = 20
LOOK_ROUND_SECONDS = 5
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class PortalWorker(Worker):
    """RQ's forking worker: its jobs see the app, its horse dies when the worker is killed."""

    def __init__(self, queues: Sequence[Queue], *, app: Flask, **options: Any) -> None:
        super().__init__(queues, **options)
        self._app = app

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run in the app's context, on connections of its own: the parent's must not be shared."""
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


def run_worker(app: Flask, redis_url: str, *, burst: bool = False) -> None:
    """Run jobs until SIGTERM, which lets the current job finish; in a burst, until none waits."""
    log_to_stderr()
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


def log_to_stderr() -> None:
    """Send this process's log to stderr, without the libraries' chatter."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    for chatty in ("httpx", "rq"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
