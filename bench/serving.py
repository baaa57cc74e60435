"""The portal as a server of its own, and clients that take the time of its answers."""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode

from tests.banks.tokens import CLAIMS, jwk, key, token
from tests.stacks import free_port

PASSWORD = "of-this-bench-alone"
EMAIL = "bench@example.ru"
PYTHON = (sys.executable, "-m")
WORKERS, THREADS = 2, 4
#: Name -> how it is started; one worker takes times, two take loads.
SERVERS: dict[str, Callable[[int, int], tuple[str, ...]]] = {
    "gunicorn": lambda port, workers: (
        *("gunicorn", "--preload", "--log-level=error", "-k", "gthread", "--keep-alive", "60"),
        *("-w", str(workers), "--threads", str(THREADS), "-b", f"127.0.0.1:{port}", "app:app"),
    ),
    "granian": lambda port, workers: (
        *("granian", "--interface", "wsgi", "--no-ws", "--no-log", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(THREADS)),
        *("--workers-kill-timeout", "5", "app:app"),
    ),
}


def environment(database: str, redis: str) -> dict[str, str]:
    """Return the settings of the measured portal; it trusts the key that the bench signs with."""
    account = {"token": "none", "public_keys": [jwk(key("bank"))]}
    return os.environ | {
        "PORTAL_MODE": "local",
        "PORTAL_SECRET_KEY": "bench",
        "PORTAL_REDIS_URL": redis,
        "PORTAL_DATABASE_URL": database,
        "PORTAL_ACCOUNTS": json.dumps({"tochka": account}),
    }


class Client:
    """One connection that is kept, and the cookie of one who has signed in."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port = port
        self.cookie = cookie
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path: str, body: bytes | None = None, kind: str = "text/plain") -> str:
        """Ask for a page, or send a body; anything but 200 and 303 ends the bench."""
        headers = {"Cookie": self.cookie, "Content-Type": kind}
        self._line.request("GET" if body is None else "POST", path, body, headers)
        answer = self._line.getresponse()
        text = answer.read().decode()
        if answer.status not in (200, 303):
            raise SystemExit(f"{path}: {answer.status}")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = value.partition(";")[0]
        return text

    def sign_in(self) -> None:
        """Become the admin of the bench."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.ask("/sign-in"))
        form = {"csrf_token": found[1] if found else "", "email": EMAIL, "password": PASSWORD}
        self.ask("/sign-in", urlencode(form).encode(), "application/x-www-form-urlencoded")


@contextmanager
def served(server: str, settings: dict[str, str], workers: int) -> Iterator[Client]:
    """Serve the portal and give a client that has signed in."""
    port = free_port()
    process = subprocess.Popen([*PYTHON, *SERVERS[server](port, workers)], env=settings)
    try:
        client = Client(port)
        for _ in range(300):
            try:
                client.ask("/healthz")
                break
            except (ConnectionError, http.client.HTTPException):
                client = Client(port)
                time.sleep(0.1)
        client.sign_in()
        yield client
    finally:
        process.terminate()
        process.wait(30)


def times(action: Callable[[], object], seconds: float = 2, most: int = 60) -> tuple[float, float]:
    """Return p50 and p95 of warm runs in milliseconds: ``most`` runs, or as many as fit."""
    action()
    spent: list[float] = []
    end = time.perf_counter() + seconds
    while len(spent) < most and (len(spent) < 5 or time.perf_counter() < end):
        started = time.perf_counter()
        action()
        spent.append((time.perf_counter() - started) * 1000)
    return _percentiles(spent)


def _percentiles(spent: list[float]) -> tuple[float, float]:
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def load(
    first: Client, clients: int, path: str, bodies: Iterator[bytes] | None = None
) -> tuple[float, float, float]:
    """Let several clients ask for five seconds; return answers a second, p50 and p95 in ms."""
    end = time.perf_counter() + 5

    def work(_number: int) -> list[float]:
        client, spent = Client(first.port, first.cookie), []
        while time.perf_counter() < end:
            body = next(bodies) if bodies else None
            started = time.perf_counter()
            client.ask(path, body)
            spent.append((time.perf_counter() - started) * 1000)
        return spent

    with ThreadPoolExecutor(clients) as pool:
        spent = [each for part in pool.map(work, range(clients)) for each in part]
    return len(spent) / 5, *_percentiles(spent)


class Webhooks:
    """Genuine events of the bank, each signed beforehand; threads share them."""

    def __init__(self, count: int) -> None:
        self._signed = [token(CLAIMS | {"operationId": f"bench-{n}"}) for n in range(count)]
        self._next = 0

    def __iter__(self) -> "Webhooks":
        return self

    def __next__(self) -> bytes:
        self._next += 1
        return self._signed[self._next % len(self._signed)]
