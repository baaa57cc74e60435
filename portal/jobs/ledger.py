"""The nightly check of the book: every sum is added up again (C3)."""

import logging

from portal.store.db import db
from portal.store.verifications import verify

_log = logging.getLogger(__name__)


def check() -> None:
    """Tell the log each sum that does not hold, or that all do; RQ's cron calls this by night."""
    faults = list(verify(db.session()))
    db.session.rollback()
    for fault in faults:
        _log.error("book: %s", fault)
    if not faults:
        _log.info("book: every sum holds")
