"""The journal as a list: newest first, by person, object, address, request, day and outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, literal, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.journal import Outcome
from portal.domain.permissions import Role
from portal.domain.search import Token, TokenKind
from portal.store.audit import AuditEntry
from portal.store.lists import Criteria, Matching, Page, PageRequest, Sort, fetch, matching
from portal.store.user_lists import LIST as PEOPLE
from portal.store.user_lists import SORT as BY_NUMBER
from portal.store.users import User

SORT = Sort("-id", AuditEntry.id, AuditEntry.id, falls=True)
#: Entries beside those of the page that are read because they belong to the same requests.
SIBLINGS = 500
STAFF = 200


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the person asked to see; times are aware UTC.

    ``number`` is the number of the object and ``kind`` its table; ``names`` are parts of the name
    of whoever acted or wished; ``label`` is one who acts without being a person.
    """

    number: int | None = None
    kind: str | None = None
    request_id: str | None = None
    ip: str | None = None
    names: tuple[str, ...] = ()
    label: str | None = None
    is_unsearchable: bool = False
    actions: tuple[str, ...] = ()
    person_id: int | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the journal: the entry, and whose wish it was when a job acted."""

    entry: AuditEntry
    started_by: str | None


def list_entries(session: Session, wanted: AuditFilter) -> Page[AuditRow]:
    """Return one page of the journal, newest first, in one statement."""
    starter = aliased(User)
    query = select(AuditEntry, starter.name).outerjoin(
        starter, starter.id == AuditEntry.started_by_id
    )
    keys = [select(AuditEntry.id).where(*_conditions(session, wanted))]
    found = fetch(session, query, Matching(keys, keys, SORT.place), SORT, wanted.page)
    rows = [AuditRow(row[0], row[1]) for row in found.items]
    return Page(rows, found.next, found.previous, found.total)


def _conditions(session: Session, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    exact = (
        (wanted.number, AuditEntry.object_id == wanted.number),
        (wanted.kind, AuditEntry.object_type == wanted.kind),
        (wanted.request_id, AuditEntry.request_id == wanted.request_id),
        (wanted.ip, AuditEntry.ip == wanted.ip),
        (wanted.outcome, AuditEntry.outcome == wanted.outcome),
        (wanted.label, AuditEntry.actor_label == wanted.label),
    )
    conditions = [condition for value, condition in exact if value is not None]
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    if wanted.names:
        words = [Token(TokenKind.WORD, name, is_of_name=True) for name in wanted.names]
        named = matching(session, PEOPLE, Criteria(words, ()), BY_NUMBER)
        conditions.append(_is_by(named.queries[0]))
    if wanted.person_id is not None:
        conditions.append(_is_by(select(literal(wanted.person_id))))
    if wanted.actions:
        conditions.append(or_(*(AuditEntry.action.startswith(part) for part in wanted.actions)))
    return [false()] if wanted.is_unsearchable else conditions


def _is_by(people: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    """Whether one of the people acted, or wished what a job then did."""
    return or_(AuditEntry.actor_id.in_(people), AuditEntry.started_by_id.in_(people))


def entries_of_requests(
    session: Session, request_ids: Sequence[str]
) -> Mapping[str, Sequence[AuditEntry]]:
    """Return what else was written during these requests, in order, by request."""
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.request_id.in_(request_ids))
        .order_by(AuditEntry.id)
        .limit(SIBLINGS)
    )
    found: dict[str, list[AuditEntry]] = {}
    for row in rows:
        found.setdefault(row.request_id or "", []).append(row)
    return found


def people_to_choose(session: Session, chosen: int | None) -> Mapping[str, str]:
    """Return who works here, number -> name, and the one who is chosen already."""
    works = User.role != Role.CLIENT.value
    rows = session.execute(
        select(User.id, User.name)
        .where(works if chosen is None else or_(works, User.id == chosen))
        .order_by(User.name, User.id)
        .limit(STAFF)
    )
    return {str(number): name for number, name in rows}
