"""Jobs about banks: ask whether all works, because the web asks no bank (F2)."""

import time
from collections.abc import Sequence
from datetime import timedelta

from portal.domain import clock
from portal.domain.ports import BankError, Finding, Severity
from portal.domain.refunds import AccountMode
from portal.jobs.accounts import account, banks
from portal.jobs.queue import nudge
from portal.store.bank_states import BankCheck
from portal.store.db import db
from portal.usecases.banks import finish_check, plan_check

#: A little less than the pause of the clock that rings, so that no ring is a moment too early.
PAUSE = timedelta(minutes=14)


def check(check_id: int) -> None:
    """Ask a bank what works and what does not, and keep its answer."""
    asked = db.session.get_one(BankCheck, check_id)
    name, is_over = asked.account, asked.finished_at is not None
    db.session.rollback()
    if is_over:
        return
    started = time.monotonic()
    findings = _ask(name)
    took_ms = round(1000 * (time.monotonic() - started))
    finish_check(check_id, findings, took_ms=took_ms, now=clock.now())


def _ask(name: str) -> Sequence[Finding]:
    try:
        return account(name).connector.check()
    except BankError as error:
        return [Finding(Severity.PROBLEM, "Связь", str(error))]


def check_all() -> None:
    """Ask every bank whose last check is not of these minutes; cron calls this by the quarter."""
    for each in banks():
        if each.mode is AccountMode.CLOSED:
            continue
        check_id = plan_check(each.name, now=clock.now(), pause=PAUSE)
        if check_id is not None:
            nudge(check, check_id)
