"""The database: base class of the tables, the transaction, the lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    Integer,
    MetaData,
    event,
    func,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

from portal.domain.errors import NotFound, Refusal
from portal.domain.transactions import IS_OPEN, REFUSED


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on both databases; SQLite forgets zones, so it is put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive time: it has no meaning here."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive time")
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(members: type[StrEnum], check: str | None = None) -> Enum:
    """Store an enum by value with a CHECK; ``check`` names it where one table has two of a kind."""
    return Enum(
        members,
        name=check,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda listed: [member.value for member in listed],
    )


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Index only the rows for which ``where`` holds, on both databases."""
    condition = text(where)
    return Index(name, *columns, postgresql_where=condition, sqlite_where=condition)


def open_enum_type(members: type[StrEnum]) -> Enum:
    """Store an enum by value without a CHECK: members are added without a migration."""
    return Enum(
        members,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda listed: [member.value for member in listed],
    )


BigId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The base of every table: named constraints, enums stored by value with a CHECK."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            int: BigId,
            datetime: UTCDateTime(),
            StrEnum: enum_type(StrEnum),
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
Row = TypeVar("Row", bound=Base)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=wal",
        "synchronous=full",
        "busy_timeout=10000",
        "foreign_keys=on",
        "recursive_triggers=on",
    ):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN"))


def prepare(engine: Engine) -> None:
    """Give SQLite the habits that it needs: WAL, full sync, foreign keys, explicit BEGIN."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def engine_options(url: str) -> dict[str, Any]:
    """Say how to connect: time limits everywhere, and no auto-prepared statements on PostgreSQL.

    psycopg prepares on the fifth run, and the generic plan turns a 0.3 ms search into 950 ms
    (platform.md §4).
    """
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    limits = {
        "lock_timeout": "5s",
        "statement_timeout": "15s",
        "idle_in_transaction_session_timeout": "30s",
    }
    return {
        "pool_pre_ping": True,
        "connect_args": {
            "prepare_threshold": None,
            "connect_timeout": 5,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    }


@contextmanager
def transaction() -> Iterator[Session]:
    """Open one write transaction, commit at the end, roll back on any exception; it never nests.

    SQLite takes its write lock at once (BEGIN IMMEDIATE), because a lock taken later fails under
    load in spite of every timeout. What the request has read before is forgotten on both sides. A
    refusal that passes through here is kept in REFUSED: its door tells the journal.
    """
    if IS_OPEN.get():
        raise RuntimeError("a transaction is open already: a use case owns exactly one")
    db.session.rollback()
    engine = db.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
    token = IS_OPEN.set(True)
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except Refusal as refusal:
        REFUSED.set((*REFUSED.get(), refusal))
        raise
    finally:
        IS_OPEN.reset(token)


def in_turn(session: Session, number: int) -> None:
    """Let transactions that name the same number go one by one; those of SQLite do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(number)))


def beside(session: Session, number: int) -> None:
    """Go on beside others that call this, but never beside who is ``in_turn`` for the number."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(number)))


def locked(session: Session, model: type[Row], row_id: int | str) -> Row:
    """Lock a row until the end of the transaction and return it as it is now; raise NotFound."""
    row = session.get(model, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(what=model.__name__, id=row_id)
    return row
