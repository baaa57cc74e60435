"""Random damage to the journal of a copied database: each is done, looked for, and put right."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from portal.domain.journal import Break
from portal.domain.permissions import Role
from portal.store.db import db
from portal.usecases.journal import verify_journal
from tests import builders
from tests.duels import portal_of
from tests.fakes import FakeBank

DIGITS = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Miss:
    """Damage that was not found, or found elsewhere than where it was done."""

    done: str
    touched: int
    found: Break | None


def write_history(clients: int) -> None:
    """Let so many clients book, pay and cancel, so that the journal has entries of many kinds."""
    bank, anna = FakeBank(), builders.staff()
    gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
    for number in range(clients):
        client = builders.customer(f"client{number}@example.test")
        consultation = builders.book(client)
        builders.pay(bank, builders.start_to_pay(bank, consultation))
        builders.cancel(gleb if number % 2 else anna, consultation)


@contextmanager
def copied(url: str) -> Iterator[str]:
    """Give the address of a copy of a database that nobody is connected to."""
    source = make_url(url)
    if source.drivername == "sqlite":
        path = f"{source.database}.copied"
        with (
            closing(sqlite3.connect(source.database)) as one,
            closing(sqlite3.connect(path)) as two,
        ):
            one.backup(two)
        yield f"sqlite:///{path}"
        return
    with psycopg.connect(
        user="portal", dbname="postgres", host=source.query["host"], autocommit=True
    ) as server:
        server.execute(f"CREATE DATABASE copied TEMPLATE {source.database}")
        yield source.set(database="copied").render_as_string(hide_password=False)
        server.execute("DROP DATABASE copied WITH (FORCE)")


def campaign(url: str, seed: int, rounds: int) -> list[Miss]:
    """Damage the journal so many times, one at a time; return what was not found where it was."""
    chance, missed = random.Random(seed), []
    forger = create_engine(url)
    with portal_of(url).app_context(), _opened(forger) as columns:
        for _ in range(rounds):
            damage = chance.choice((_flip, _delete, _swap))
            done, *rows = _try_until_done(forger, lambda to, how=damage: how(chance, to, columns))
            found = verify_journal(known={}).broken
            if found is None or found.number != min(rows):
                missed.append(Miss(done, min(rows), found))
            _put_right(forger, rows)
        assert verify_journal(known={}).broken is None
        db.engine.dispose()
    forger.dispose()
    return missed


@contextmanager
def _opened(forger: Engine) -> Iterator[dict[str, str]]:
    """Drop the guards as the owner of a database can, and keep the rows; give the columns."""
    if forger.dialect.name == "postgresql":
        # Foreign keys keep silent for the forger's connections.
        event.listen(forger, "connect", lambda driver, _record: _silence(driver))
    with forger.begin() as to:
        if forger.dialect.name == "postgresql":
            to.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        else:
            for way in ("update", "delete"):
                to.execute(text(f"DROP TRIGGER audit_entries_append_only_{way}"))
        to.execute(text("CREATE TABLE kept AS SELECT * FROM audit_entries"))
    found = inspect(forger).get_columns("audit_entries")
    yield {each["name"]: each["type"].compile(forger.dialect) for each in found}


def _silence(driver: psycopg.Connection) -> None:
    driver.execute("SET session_replication_role = replica")
    driver.commit()


def _try_until_done(forger: Engine, damage: Callable[[Connection], tuple]) -> tuple:
    """Do damage that the database itself does not refuse, such as a JSON that is none."""
    while True:
        try:
            with forger.begin() as to:
                return damage(to)
        except DBAPIError:
            continue


def _numbers(to: Connection) -> list[int]:
    return list(to.execute(text("SELECT id FROM audit_entries ORDER BY id")).scalars())


def _flip(chance: random.Random, to: Connection, columns: dict[str, str]) -> tuple:
    """Change one character of one value; what was empty gets one."""
    row, column = chance.choice(_numbers(to)), chance.choice([*columns][1:])
    one = text(f"SELECT CAST({column} AS TEXT) FROM audit_entries WHERE id = :row")
    old = to.execute(one, {"row": row}).scalar_one() or ""
    place = chance.randrange(len(old) or 1)
    new = chance.choice([digit for digit in DIGITS if digit != old[place : place + 1]])
    value = f"CAST(:new AS {columns[column]})" if to.dialect.name == "postgresql" else ":new"
    to.execute(
        text(f"UPDATE audit_entries SET {column} = {value} WHERE id = :row"),
        {"new": old[:place] + new + old[place + 1 :], "row": row},
    )
    if (to.execute(one, {"row": row}).scalar_one() or "") == old:
        return _flip(chance, to, columns)  # another way to write the same moment
    return f"flipped {column}", row


def _delete(chance: random.Random, to: Connection, _columns: dict[str, str]) -> tuple:
    """Take one entry out."""
    row = chance.choice(_numbers(to))
    to.execute(text("DELETE FROM audit_entries WHERE id = :row"), {"row": row})
    return "deleted", row


def _swap(chance: random.Random, to: Connection, _columns: dict[str, str]) -> tuple:
    """Let two entries change their numbers."""
    one, two = chance.sample(_numbers(to), 2)
    move = text("UPDATE audit_entries SET id = :to WHERE id = :row")
    for row, place in ((one, -1), (two, one), (-1, two)):
        to.execute(move, {"row": row, "to": place})
    return "swapped", one, two


def _put_right(forger: Engine, rows: list[int]) -> None:
    with forger.begin() as to:
        for statement in (
            "DELETE FROM audit_entries WHERE id = :row",
            "INSERT INTO audit_entries SELECT * FROM kept WHERE id = :row",
        ):
            to.execute(text(statement), [{"row": row} for row in rows])
