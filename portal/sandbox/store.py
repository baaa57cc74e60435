"""The state of the simulators: JSON documents in one SQLite file that survives a restart."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import BaseModel

Record = TypeVar("Record", bound=BaseModel)

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (kind, key)
);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""
PUT = """
INSERT INTO documents (kind, key, body) VALUES (?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body
"""
FIND = "SELECT body FROM documents WHERE kind = ? AND key = ?"
LIST_ALL = "SELECT body FROM documents WHERE kind = ? ORDER BY seq"
LIST_WHERE = """
SELECT body FROM documents WHERE kind = ? AND json_extract(body, '$.' || ?) = ? ORDER BY seq
"""
COUNT = """
INSERT INTO counters (name, last) VALUES (?, 1)
ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last
"""


class Store:
    """Documents by kind and key; one connection under one lock, because one process owns it."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything written inside, or nothing; may be nested, the outermost one decides."""
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if outermost:
                    self._connection.execute("ROLLBACK")
                raise
            else:
                if outermost:
                    self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def find(self, kind: type[Record], key: str) -> Record | None:
        """Return one document, or nothing."""
        rows = self._select(FIND, kind.__name__, key)
        return kind.model_validate_json(rows[0]) if rows else None

    def list_all(self, kind: type[Record]) -> list[Record]:
        """Return every document of a kind in the order of its first writing."""
        rows = self._select(LIST_ALL, kind.__name__)
        return [kind.model_validate_json(row) for row in rows]

    def list_where(self, kind: type[Record], field: str, value: str) -> list[Record]:
        """Return the documents whose top-level field has this text, in order."""
        rows = self._select(LIST_WHERE, kind.__name__, field, value)
        return [kind.model_validate_json(row) for row in rows]

    def put(self, key: str, record: BaseModel) -> None:
        """Write a document, replacing the one with the same key."""
        with self._lock:
            self._connection.execute(PUT, (type(record).__name__, key, record.model_dump_json()))

    def delete(self, kind: type[BaseModel], key: str) -> None:
        """Forget one document; a missing one is no error."""
        with self._lock:
            self._connection.execute(
                "DELETE FROM documents WHERE kind = ? AND key = ?", (kind.__name__, key)
            )

    def clear(self, *keep: type[BaseModel]) -> None:
        """Forget everything except the named kinds."""
        kept = [kind.__name__ for kind in keep]
        with self.transaction():
            kinds = self._connection.execute("SELECT DISTINCT kind FROM documents").fetchall()
            for (kind,) in kinds:
                if kind not in kept:
                    self._connection.execute("DELETE FROM documents WHERE kind = ?", (kind,))

    def next_number(self, name: str) -> int:
        """Count up from 1 without ever repeating, not even after a reset."""
        with self._lock:
            (number,) = self._connection.execute(COUNT, (name,)).fetchone()
        return int(number)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _select(self, query: str, *values: str) -> list[str]:
        with self._lock:
            return [body for (body,) in self._connection.execute(query, values)]
