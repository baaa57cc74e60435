"""The supervisor: starts programs in order, restarts what dies, stops in reverse order."""

import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from portal.stack.children import Child, Program

READY_WITHIN_SECONDS = 60.0
TICK_SECONDS = 0.05


class StackFailed(Exception):
    """The stack cannot run; the text is one line for a person."""


class StopAsked(Exception):
    """Ctrl-C or SIGTERM has come: leave whatever is going on and stop in order."""


class Supervisor:
    """One tree of processes; every wait is a tick that also looks after the rest."""

    def __init__(self, environment: Mapping[str, str], data_dir: Path) -> None:
        self._environment = environment
        self._run_dir = data_dir / "run"
        self._log_dir = data_dir / "log"
        self._children: list[Child] = []
        self._asked = 0
        for folder in (self._run_dir, self._log_dir):
            folder.mkdir(parents=True, exist_ok=True)

    def listen_to_signals(self) -> None:
        """Take SIGINT, SIGTERM, SIGHUP as the wish to stop; one more Ctrl-C kills what is left."""
        for wish in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(wish, self._on_signal)

    def start(self, *programs: Program) -> None:
        """Start programs side by side and wait for all; raise StackFailed if one is not ready."""
        self.wait_for(self.begin(*programs))

    def begin(self, *programs: Program) -> list[Child]:
        """Start programs side by side without waiting for them."""
        return [self._spawn(program) for program in programs]

    def wait_for(self, children: Sequence[Child]) -> None:
        """Wait until each is ready; raise StackFailed, naming its log, if one is not."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        for child in children:
            while not (child.process and not child.has_died() and child.program.is_ready()):
                if time.monotonic() > deadline:
                    raise StackFailed(f"{child.program.name} is not ready, see {child.log_path}")
                self._tick()

    def run_once(self, name: str, command: Sequence[str]) -> None:
        """Run a command to its end; raise StackFailed with its last line when it fails."""
        child = self._spawn(Program(name, command))
        while not child.has_died():
            self._tick(but=child)
        self._children.remove(child)
        child.forget()
        if child.process is not None and child.process.returncode != 0:
            lines = child.log_path.read_text(errors="replace").split("\n")
            # A traceback ends with what went wrong; SQLAlchemy adds a link in brackets.
            last = next(
                (line for line in reversed(lines) if line[:1] not in ("", "(")), "no output"
            )
            raise StackFailed(f"{name} failed: {last} (see {child.log_path})")

    def watch(self) -> NoReturn:
        """Look after the children until a stop is asked for (StopAsked) or one keeps dying."""
        while True:
            self._tick()

    def stop(self) -> None:
        """Stop in reverse order; each child has its own time to end, the worker that of its job."""
        asked_before = self._asked
        while self._children:
            child = self._children.pop()
            child.ask_to_stop()
            deadline = time.monotonic() + child.program.stop_seconds
            while child.process is not None and not child.has_died():
                if time.monotonic() > deadline or self._asked > asked_before:
                    say(f"{child.program.name}: killed, it did not stop in time")
                    child.kill()
                time.sleep(TICK_SECONDS)
            child.forget()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # A SIGTERM to the whole process group comes twice: once more through make.
        if not self._asked or number == signal.SIGINT:
            self._asked += 1

    def _spawn(self, program: Program) -> Child:
        child = Child(program, self._run_dir, self._log_dir / f"{program.name}.log")
        child.spawn(self._environment)
        self._children.append(child)
        return child

    def _tick(self, but: Child | None = None) -> None:
        """Wait a moment: pass on warnings, restart the dead, leave when a stop was asked for."""
        time.sleep(TICK_SECONDS)
        if self._asked:
            raise StopAsked
        for child in self._children:
            for line in child.fresh_trouble():
                say(f"{child.program.name}: {line}")
            if child is not but:
                self._revive(child)

    def _revive(self, child: Child) -> None:
        if child.has_died():
            code = child.process.returncode if child.process else None
            pause = child.bury()
            if child.keeps_dying():
                raise StackFailed(f"{child.program.name} keeps dying, see {child.log_path}")
            say(f"{child.program.name}: ended with code {code}, starts again in {pause:.1f} s")
        if child.process is None and time.monotonic() >= child.restart_at:
            child.spawn(self._environment)


def say(line: str) -> None:
    """Tell the person at the terminal one line."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
