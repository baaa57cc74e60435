"""The pause that a bank wants between calls of one account, kept where nobody waits (§3.1)."""

import time

from flask import current_app
from redis.exceptions import RedisError

from portal.domain.ports import BankUnavailable
from portal.jobs.queue import connect

#: A job that gets no turn for so long has sent nothing, and its row asks again later.
PATIENCE_SECONDS = 5.0


def keep_gap(account: str, seconds: float) -> None:
    """Wait until the account may call again, whichever job on whichever host called last.

    Without Redis the job waits the whole pause by itself. Raises BankUnavailable, nothing sent.
    """
    redis = connect(current_app.config["PORTAL"].redis_url)
    key, given_up = f"gap:{account}", time.monotonic() + PATIENCE_SECONDS
    try:
        while not redis.set(key, 1, nx=True, px=max(1, round(seconds * 1000))):
            if time.monotonic() > given_up:
                raise BankUnavailable("no turn to call the bank", sent=False)
            time.sleep(max(redis.pttl(key), 10) / 1000)
    except RedisError:
        time.sleep(seconds)
