"""The nightly check of the book: every sum is added up again (C3)."""

import logging

from portal.domain import clock
from portal.usecases.book import check_book

_log = logging.getLogger(__name__)


def check() -> None:
    """Tell the log each sum that does not hold, or that all do; RQ's cron calls this by night."""
    wrong = check_book(now=clock.now())
    for one in wrong:
        _log.error("book: %s", one)
    if not wrong:
        _log.info("book: every sum holds")
