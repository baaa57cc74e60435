"""One supervised child: how it is started, watched, stopped, and what its log says."""

import os
import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from portal.jobs.parents import die_with_parent

#: A child that dies this often within DEATHS_WITHIN_SECONDS is broken, and the stack stops.
DEATHS_MAX = 5
DEATHS_WITHIN_SECONDS = 60.0
BACKOFF_FIRST_SECONDS = 0.2
LOG_BYTES_MAX = 5_000_000
_TROUBLE = re.compile(r"\b(?:WARNING|ERROR|CRITICAL)\b")


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. ``stop_seconds`` is how long it may take to end before it is killed."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] = lambda: True
    stop_seconds: float = 10
    cwd: Path | None = None
    tells_trouble: bool = True


@dataclass(slots=True)
class Child:
    """A program with its process: alive, or waiting to be started again."""

    program: Program
    run_dir: Path
    log_path: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)
    restart_at: float = 0.0
    _read_to: int = 0

    def spawn(self, environment: Mapping[str, str]) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches only the supervisor."""
        with open_log(self.log_path) as log:
            self._read_to = self._read_to or log.tell()
            self.process = subprocess.Popen(  # noqa: S603 - commands are written in this package
                list(self.program.command),
                env=dict(environment),
                cwd=self.program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
        fresh = self.run_dir / f"{self.program.name}.new"
        fresh.write_text(f"{self.process.pid}\n")
        fresh.replace(fresh.with_suffix(".pid"))

    def has_died(self) -> bool:
        """Tell whether the process has ended since it was started."""
        return self.process is not None and self.process.poll() is not None

    def bury(self) -> float:
        """Note a death; return the seconds until the next start, twice as many each time."""
        now = time.monotonic()
        self.process = None
        self.deaths.append(now)
        while self.deaths[0] < now - DEATHS_WITHIN_SECONDS:
            self.deaths.popleft()
        pause: float = BACKOFF_FIRST_SECONDS * 2 ** (len(self.deaths) - 1)
        self.restart_at = now + pause
        return pause

    def keeps_dying(self) -> bool:
        """Tell whether starting it again makes no sense."""
        return len(self.deaths) >= DEATHS_MAX

    def ask_to_stop(self) -> None:
        """Ask the leader alone: gunicorn and RQ pass it on to their own children as they need."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End the whole process group at once."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def forget(self) -> None:
        """Remove the pid file: the process has ended for good."""
        (self.run_dir / f"{self.program.name}.pid").unlink(missing_ok=True)

    def fresh_trouble(self) -> list[str]:
        """Return the log lines that warn, new since the last call."""
        if not self.program.tells_trouble:
            return []
        with self.log_path.open("rb") as log:
            log.seek(self._read_to)
            whole, _, _ = log.read().rpartition(b"\n")
        self._read_to += len(whole) + bool(whole)
        return [
            line for line in whole.decode(errors="replace").splitlines() if _TROUBLE.search(line)
        ]


def open_log(path: Path) -> IO[bytes]:
    """Open a child's log for appending; a large one is set aside first, one generation is kept."""
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
