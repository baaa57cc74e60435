"""The real local stack as its user meets it: ``python app.py`` on free ports, data in a folder."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx

from portal.jobs.parents import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
READY_LINE = "Остановить: Ctrl-C"
READY_SECONDS = 90
STOP_SECONDS = 60
#: Read once: a client that reads the certificates anew takes longer than most of its calls.
TRUST = httpx.create_ssl_context(trust_env=False)
CHILDREN = ("redis", "simulators", "web", "worker", "cron")


@dataclass
class Stack:
    """A started stack: its addresses, what it has said, and its processes by name."""

    process: subprocess.Popen[str]
    data_dir: Path
    portal_url: str
    sandbox_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @cached_property
    def control(self) -> httpx.Client:
        """Return a client of the simulators' control: ``stack.control.get("journal")``."""
        anew = httpx.Limits(max_keepalive_connections=0)
        url = f"{self.sandbox_url}/_control/"
        return httpx.Client(base_url=url, verify=TRUST, trust_env=False, timeout=30, limits=anew)

    @property
    def text(self) -> str:
        """Return everything that the stack has said so far."""
        return "".join(self.lines)

    def pid_of(self, name: str) -> int:
        """Return the process of ``redis``, ``web``, ``simulators``, ``worker`` or ``cron``."""
        return int((self.data_dir / "run" / f"{name}.pid").read_text())

    def kill(self, name: str) -> None:
        """SIGKILL one child, wait until it is gone; the stack starts it again."""
        pid = self.pid_of(name)
        os.kill(pid, signal.SIGKILL)
        assert left_of([pid]) == []

    def settles(self, seconds: float = 30) -> bool:
        """Wait until every process runs and the portal says that each part is there."""
        return eventually(self._is_whole, seconds)

    def _is_whole(self) -> bool:
        try:
            ready, alive = (
                httpx.get(url, verify=TRUST, trust_env=False, timeout=5)
                for url in (f"{self.portal_url}/readyz", f"{self.sandbox_url}/healthz")
            )
        except httpx.HTTPError:
            return False
        processes = [Path(f"/proc/{self.pid_of(name)}") for name in CHILDREN]
        return ready.is_success and alive.is_success and all(path.exists() for path in processes)

    def kill_worker(self) -> None:
        """SIGKILL the worker, in the middle of its job or not."""
        self.kill("worker")

    def stop(self, wish: signal.Signals = signal.SIGTERM) -> int:
        """Ask the stack to stop; return its exit code."""
        if "control" in self.__dict__:
            self.control.close()
        self.process.send_signal(wish)
        return self.process.wait(STOP_SECONDS)


def launch(data_dir: Path, **settings: str) -> Stack:
    """Start a stack and return at once; it may be ready later, or end with a refusal."""
    portal, sandbox = settings.get("PORTAL_PORT"), settings.get("SANDBOX_PORT")
    portal, sandbox = portal or str(free_port()), sandbox or str(free_port())
    own = {"PORTAL_PORT": portal, "SANDBOX_PORT": sandbox, "PORTAL_DATA_DIR": str(data_dir)}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        cwd=data_dir.parent,
        env={**clean(os.environ), **settings, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM),
    )
    at = "http://127.0.0.1"
    return Stack(process, data_dir, f"{at}:{portal}", f"{at}:{sandbox}", settings)


def command(stack: Stack, *words: str) -> tuple[int, str]:
    """Run ``bin/flask`` beside a stack; return its exit code and all that it said."""
    own = {"PORTAL_DATA_DIR": str(stack.data_dir)}
    done = subprocess.run(
        [str(ROOT / "bin" / "flask"), *words],
        cwd=stack.data_dir.parent,
        env={**clean(os.environ), **stack.settings, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=READY_SECONDS,
    )
    return done.returncode, done.stdout


def start(data_dir: Path, **settings: str) -> Stack:
    """Start a stack and return when it says that it is ready."""
    stack = launch(data_dir, **settings)
    ready = threading.Event()
    threading.Thread(target=_listen, args=(stack, ready), daemon=True).start()
    if not ready.wait(READY_SECONDS) or stack.process.poll() is not None:
        stack.stop(signal.SIGKILL)
        raise AssertionError(f"the stack did not start:\n{stack.text}")
    return stack


def refused(data_dir: Path, **settings: str) -> tuple[int, str]:
    """Start a stack that must not start; return its exit code and what it said."""
    stack = launch(data_dir, **settings)
    said, _ = stack.process.communicate(timeout=READY_SECONDS)
    return stack.process.returncode, said


def eventually(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    """Ask again and again until it is so (True) or the time is over (False)."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not is_so():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.05)
    return True


def take_a_while(begun: str, finished: str) -> None:
    """Be a job that is under way for three seconds, and leave a file at both ends."""
    Path(begun).touch()
    threading.Event().wait(3)
    Path(finished).touch()


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family_of(pid: int) -> list[int]:
    """Return every process that descends from this one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            ppid = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(ppid, []).append(int(entry.parent.name))
    found = list(parents.get(pid, ()))
    for each in found:
        found.extend(parents.get(each, ()))
    return found


def left_of(pids: Iterable[int], seconds: float = 10) -> list[int]:
    """Wait until these processes are gone; return those that are still there."""
    deadline = time.monotonic() + seconds
    return [pid for pid in pids if not _has_ended(pid, deadline - time.monotonic())]


def _has_ended(pid: int, seconds: float) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], max(seconds, 0))[0])
    finally:
        os.close(handle)


def _listen(stack: Stack, ready: threading.Event) -> None:
    with stack.process.stdout as said:
        for line in said:
            stack.lines.append(line)
            if READY_LINE in line:
                ready.set()
    ready.set()


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without settings of the portal."""
    # Bytecode is kept: a stack is eight processes that import the same code.
    unwanted = ("PORTAL_", "SANDBOX_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in environment.items() if not name.startswith(unwanted)}
