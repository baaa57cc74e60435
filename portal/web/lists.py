"""The URL is the whole state of a list: reading it, writing it, chips, pages (ux.md §3.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, abort, request, url_for

from portal.domain.permissions import Permission
from portal.domain.search import MAX_QUERY_CHARACTERS, Token, TokenKind
from portal.store.db import db
from portal.store.lists import COUNT_CAP, PER_PAGE, Page, PageRequest
from portal.store.saved_views import views_of
from portal.web.access import can
from portal.web.formats import MOSCOW, grouped, plural
from portal.web.fragments import go, is_partial, render
from portal.web.search_words import PEOPLE, Reader, other_layout, span
from portal.web.searches import Search, read_search
from portal.web.session import me

#: The order of the parameters in every address of a list.
ORDER = (
    *("tab", "q", "status", "refund", "consultation", "method", "bank", "paid", "role", "free"),
    *("bound", "flag", "currency", "from", "to", "returned", "min", "max", "sort"),
    *("after", "before", "per"),
    *("action", "person", "outcome"),
)
#: A word that has one was typed on the Russian layout and meant so.
VOWELS = frozenset("аеёиоуыэюя")
#: What names one row when it stands alone in the query.
EXACT = (TokenKind.ID, TokenKind.NUMBER, TokenKind.OPERATION, TokenKind.REFERENCE)
Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value", bound=str)


@dataclass(frozen=True, slots=True)
class ListURL:
    """The address of a list: its path and the parameters that differ from the defaults."""

    path: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        pairs = [(name, self.params[name]) for name in ORDER if self.params.get(name)]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def having(self, **changes: str) -> "ListURL":
        """Return the address with changes; a changed filter starts again from the first page."""
        params = {**self.params, **changes}
        if not {"after", "before"} & changes.keys():
            params.pop("after", None)
            params.pop("before", None)
        elif "after" in changes:
            params.pop("before", None)
        else:
            params.pop("after", None)
        return ListURL(self.path, params)

    def file(self, kind: str) -> str:
        """Return the address of the whole list as a file: all its pages, the same filters."""
        url = str(self.having())
        return f"{url}{'&' if '?' in url else '?'}format={kind}"


@dataclass(frozen=True, slots=True)
class Chip:
    """One applied filter, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ListView:
    """All that the template of a list needs besides its rows."""

    url: ListURL
    search: Search
    per: int
    card: str

    @property
    def query(self) -> str:
        """What was typed into the search box."""
        return self.url.params.get("q", "")

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the query."""
        return tuple(self.search.tokens)

    @property
    def exact(self) -> Token | None:
        """The only word of a query that names one row: its number, our order, or the bank's."""
        is_alone = len(self.tokens) == 1 and len(self.search.applied) == 1
        token = self.tokens[0] if is_alone else None
        return token if token and token.kind in EXACT else None

    @property
    def readings(self) -> list[Chip]:
        """The narrower queries of a bare number, which may be a number, a sum or a card."""
        exact = self.exact
        if exact is None or exact.kind is not TokenKind.NUMBER:
            return []
        wishes = {f"№ {exact.text}": f"№{exact.text}", "сумма": f"сумма:{exact.text}"}
        if len(exact.text) == 4 and "card" in self.search.names:
            wishes[f"карта •• {exact.text}"] = f"карта:{exact.text}"
        return [Chip(text, str(self.url.having(q=query))) for text, query in wishes.items()]

    @property
    def suggestions(self) -> list[Chip]:
        """What else may have been meant when nothing was found."""
        days = {"from": "", "to": ""}
        has_days = any(self.param(name) for name in days)
        is_odd = self.query.isalpha() and not VOWELS & set(self.query.lower())
        other = other_layout(self.query) if is_odd else ""
        return [
            *([Chip(f"Искать «{other}»?", str(self.url.having(q=other)))] if other else []),
            *([Chip("Искать во всех датах", str(self.url.having(**days)))] if has_days else []),
        ]

    @property
    def is_entered(self) -> bool:
        """Whether Enter or «Найти» was pressed: then the one row that was found opens."""
        return request.args.get("open") == "1"

    @property
    def page(self) -> PageRequest:
        """Which page is wanted."""
        params = self.url.params
        return PageRequest(params.get("after", ""), params.get("before", ""), self.per)

    @property
    def too_short(self) -> list[str]:
        """The words of the query that are too short to search by."""
        return [token.text for token in self.tokens if token.kind is TokenKind.SHORT]

    def param(self, name: str) -> str:
        """Return a parameter as it stands in the address."""
        return self.url.params.get(name, "")

    def day(self, name: str) -> str:
        """Return a day of the address as its field shows it, also one that was said in words."""
        days = span(self.param(name))
        return days[name == "to"].isoformat() if days else ""

    def value(self, name: str) -> str:
        """Return what a parameter is in the end: an operator goes before the address."""
        return self.search.params.get(name) or self.param(name)


