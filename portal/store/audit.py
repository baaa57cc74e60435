"""The journal: who did what to what, written in the same transaction as the change (I-45).

Entries are chained (I-46): each takes the next number and the hash of the one before. The head of
the chain is locked last of all, just before the commit, so that the lock never joins a circle.
"""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, cast, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.actors import Actor
from portal.domain.journal import Break, Fault, Head, Link, Outcome, first_break, link_hash
from portal.store.db import Base, enum_type, locked

BATCH_ROWS = 1000
REASON_MAX = 1000
_PENDING = "journal"


class AuditEntry(Base):
    """One action; rows are only ever added, and numbered without a gap."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_object", "object_type", "object_id", "id"),
        Index("ix_audit_entries_actor", "actor_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
        Index("ix_audit_entries_request", "request_id"),
        Index("ix_audit_entries_started_by", "started_by_id", "id"),
        Index("ix_audit_entries_ip", "ip", "id"),
        Index("ix_audit_entries_at", "at", "id"),
        Index("ix_audit_entries_outcome", "outcome", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_label: Mapped[str] = mapped_column(String(200))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    request_id: Mapped[str | None] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[Outcome]
    object_type: Mapped[str] = mapped_column(String(30))
    object_id: Mapped[int | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(REASON_MAX))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The one row that names the end of the chain; locked by whoever adds to it."""

    __tablename__ = "audit_heads"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class AuditCheck(Base):
    """One run of the check over the whole chain; ``broken_id`` None means that it is whole.

    A chain that was found whole is known by its head; later checks must still find it there.
    """

    __tablename__ = "audit_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    broken_id: Mapped[int | None]
    fault: Mapped[Fault | None] = mapped_column(enum_type(Fault, "journal_fault"))


#: What an entry is about: a row, the name of a table, or its name with the number of a row.
About = Base | str | tuple[str, int]


def note(
    session: Session, actor: Actor, action: str, about: About, *, now: datetime, **changes: Any
) -> None:
    """Write into the journal what ``actor`` did; ``changes`` are values that JSON knows.

    What a state was and became stands in ``before`` and ``after``, both with the same names; for
    a row whose status alone has moved ``was`` tells what it was. Other changes are facts.
    ``reason`` among them becomes the entry's reason, cut to its column. No passwords, tokens,
    cards, e-mails or phones: what is written here cannot be taken back. The entry gets its number
    at the commit.
    """
    _pend(session, _entry(actor, action, about, now, changes), Outcome.DONE)


def note_denied(
    session: Session, actor: Actor, action: str, about: About, *, now: datetime, **changes: Any
) -> None:
    """Write into the journal what ``actor`` tried and was denied; as ``note`` otherwise."""
    _pend(session, _entry(actor, action, about, now, changes), Outcome.DENIED)


def _entry(
    actor: Actor, action: str, about: About, now: datetime, changes: dict[str, Any]
) -> AuditEntry:
    reason = changes.pop("reason", None) or ""
    if "was" in changes:
        status = getattr(about, "status", None)
        changes |= {"before": {"status": changes.pop("was")}, "after": {"status": status}}
    object_type, object_id = _named(about)
    return AuditEntry(
        at=now,
        actor_id=actor.user_id,
        actor_label=actor.label[:200],
        started_by_id=actor.started_by_id,
        ip=actor.ip,
        user_agent=actor.user_agent,
        request_id=actor.request_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        changes=json.loads(json.dumps(changes)),
        reason=reason[:REASON_MAX] or None,
    )


def _named(about: About) -> tuple[str, int | None]:
    if isinstance(about, str):
        return about, None
    if isinstance(about, tuple):
        return about
    return about.__tablename__, getattr(about, "id", None)


def _pend(session: Session, entry: AuditEntry, outcome: Outcome) -> None:
    entry.outcome = outcome
    session.info.setdefault(_PENDING, []).append(entry)


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    """Number and chain what the transaction has noted; every other lock is already held."""
    entries: list[AuditEntry] = session.info.pop(_PENDING, [])
    if not entries:
        return
    session.flush()
    head = locked(session, AuditHead, 1)
    for entry in entries:
        entry.id = head.number + 1
        entry.hash = link_hash(head.hash, _content(_values(entry)))
        head.number, head.hash = entry.id, entry.hash
        session.add(entry)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: object) -> None:
    session.info.pop(_PENDING, None)


def _values(entry: AuditEntry) -> dict[str, Any]:
    return {column.name: getattr(entry, column.name) for column in AuditEntry.__table__.columns}


def _content(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that an entry says, as JSON values that both databases give back alike."""
    said = {name: value for name, value in values.items() if name != "hash"}
    said["at"] = values["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return said


def walk(session: Session, known: Mapping[int, str] | None = None) -> tuple[Head, Break | None]:
    """Walk the whole chain; return its head and its first broken entry, None when it is whole.

    ``known`` are heads that somebody kept elsewhere; those of earlier checks are looked up here.
    It must be the first thing that is asked of ``session``: all is read as of one moment.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    heads = {check.number: check.hash for check in session.scalars(_WHOLE)} | dict(known or {})
    row = session.get(AuditHead, 1)
    head = Head(row.number, row.hash) if row else Head(0, "")
    with _any_text(session), closing(_links(session)) as links:
        return head, first_break(links, end=head, known=heads)


@contextmanager
def _any_text(session: Session) -> Iterator[None]:
    """Let SQLite give back text that is none: who looks for damage must not stumble over it."""
    driver: Any = session.connection().connection.driver_connection
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    driver.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        yield
    finally:
        driver.text_factory = str


_WHOLE = select(AuditCheck).where(AuditCheck.broken_id.is_(None)).order_by(AuditCheck.id)


def _links(session: Session) -> Generator[Link]:
    query = select(*_AS_STORED).order_by(AuditEntry.id)
    rows = session.execute(query.execution_options(yield_per=BATCH_ROWS)).mappings()
    with closing(rows):
        for row in rows:
            yield Link(row["id"], _read({str(name): row[name] for name in row}), row["hash"])


#: What may have been made unreadable is not read by the driver: it would stop the whole walk.
_AS_STORED = [
    cast(column, Text).label(column.name) if column.name in ("at", "changes", "outcome") else column
    for column in AuditEntry.__table__.columns
]


def _read(stored: dict[str, Any]) -> dict[str, Any]:
    """Return what an entry says; nothing, which no hash fits, when that cannot be read."""
    if any(isinstance(value, bytes) for value in stored.values()):
        return {}
    try:
        at, changes = _moment(stored["at"]), json.loads(stored["changes"])
        return _content({**stored, "at": at, "changes": changes})
    except (ArithmeticError, RecursionError, TypeError, ValueError):
        return {}


def _moment(text: str) -> datetime:
    """Read a moment as PostgreSQL writes it, or exactly as we write it into SQLite."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None and moment.isoformat(" ", "microseconds") != text:
        raise ValueError(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def last_check(session: Session) -> AuditCheck | None:
    """Return the latest check of the chain; None when there was none yet."""
    return session.scalars(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)).first()
