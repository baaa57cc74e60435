"""`make bench`: lists over HTTP beside the bare query, webhooks, the ledger, and two servers."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from bench import loading
from bench.questions import questions
from bench.serving import (
    EMAIL,
    PASSWORD,
    PYTHON,
    SERVERS,
    WORKERS,
    Client,
    Webhooks,
    environment,
    load,
    served,
    times,
)
from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.permissions import Role
from portal.factory import create_app
from portal.settings import Settings
from portal.store.db import db
from portal.store.verifications import verify
from portal.usecases.users import NewUser, create_user
from tests import servers

SIZES = (10_000, 100_000)


@contextmanager
def filled(name: str, url: str, size: int) -> Iterator[Flask]:
    """Migrate and fill one database; say how long it took and how large it is."""
    settings = environment(url, "redis://127.0.0.1:1")
    subprocess.run(
        [*PYTHON, "flask", "--app", "app", "db", "upgrade"],
        check=True,
        env=settings,
        capture_output=True,
    )
    accounts = {"tochka": {"token": "none"}}
    app = create_app(
        Settings(
            _env_file=None,
            mode="local",
            secret_key="bench",
            redis_url=settings["PORTAL_REDIS_URL"],
            database_url=url,
            accounts=accounts,
        )
    )
    started = time.perf_counter()
    with app.app_context():
        loading.fill(db.engine, size)
        new = NewUser(EMAIL, "Замеров Замер", Role.ADMIN, None, PASSWORD)
        create_user(new, actor=SYSTEM, now=clock.now())
        spent = time.perf_counter() - started
        print(f"\n## {name}, {size:,} payments: {_megabytes():,} MB, filled in {spent:.0f} s")
        yield app
        db.session.remove()
        db.engine.dispose()


def _megabytes() -> int:
    sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    if db.engine.dialect.name == "postgresql":
        sql = "SELECT pg_database_size(current_database())"
    size = db.session.scalar(text(sql))
    db.session.rollback()
    return round((size or 0) / 1e6)


def lists(client: Client, size: int, only: Sequence[str] = ()) -> None:
    """Print every question: the page over HTTP, and the query alone in this process."""
    _heads("one client, ms", "HTTP p50", "p95", "query p50", "p95")
    for question in questions(size):
        if only and not any(words in question.title for words in only):
            continue

        def ask(query: object = question.query) -> None:
            query(db.session())  # type: ignore[operator]
            db.session.rollback()

        web = times(lambda path=question.path: client.ask(path))
        _line(question.title, *web, *times(ask))


def ledger() -> None:
    """Print how long it takes to add up the whole book; it must hold."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET statement_timeout = 0"))
    started = time.perf_counter()
    wrong = list(verify(db.session()))
    spent = time.perf_counter() - started
    db.session.rollback()
    what = f"it is wrong {len(wrong)} times, first: {wrong[0]}" if wrong else "it holds"
    print(f"\nThe book was added up in {spent:.1f} s: {what}.")


def loads(url: str) -> None:
    """Print what two workers of each server do under load."""
    title = f"{WORKERS} workers, load"
    _heads(title, "a second", "p50 ms", "p95 ms")
    with servers.redis() as redis:
        for name in SERVERS:
            with served(name, environment(url, redis), WORKERS) as client:
                _line(f"{name}: payments, 4 clients", *load(client, 4, "/payments"))
                events = Webhooks(200)
                path = "/webhooks/tochka/payment"
                _line(f"{name}: webhooks, 8 clients", *load(client, 8, path, events))


def measure(name: str, url: str, size: int, only: Sequence[str]) -> None:
    """Print everything about one database of one size, or some questions and nothing else."""
    with filled(name, url, size):
        with served("gunicorn", environment(url, "redis://127.0.0.1:1"), 1) as client:
            print(f"The first page is {len(client.ask('/payments').encode()):,} bytes.")
            lists(client, size, only)
        if not only:
            ledger()
            loads(url)
        _say_load()


def _heads(title: str, *heads: str) -> None:
    print(f"\n{title:<32}" + "".join(f"{head:>11}" for head in heads))


def _line(title: str, *values: float) -> None:
    print(f"{title:<32}" + "".join(f"{value:>11.2f}" for value in values), flush=True)


def _say_load() -> None:
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


def main() -> None:
    """Measure every size on both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="payments")
    parser.add_argument("--only", nargs="+", default=(), help="words of the questions to ask alone")
    sizes, only = parser.parse_args().sizes, parser.parse_args().only
    revision = ["git", "rev-parse", "--short", "HEAD"]
    said = subprocess.run(revision, capture_output=True, text=True).stdout.strip()
    print(f"Revision {said}, Python {sys.version.split()[0]}.")
    _say_load()
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{Path(folder) / 'bench.sqlite'}", size, only)
        with servers.postgresql() as url:
            measure("PostgreSQL", url, size, only)


if __name__ == "__main__":
    main()
