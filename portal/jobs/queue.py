"""The queue is a doorbell: it hurries what a committed row already demands (law 1)."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry, Worker
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from portal.domain import clock

QUEUE = "portal"
JOB_TIMEOUT_SECONDS = 120
#: A job whose worker was killed, or that raised, starts once more at once; every job bears that,
#: because it looks at its row first (I-14).
ONCE_MORE = Retry(max=1)
#: After that its id is taken for so long; then the sweep rings for the row again.
FAILURE_TTL_SECONDS = 60
WORKER_SEEN_WITHIN = timedelta(minutes=1)
_log = logging.getLogger(__name__)


@lru_cache(maxsize=4)
def connect(url: str) -> Redis:
    """Return the client for this Redis; its timeouts are short: the web rings and never waits."""
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)


def _queue() -> Queue:
    connection = connect(current_app.config["PORTAL"].redis_url)
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def nudge(job: Callable[[int], None], row_id: int) -> None:
    """Ring for a row that is committed already; a lost ring costs seconds, because the sweep rings.

    The job's id is made from its name and the row, so that a row waits in the queue only once.
    """
    job_id = f"{job.__module__.rpartition('.')[2]}-{job.__name__}-{row_id}"
    try:
        _queue().enqueue_call(
            job,
            args=(row_id,),
            job_id=job_id,
            unique=True,
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_SECONDS,
            retry=ONCE_MORE,
        )
    except DuplicateJobError:
        _log.debug("already waiting: %s", job_id)
    except RedisError as error:
        _log.warning("not rung, the sweep will: %s (%s)", job_id, type(error).__name__)


def is_redis_alive() -> bool:
    """Tell whether Redis answers."""
    try:
        return bool(connect(current_app.config["PORTAL"].redis_url).ping())
    except RedisError:
        return False


def is_worker_alive() -> bool:
    """Tell whether a worker has been seen within a minute."""
    try:
        workers = Worker.all(queue=_queue())
    except RedisError:
        return False
    beats = [worker.last_heartbeat for worker in workers if worker.last_heartbeat]
    return any(clock.now() - _aware(beat) < WORKER_SEEN_WITHIN for beat in beats)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