def read_list(readers: Mapping[str, Reader] = MappingProxyType({}), *, card: str = "") -> ListView:
    """Read the address of the list that is asked for; unknown and empty parameters are dropped.

    ``readers`` are the operators that the search box of this list understands; ``card`` is the
    endpoint that shows one row.
    """
    params: dict[str, str] = {}
    for name in ORDER:
        text = request.args.get(name, "").strip()
        if "\x00" in text:
            abort(400)
        if text:
            params[name] = text[:MAX_QUERY_CHARACTERS]
    per = int(params["per"]) if params.get("per", "") in map(str, PER_PAGE) else 50
    if per == 50:
        params.pop("per", None)
    search = _within_rights(params.get("q", ""), readers)
    return ListView(ListURL(request.path, params), search, per, card)


def _within_rights(query: str, readers: Mapping[str, Reader]) -> Search:
    """Read a query; without the right to contacts nobody learns them by asking, part by part."""
    if can(Permission.USERS_CONTACTS):
        return read_search(query, readers)
    search = read_search(query, {name: readers[name] for name in readers if name not in PEOPLE})
    return replace(search, tokens=[token.within_names() for token in search.tokens])


def choice(values: type[Choice], text: str) -> Choice | None:
    """Read a filter; a value that nobody knows is no filter."""
    return next((value for value in values if value.value == text), None)


def day_start(text: str) -> datetime | None:
    """Read a day, a month, «-7d» or «today» as its beginning in Moscow; None for anything else."""
    days = span(text)
    return _midnight(days[0]) if days else None


def day_end(text: str) -> datetime | None:
    """Read the same as the moment when it is over in Moscow."""
    days = span(text)
    last = _midnight(days[1]) if days else None
    return last + timedelta(days=1) if last else None


def period_words(since: datetime | None, until: datetime | None) -> dict[str, str]:
    """Name the days of a period for its chips."""
    last = until - timedelta(days=1) if until else None
    return {
        "from": f"с {since:%d.%m.%Y}" if since else "",
        "to": f"по {last:%d.%m.%Y}" if last else "",
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), MOSCOW)


@dataclass(frozen=True, slots=True)
class Pager:
    """The addresses of the neighbouring pages; empty where there is none."""

    first_url: str
    prev_url: str
    next_url: str


def pager(view: ListView, page: Page[Any]) -> Pager:
    """Make the links under the list."""
    url = view.url
    is_first = not (view.value("after") or view.value("before"))
    return Pager(
        first_url="" if is_first else str(url.having(after="")),
        prev_url=str(url.having(before=page.previous)) if page.previous else "",
        next_url=str(url.having(after=page.next)) if page.next else "",
    )


def chips(view: ListView, names: Mapping[str, str]) -> list[Chip]:
    """Make a chip for every applied filter; ``names`` gives the words of each parameter."""
    typed = [Chip(one.words, str(view.url.having(q=one.rest))) for one in view.search.applied]
    return typed + [
        Chip(text, str(view.url.having(**{name: ""})))
        for name, text in names.items()
        if text and view.param(name) and name not in view.search.params
    ]


def found(page: Page[Any], one: str, few: str, many: str) -> str:
    """Say how many were found: «Найдено 172 платежа» or «больше 1 000»."""
    if page.is_capped:
        return f"Найдено больше {grouped(COUNT_CAP)} {many}"
    return f"Найдено: {grouped(page.total)} {plural(page.total, one, few, many)}"


def render_list(
    template: str, fragment: str, view: ListView, page: Page[Any], **context: Any
) -> Response:
    """Answer with the list, and tell htmx which address it has now.

    Enter opens the card of a row that the query names and finds alone. While the same query is
    being typed the address is replaced: a name makes one history entry.
    """
    if view.card and view.is_entered and view.exact is not None and len(page.items) == 1:
        return go(url_for(view.card, number=page.items[0].id))
    saved = [] if is_partial() else views_of(db.session(), me().id, view.url.path)
    answer = render(template, fragment, view=view, pager=pager(view, page), saved=saved, **context)
    if is_partial():
        name = "HX-Replace-Url" if _is_same_typing(view) else "HX-Push-Url"
        answer.headers[name] = str(view.url)
    return answer


def _is_same_typing(view: ListView) -> bool:
    before = dict(parse_qsl(urlsplit(request.headers.get("HX-Current-URL", "")).query))
    now = {name: text for name, text in view.url.params.items() if text}
    had_query, has_query = before.pop("q", ""), now.pop("q", "")
    return bool(had_query) and bool(has_query) and before == now


def sort_links(view: ListView, key: str, default: str) -> dict[str, str]:
    """Say how a column is sorted now (``aria-sort``) and where its header leads."""
    current = view.value("sort") or default
    falling = f"-{key}"
    state = {key: "ascending", falling: "descending"}.get(current, "none")
    wanted = key if current == falling else falling
    url = view.url.having(sort="" if wanted == default else wanted)
    return {"state": state, "url": str(url)}


def options(
    values: Iterable[Value], words: Mapping[Value, str], current: str
) -> list[tuple[str, str, bool]]:
    """Make the options of a filter: value, words, whether it is chosen."""
    return [(str(value), words[value], str(value) == current) for value in values]
