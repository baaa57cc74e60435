"""The nightly check of the journal; its end is told outside the database too (I-46)."""

import logging
import os
from pathlib import Path

from flask import current_app

from portal.domain import clock
from portal.usecases.journal import Checked, check_journal

HEADS = "audit-heads.log"
_log = logging.getLogger(__name__)


def check() -> None:
    """Walk the chain, then write its head to the log and to a file; RQ's cron calls this by night.

    Whoever changes the database alone is contradicted by both.
    """
    checked = check_journal(now=clock.now())
    line = _line(checked)
    if checked.broken is None:
        _log.info("journal %s", line)
    else:
        _log.error("journal %s", line)
    _append(Path(current_app.config["PORTAL"].data_dir) / HEADS, line)


def _line(checked: Checked) -> str:
    broken = checked.broken
    state = f"broken at={broken.number} fault={broken.fault.value}" if broken else "whole"
    moment = clock.now().isoformat(timespec="seconds")
    return f"at={moment} head={checked.head.number}:{checked.head.hash} {state}"


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())
