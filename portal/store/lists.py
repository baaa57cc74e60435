"""Pages of a list: keyset cursors, a capped count, and search by tokens, on both databases."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    asc,
    case,
    column,
    desc,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.search import CONTACTS, Token, TokenKind
from portal.store.db import UTCDateTime

COUNT_CAP = 1000
PER_PAGE = (25, 50, 100)
Item = TypeVar("Item")
#: What orders the matching rows, by its names within the statement.
PLACE = ("sort_value", "key")
WORDS = (TokenKind.WORD, TokenKind.PHONE)


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the list: its name in the URL, the column, the unique key, whether it falls."""

    name: str
    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    key: ColumnElement[Any] | InstrumentedAttribute[Any]
    falls: bool

    @property
    def place(self) -> tuple[Any, ...]:
        """Return what orders the rows; a key needs nothing beside it."""
        return (self.key,) if self.column is self.key else (self.column, self.key)


@dataclass(frozen=True, slots=True)
class Matching:
    """Which rows match, without the columns and joins of the page, and what orders them there.

    The queries are alternatives that exclude each other, so that each goes by its own index. Where
    many match, the order is walked instead until the page is full, by ``walked``.
    """

    queries: Sequence[Select[Any]]
    walked: Sequence[Select[Any]]
    place: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """A list that is searched: its table, its key (the number of its full-text rows), its line."""

    model: type[Any]
    key: InstrumentedAttribute[Any]
    line: InstrumentedAttribute[str]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a row must be: bear every word, meet every condition, be one of every group."""

    words: Sequence[Token]
    conditions: Sequence[ColumnElement[bool]]
    meanings: Sequence[Sequence[ColumnElement[bool]]] = ()


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
    is_value = _is_moment(value) if isinstance(sort.column.type, UTCDateTime) else _is_whole(value)
    return [value, row_id] if name == sort.name and is_value and _is_whole(row_id) else None


def _is_moment(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and abs(value) < 2**62


def fetch(
    session: Session,
    rows: Select[*tuple[Any, ...]],
    found: Matching,
    sort: Sort,
    wanted: PageRequest,
) -> Page[Row[*tuple[Any, ...]]]:
    """Read one page in one statement: first its keys, then the rows of these keys alone.

    The three last columns of every row are the capped count, the sort value and the key.
    """
    backwards = bool(wanted.before) and not wanted.after
    start = decode(wanted.before if backwards else wanted.after, sort)
    falls = sort.falls != backwards
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    keys, count = _keys(found, wanted, start, falls=falls, is_sqlite=is_sqlite)
    query = (
        rows.where(sort.key.in_(keys))
        .add_columns(count, sort.column, sort.key)
        .order_by(*(part.desc() if falls else part.asc() for part in sort.place))
    )
    read = list(session.execute(query).all())
    more, read = len(read) > wanted.per, read[: wanted.per]
    if backwards:
        read.reverse()
    return _page(read, sort, more=more, backwards=backwards, started=start is not None)


def _keys(
    found: Matching,
    wanted: PageRequest,
    start: Sequence[Any] | None,
    *,
    falls: bool,
    is_sqlite: bool,
) -> tuple[Any, Any]:
    """Say which keys are on the page and how many match, up to the cap.

    As many as are counted are gathered. Where these are all, the page is cut from them; where
    there are more, they are so many that walking the order fills a page soon. What keeps from
    walking is a limit of nothing on SQLite, which asks a condition at every row, and a condition
    on PostgreSQL, which cannot plan for a limit that it does not know.
    """
    names = PLACE[-len(found.place) :]
    columns = [part.label(name) for part, name in zip(found.place, names, strict=True)]
    queries, walked = (
        [part.with_only_columns(*columns, maintain_column_froms=True) for part in parts]
        for parts in (found.queries, found.walked)
    )
    gathered = _together(queries).limit(wanted.count_cap + 1).cte("gathered")
    count = select(func.count()).select_from(gathered).scalar_subquery()
    order: list[ColumnElement[Any]] = [desc(name) if falls else asc(name) for name in names]

    limit = wanted.per + 1
    walks = case((count > wanted.count_cap, limit), else_=0) if is_sqlite else limit

    def first(part: Select[Any], place: Sequence[Any], limit: Any = limit) -> Select[Any]:
        if start is not None:
            mark, border = tuple_(*place), tuple_(*start[-len(place) :])
            part = part.where(mark < border if falls else mark > border)
        return select(part.order_by(*order).limit(limit).subquery())

    parts = [first(select(gathered).where(count <= wanted.count_cap), tuple(gathered.c))]
    parts += [first(query.where(count > wanted.count_cap), found.place, walks) for query in walked]
    keys = union_all(*parts).order_by(*order).limit(wanted.per + 1).subquery()
    return select(keys.c.key), count


def _together(branches: Sequence[Select[Any]]) -> Any:
    return branches[0] if len(branches) == 1 else union_all(*branches)


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


def _part_of(token: Token) -> str:
    anywhere = like_any_part(token.text)
    return f"{anywhere}{CONTACTS}%" if token.is_of_name else anywhere


def words_of(tokens: Sequence[Token]) -> list[Token]:
    """Return the words that must be found as parts of the search line."""
    return [token for token in tokens if token.kind in WORDS]


def line_without(line: InstrumentedAttribute[str], token: Token) -> ColumnElement[bool]:
    """Leave out the rows with an excluded text; what is too short finds nothing, as the page says.

    The line is folded already, so that LIKE is enough on both databases.
    """
    if token.kind is TokenKind.EXCLUDED:
        return line.not_like(_part_of(token), escape="\\")
    return false()


def matching(session: Session, searched: Searched, criteria: Criteria, sort: Sort) -> Matching:
    """Say which rows meet the criteria, and what orders them there.

    On SQLite the full-text table answers; alone, when nothing but its row number is asked for. It
    knows the order by key only: in another order the line itself is read while walking.
    """
    rest = [*criteria.conditions, *(or_(*group) for group in criteria.meanings[1:])]
    likes = {word: searched.line.like(_part_of(word), escape="\\") for word in criteria.words}
    read: Select[Any] = (
        select(searched.key).select_from(searched.model).where(*likes.values(), *rest)
    )
    asked, walked, place = read, read, sort.place
    if criteria.words and session.get_bind().dialect.name == "sqlite":
        index, asked = _full_text(searched, criteria.words)
        rest += [likes[word] for word in criteria.words if word.is_of_name]
        asked = asked.where(*rest)
        is_by_key = sort.column is searched.key
        if rest or criteria.meanings or not is_by_key:
            asked = asked.join_from(index, searched.model, searched.key == index.c.rowid)
        if is_by_key:
            walked, place = asked, (index.c.rowid,)
    meanings = _apart(criteria.meanings[0]) if criteria.meanings else [true()]
    return Matching(
        [asked.where(one) for one in meanings], [walked.where(one) for one in meanings], place
    )


def _full_text(searched: Searched, words: Sequence[Token]) -> tuple[Any, Select[Any]]:
    name = f"{searched.model.__tablename__}_fts"
    index = table(name, column("rowid", Integer))
    phrase = " ".join('"' + word.text.replace('"', '""') + '"' for word in words)
    return index, select(index.c.rowid).where(literal_column(name).op("MATCH")(phrase))


def _apart(meanings: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Make each meaning exclude those before it, so that none of their rows comes twice."""
    return [
        and_(meaning, *(not_(earlier) for earlier in meanings[:number]))
        for number, meaning in enumerate(meanings)
    ]
