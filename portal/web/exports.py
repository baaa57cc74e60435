"""Lists as CSV files: the query of the screen, streamed, told to the journal (ux.md §3.9)."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from flask import Response, request, stream_with_context

from portal.domain import clock
from portal.domain.money import Money
from portal.domain.permissions import Permission
from portal.domain.search import without_contacts
from portal.store.db import Base, db
from portal.store.lists import Page, PageRequest
from portal.usecases.exports import record_export
from portal.web import errors
from portal.web.access import can, require_step
from portal.web.export_words import NO_RIGHT, TOO_MANY, Column
from portal.web.formats import MOSCOW, grouped
from portal.web.labels import LABELS
from portal.web.lists import ListURL
from portal.web.search_words import span
from portal.web.session import actor

#: More rows than this are refused: a file that lost its end must not look whole.
LIMIT = 50_000
BATCH = 1_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written: for people at a spreadsheet, or for programs (RFC 4180)."""

    delimiter: str
    point: str
    is_for_people: bool


FORMATS = {"csv": Format(";", ",", is_for_people=True), "csv-plain": Format(",", ".", False)}


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported: the words in the file's name, the columns, how a page of rows is read."""

    name: str
    url: ListURL
    about: Base
    columns: Sequence[Column[Any]]
    read: Callable[[PageRequest], Page[Any]]
    right: Permission = Permission.PAYMENTS_EXPORT
    filters: Sequence[str] = ()


def wanted_format() -> Format | None:
    """Return the format that the address asks for; None when it asks for the screen."""
    return FORMATS.get(request.args.get("format", ""))


def export(wanted: Export, format_: Format) -> Response:
    """Stream the list, or say why not: no right, or more rows than ``LIMIT``."""
    if not can(wanted.right):
        return errors.page(403, NO_RIGHT)
    require_step(wanted.right)
    first = _read(wanted, PageRequest(per=BATCH, count_cap=LIMIT))
    if first.total > LIMIT:
        return errors.page(422, TOO_MANY.format(limit=grouped(LIMIT)))
    address = str(wanted.url.having(q=without_contacts(wanted.url.params.get("q", ""))))
    record_export(wanted.about, address, first.total, actor=actor(), now=clock.now())
    lines = _lines(_rows(first, wanted), wanted.columns, format_)
    answer = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    name = quote(_file_name(wanted))
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


def _read(wanted: Export, page: PageRequest) -> Page[Any]:
    """Read a page and let the connection go: the other side may take its time with the file."""
    found = wanted.read(page)
    db.session.expunge_all()
    db.session.rollback()
    return found


def _rows(page: Page[Any], wanted: Export) -> Iterator[Any]:
    yield from page.items
    while page.next:
        page = _read(wanted, PageRequest(after=page.next, per=BATCH, count_cap=0))
        yield from page.items


class _Line:
    """The file that csv.writer writes into: it only hands the line back."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterable[Any], columns: Sequence[Column[Any]], format_: Format) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), delimiter=format_.delimiter, lineterminator="\r\n")
    heads = [column.title if format_.is_for_people else column.name for column in columns]
    # Excel takes a file for UTF-8 only when it begins with a byte order mark.
    yield ("\ufeff" if format_.is_for_people else "") + writer.writerow(heads)
    for row in rows:
        yield writer.writerow([cell(column.read(row), format_) for column in columns])


def cell(value: object, format_: Format) -> str:
    """Write a value; a text that a spreadsheet would run as a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, Money):
        sign = "-" if value.minor < 0 else ""
        major, minor = divmod(abs(value.minor), 100)
        return f"{sign}{major}{format_.point}{minor:02d}"
    if isinstance(value, datetime):
        return _moment(value, format_)
    if isinstance(value, StrEnum) and format_.is_for_people:
        return LABELS[value]
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _moment(value: datetime, format_: Format) -> str:
    local = value.astimezone(MOSCOW)
    if format_.is_for_people:
        return f"{local:%d.%m.%Y %H:%M:%S}"
    return local.isoformat(timespec="seconds")


def _file_name(wanted: Export) -> str:
    since, until = (span(wanted.url.params.get(name, "")) for name in ("from", "to"))
    today = clock.now().astimezone(MOSCOW).date()
    ends = (f"{since[0]}" if since else "", f"{until[1] if until else today}")
    filters = [words.rpartition(": ")[2].lower().replace(" ", "-") for words in wanted.filters]
    return "_".join(part for part in (wanted.name, *filters, *ends, "МСК") if part) + ".csv"
