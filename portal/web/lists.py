"""The URL is the whole state of a list: reading it, writing it, chips, pages (ux.md §3.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, abort, request

from portal.domain.search import MAX_QUERY_CHARACTERS, Token, TokenKind, tokens
from portal.store.lists import COUNT_CAP, PER_PAGE, Page, PageRequest
from portal.web.formats import MOSCOW, grouped, plural
from portal.web.fragments import is_partial, render

#: The order of the parameters in every address of a list.
ORDER = (
    *("tab", "q", "status", "consultation", "method", "paid", "role", "free"),
    *("action", "person", "outcome"),
    *("from", "to", "sort", "after", "before", "per"),
)
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
    tokens: tuple[Token, ...]
    per: int

    @property
    def query(self) -> str:
        """What was typed into the search box."""
        return self.url.params.get("q", "")

    @property
    def page(self) -> PageRequest:
        """Which page is wanted."""
        params = self.url.params
        return PageRequest(params.get("after", ""), params.get("before", ""), self.per)

    @property
    def too_short(self) -> list[str]:
        """The words of the query that are too short to search by."""
        return [token.text for token in self.tokens if token.kind is TokenKind.SHORT]

    def value(self, name: str) -> str:
        """Return a parameter as it stands in the address."""
        return self.url.params.get(name, "")


def read_list() -> ListView:
    """Read the address of the list that is asked for; unknown and empty parameters are dropped."""
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
    return ListView(ListURL(request.path, params), tuple(tokens(params.get("q", ""))), per)


def choice(values: type[Choice], text: str) -> Choice | None:
    """Read a filter; a value that nobody knows is no filter."""
    return next((value for value in values if value.value == text), None)


def day_start(text: str, *, shift_days: int = 0) -> datetime | None:
    """Read a day as its beginning in Moscow; None for what is not a day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=shift_days)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), MOSCOW) if 2000 < day.year < 2100 else None


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
    shown = {"q": f"поиск: {view.query}" if view.query else ""} | dict(names)
    return [
        Chip(text, str(view.url.having(**{name: ""})))
        for name, text in shown.items()
        if text and view.value(name)
    ]


def found(page: Page[Any], one: str, few: str, many: str) -> str:
    """Say how many were found: «Найдено 172 платежа» or «больше 1 000»."""
    if page.is_capped:
        return f"Найдено больше {grouped(COUNT_CAP)} {many}"
    return f"Найдено: {grouped(page.total)} {plural(page.total, one, few, many)}"


def render_list(page: str, fragment: str, view: ListView, **context: Any) -> Response:
    """Answer with the list, and tell htmx which address it has now.

    While the same query is being typed the address is replaced: a name makes one history entry.
    """
    answer = render(page, fragment, view=view, **context)
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
