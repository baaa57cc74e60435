"""Puts the dataset into a migrated database fast: triggers and text indexes are made afterwards."""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from bench import dataset
from bench.book import Book

BATCH = 10_000
#: Table -> the column that numbers its full-text rows (migration 0003).
FULL_TEXT = {"users": "id", "consultations": "id", "payments": "paid_transfer_id"}


def fill(engine: Engine, size: int) -> None:
    """Write ``size`` paid payments with their people, consultations, refunds and book."""
    people = dataset.people_of(size)
    deals = dataset.deals_of(size, people)
    book = Book(deals, people)
    tables = {
        "users": dataset.users(people),
        "consultations": dataset.consultations(deals),
        "transfers": book.transfers(),
        "ledger_accounts": book.accounts(),
        "payments": dataset.payments(deals),
        "refunds": dataset.refunds(deals),
    }
    raw = engine.raw_connection()
    prepared, write = (
        (_sqlite, _insert) if engine.dialect.name == "sqlite" else (_postgresql, _copy)
    )
    with prepared(raw.cursor()) as cursor:
        for table, rows in tables.items():
            write(cursor, table, rows)
    raw.close()


def _columns(rows: Iterable[dict[str, Any]]) -> tuple[list[str], Iterator[dict[str, Any]]]:
    rest = iter(rows)
    first = next(rest)
    return list(first), itertools.chain([first], rest)


@contextmanager
def _sqlite(cursor: Any) -> Iterator[Any]:
    """Load without triggers in one transaction; then fill the full-text tables at one stroke."""
    cursor.execute("pragma foreign_keys=off")
    cursor.execute("pragma synchronous=off")
    cursor.execute("pragma cache_size=-500000")
    cursor.execute("BEGIN")
    triggers = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    kept = dict(triggers.fetchall())
    for name in kept:
        cursor.execute(f"DROP TRIGGER {name}")
    yield cursor
    for table, number in FULL_TEXT.items():
        cursor.execute(
            f"INSERT INTO {table}_fts(rowid, search_text) "
            f"SELECT {number}, search_text FROM {table} WHERE {number} IS NOT NULL"
        )
    for sql in kept.values():
        cursor.execute(sql)
    cursor.execute("COMMIT")
    cursor.execute("ANALYZE")


def _insert(cursor: Any, table: str, rows: Iterable[dict[str, Any]]) -> None:
    columns, rest = _columns(rows)
    marks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    cursor.executemany(sql, (tuple(map(_as_text, row.values())) for row in rest))


def _as_text(value: Any) -> Any:
    """Write a moment as SQLAlchemy does on SQLite."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


@contextmanager
def _postgresql(cursor: Any) -> Iterator[Any]:
    """Load as a replica does, without triggers and checks of keys; then make the GIN indexes."""
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("SET statement_timeout = 0")
    cursor.execute("SET maintenance_work_mem = '512MB'")
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'"
    )
    kept = dict(cursor.fetchall())
    for name in kept:
        cursor.execute(f"DROP INDEX {name}")
    yield cursor
    for sql in kept.values():
        cursor.execute(sql)
    cursor.connection.commit()
    cursor.connection.autocommit = True
    cursor.execute("VACUUM ANALYZE")
    cursor.connection.autocommit = False


def _copy(cursor: Any, table: str, rows: Iterable[dict[str, Any]]) -> None:
    columns, rest = _columns(rows)
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as target:
        for row in rest:
            target.write_row(tuple(row.values()))
