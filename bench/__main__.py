"""`make bench`: the list of payments over HTTP beside the bare query, on both databases."""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlalchemy import create_engine

from bench.dataset import RARE, fill, person_email
from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.permissions import Role
from portal.domain.search import tokens
from portal.factory import create_app
from portal.settings import Settings
from portal.store.db import db, engine_options
from portal.store.lists import PageRequest
from portal.store.payment_lists import PaymentFilter, list_payments
from portal.usecases.users import NewUser, create_user
from tests import servers
from tests.stacks import free_port

PASSWORD = "of-this-bench-alone"
RUNS = 30
SIZES = (10_000, 100_000)


def searches(size: int) -> dict[str, str]:
    """Return what is searched for: words that many bear, few bear, nobody bears, and ids."""
    return {
        "first page": "",
        "surname": "ахметов",
        "rare surname": RARE.casefold(),
        "miss": "щщщщщ",
        "e-mail": person_email(size // 20),
        "operation id": f"{size // 2:08x}-0000-4000-8000-000000000000",
    }


def p50(action: Callable[[], object]) -> float:
    """Return the median of ``RUNS`` warm runs, in milliseconds."""
    action()
    spent = []
    for _ in range(RUNS):
        started = time.perf_counter()
        action()
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)


@contextmanager
def served(settings: Settings) -> Iterator[httpx.Client]:
    """Serve the portal by one gunicorn worker and sign in."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-w1", "--preload", f"-b127.0.0.1:{port}"]
    server = subprocess.Popen(
        [*command, "--log-level=error", "app:app"], env=_environment(settings.database_url)
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            _sign_in(client)
            yield client
    finally:
        server.terminate()
        server.wait()


def _sign_in(client: httpx.Client) -> None:
    for _ in range(100):
        try:
            page = client.get("/sign-in").text
            break
        except httpx.ConnectError:
            time.sleep(0.1)
    else:
        raise SystemExit("the portal did not start")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    values = {"csrf_token": token[1] if token else "", "email": "bench@example.ru"}
    answer = client.post("/sign-in", data=values | {"password": PASSWORD})
    if answer.status_code != 303:
        raise SystemExit(f"could not sign in: {answer.status_code}")


def measure(name: str, url: str, size: int) -> None:
    """Fill one database and print its table."""
    settings = Settings(
        mode="local",
        secret_key="bench",
        redis_url="redis://127.0.0.1:1",
        database_url=url,
        accounts={"tochka": {"token": "none"}},
    )
    app = create_app(settings)
    with app.app_context():
        from_cli = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
        subprocess.run(from_cli, check=True, env=_environment(url), capture_output=True)
        engine = create_engine(settings.database_url, **engine_options(settings.database_url))
        with engine.connect() as connection:
            fill(connection, size)
        engine.dispose()
        new = NewUser("bench@example.ru", "Замеров Замер", Role.ADMIN, None, PASSWORD)
        create_user(new, actor=SYSTEM, now=clock.now())
        with served(settings) as client:
            _print(name, size, client)


def _environment(url: str) -> dict[str, str]:
    return os.environ | {
        "PORTAL_MODE": "local",
        "PORTAL_SECRET_KEY": "bench",
        "PORTAL_REDIS_URL": "redis://127.0.0.1:1",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_ACCOUNTS__TOCHKA__TOKEN": "none",
    }


def _print(name: str, size: int, client: httpx.Client) -> None:
    print(f"\n{name}, {size:,} payments, p50 of {RUNS}, ms".replace(",", " ", 1))
    print(f"{'page':<16}{'HTTP':>10}{'query':>10}")
    for title, words in searches(size).items():
        wanted = PaymentFilter(tokens=tuple(tokens(words)))
        _row(title, client, {"q": words}, wanted)
    deep = list_payments(db.session(), PaymentFilter(sort="date"), now=clock.now())
    last = PageRequest(after="", before=deep.next, per=50)
    _row(
        "deep page",
        client,
        {"sort": "date", "before": deep.next},
        PaymentFilter(sort="date", page=last),
    )


def _row(title: str, client: httpx.Client, params: dict[str, str], wanted: PaymentFilter) -> None:
    web = p50(lambda: client.get("/payments", params=params).raise_for_status())

    def ask() -> None:
        list_payments(db.session(), wanted, now=clock.now())
        db.session.rollback()

    print(f"{title:<16}{web:>10.2f}{p50(ask):>10.2f}")


def main() -> None:
    """Measure every size on both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="payments")
    sizes = parser.parse_args().sizes
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    )
    print(f"revision {revision.stdout.strip()}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{Path(folder) / 'bench.sqlite'}", size)
        with servers.postgresql() as url:
            measure("PostgreSQL", url, size)


if __name__ == "__main__":
    main()
