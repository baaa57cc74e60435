"""Pages of a list: keyset cursors, a capped count, and search by tokens, on both databases."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    column,
    func,
    literal_column,
    select,
    table,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.search import Token, TokenKind

COUNT_CAP = 1000
PER_PAGE = (25, 50, 100)
Item = TypeVar("Item")
WORDS = (TokenKind.WORD, TokenKind.PHONE)


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list: its name in the URL, the column, and whether it falls."""

    name: str
    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    falls: bool


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: after or before a cursor, how many rows, how far to count them all."""

    after: str = ""
    before: str = ""
    per: int = 50
    count_cap: int = COUNT_CAP


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Rows in their order, cursors to the neighbours (empty at the ends), and a capped count."""

    items: Sequence[Item]
    next: str
    previous: str
    total: int

    @property
    def is_capped(self) -> bool:
        """Whether there are more than were counted."""
        return self.total > COUNT_CAP


def encode(sort: Sort, values: Sequence[Any]) -> str:
    """Make a cursor of the last row's sort value and id; it names its sort."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps([sort.name, *plain], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, sort: Sort) -> list[Any] | None:
    """Read a cursor; None for one that is broken or of another order: the first page is shown."""
    try:
        name, value, row_id = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    is_ours = name == sort.name and isinstance(row_id, int) and abs(row_id) < 2**62
    is_value = isinstance(value, datetime) or (isinstance(value, int) and abs(value) < 2**62)
    return [value, row_id] if is_ours and is_value else None


def fetch(
    session: Session, query: Select[*tuple[Any, ...]], key: Any, sort: Sort, wanted: PageRequest
) -> Page[Row[*tuple[Any, ...]]]:
    """Run the query for one page in one statement, the capped count included.

    The two last columns of every row are the sort value and the id; ``key`` is the id column.
    """
    counted: Select[int] = (
        query.with_only_columns(literal_column("1", Integer), maintain_column_froms=True)
        .order_by(None)
        .limit(wanted.count_cap + 1)
    )
    count = select(func.count()).select_from(counted.subquery()).scalar_subquery()
    backwards = bool(wanted.before) and not wanted.after
    start = decode(wanted.before if backwards else wanted.after, sort)
    falls = sort.falls != backwards
    if start is not None:
        place = tuple_(sort.column, key)
        border = tuple_(*start)
        query = query.where(place < border if falls else place > border)
    order = (sort.column.desc(), key.desc()) if falls else (sort.column.asc(), key.asc())
    query = query.add_columns(count, sort.column, key).order_by(*order).limit(wanted.per + 1)
    rows = list(session.execute(query).all())
    more, rows = len(rows) > wanted.per, rows[: wanted.per]
    if backwards:
        rows.reverse()
    return _page(rows, sort, more=more, backwards=backwards, started=start is not None)


def _page(
    rows: list[Row[*tuple[Any, ...]]], sort: Sort, *, more: bool, backwards: bool, started: bool
) -> Page[Row[*tuple[Any, ...]]]:
    if not rows:
        return Page((), "", "", 0)
    has_next = more if not backwards else True
    has_previous = started if not backwards else more
    return Page(
        items=rows,
        next=encode(sort, rows[-1][-2:]) if has_next else "",
        previous=encode(sort, rows[0][-2:]) if has_previous else "",
        total=rows[0][-3],
    )


def like_any_part(text: str) -> str:
    """Make a LIKE pattern that finds ``text`` anywhere, with its own % and _ taken literally."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def words_of(tokens: Sequence[Token]) -> list[str]:
    """Return the texts that must be found as parts of the search line."""
    return [token.text for token in tokens if token.kind in WORDS]


def full_text(session: Session, name: str) -> FromClause | None:
    """Return SQLite's full-text table for ``name``; None on PostgreSQL, where LIKE has an index."""
    if session.get_bind().dialect.name != "sqlite":
        return None
    return table(f"{name}_fts", column("rowid"), column("search_text"))


def match_words(
    query: Select[*tuple[Any, ...]],
    words: Sequence[str],
    search_line: InstrumentedAttribute[str],
    index: FromClause | None,
    rowid: InstrumentedAttribute[Any],
) -> Select[*tuple[Any, ...]]:
    """Keep the rows whose search line has every word as a part, through the trigram index."""
    if not words:
        return query
    if index is None:
        return query.where(*(search_line.like(like_any_part(word), escape="\\") for word in words))
    phrase = " ".join('"' + word.replace('"', '""') + '"' for word in words)
    return query.join(index, index.c.rowid == rowid).where(
        literal_column(f"{index.name}").op("MATCH")(phrase)  # type: ignore[attr-defined]  # tables have names
    )
