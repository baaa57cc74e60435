"""Databases for tests: their rows go back to a kept state, which is cheaper than a new database."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from portal.store.db import db

# Every change of the structure is written down: such a database is thrown away after its test.
WATCH = """
CREATE SCHEMA watch;
CREATE TABLE watch.changes (tag text);
CREATE FUNCTION watch.note() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO watch.changes VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch.note();
"""
ROWS = """
SELECT 'DELETE FROM public.' || quote_ident(tablename) || '; INSERT INTO public.'
    || quote_ident(tablename) || ' OVERRIDING SYSTEM VALUE TABLE '
    || quote_ident(%(state)s) || '.' || quote_ident(tablename) || ';'
FROM pg_tables WHERE schemaname = 'public'
UNION ALL
SELECT format('SELECT setval(%%L, %%s, %%L);', 'public.' || quote_ident(sequencename),
    coalesce(last_value, start_value), last_value IS NOT NULL)
FROM pg_sequences WHERE schemaname = 'public'
"""
# Guards that speak in every mode (reliability.md §0.2) are switched off by name, and on again.
GUARDS = """
SELECT format('ALTER TABLE public.%%I ', relname) || %(switch)s || format(' TRIGGER %%I;', tgname)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgenabled = 'A'
"""
COPIES = """
SELECT format('CREATE TABLE %%1$I.%%2$I AS TABLE public.%%2$I;', %(state)s::text, tablename)
FROM pg_tables WHERE schemaname = 'public'
"""


class Postgres:
    """One database on a server of our own; the address stays, the rows come and go."""

    def __init__(self, folder: str) -> None:
        self.url = f"postgresql+psycopg://portal@/working?host={folder}"
        self._folder = folder
        self._scripts: dict[str, str] = {}
        with self._connect("postgres") as server:
            server.execute("CREATE DATABASE working")
        with self._connect("working") as working:
            working.execute(WATCH)
        self._working = None

    def keep(self, state: str) -> None:
        """Remember the rows of now under a name."""
        with self._connect("working") as working:
            working.execute(f"CREATE SCHEMA {state}")
            working.execute(_script(working, COPIES, state=state))
            self._scripts[state] = (
                _script(working, GUARDS, switch="DISABLE")
                + _script(working, ROWS, state=state)
                + _script(working, GUARDS, switch="ENABLE ALWAYS")
            )
            working.execute("DELETE FROM watch.changes")
        self.let_go()
        with self._connect("postgres") as server:
            server.execute("DROP DATABASE IF EXISTS spare")
            server.execute("CREATE DATABASE spare TEMPLATE working")

    def restore(self, state: str) -> str:
        """Bring the rows of a name back; return the database's address."""
        if self._has_changed():
            self._replace()
        self._admin().execute(self._scripts[state])
        return self.url

    def renew(self) -> str:
        """Give a database that no test has used and none will use after this one."""
        self._replace()
        self.restore("fresh")
        self._admin().execute("INSERT INTO watch.changes VALUES ('used up')")
        return self.url

    def _has_changed(self) -> bool:
        found = self._admin().execute("SELECT EXISTS (TABLE watch.changes)").fetchone()
        return bool(found and found[0])

    def _replace(self) -> None:
        self.let_go()
        with self._connect("postgres") as server:
            server.execute("DROP DATABASE working WITH (FORCE)")
            server.execute("CREATE DATABASE working TEMPLATE spare")

    def _admin(self) -> psycopg.Connection[Any]:
        # Triggers and foreign keys keep silent for this connection alone.
        if self._working is None:
            self._working = self._connect("working")
            self._working.execute("SET session_replication_role = replica")
        return self._working

    def let_go(self) -> None:
        """Close the connection that brings rows back."""
        if self._working is not None:
            self._working.close()
        self._working = None

    def _connect(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(user="portal", dbname=name, host=self._folder, autocommit=True)


class Shelf:
    """What takes long to build: kept once for each kind of database, then brought back."""

    def __init__(self, postgres: Callable[[], Postgres], folder: Path) -> None:
        self._postgres = postgres
        self._folder = folder
        self._kept: dict[tuple[str, str], Any] = {}

    def take(self, app: Flask, name: str, build: Callable[[], Any]) -> Any:
        """Return what ``build`` makes; its rows are in the app's database, which was fresh."""
        with app.app_context():
            if (db.engine.name, name) in self._kept:
                self._bring(name)
            else:
                self._kept[db.engine.name, name] = build()
                self._put_away(name)
            return deepcopy(self._kept[db.engine.name, name])

    def _bring(self, name: str) -> None:
        if db.engine.name == "sqlite":
            copy(self._folder / name, db.engine.url.database)
        else:
            self._postgres().restore(name)

    def _put_away(self, name: str) -> None:
        db.session.remove()
        db.engine.dispose()
        if db.engine.name == "sqlite":
            copy(db.engine.url.database, self._folder / name)
        else:
            self._postgres().keep(name)


def copy(source: str | Path, target: str | Path) -> None:
    """Bring a SQLite file's content into another, whoever has that one open."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _script(connection: psycopg.Connection[Any], query: str, **names: str) -> str:
    return "".join(row[0] for row in connection.execute(query, names))
