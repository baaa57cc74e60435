"""A statement of a period: what was held before, each movement, what is held after (C3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from portal.domain.money import Currency, Money
from portal.store.db import db
from portal.store.lists import Page, PageRequest
from portal.store.user_lists import StatementLine, statement
from portal.store.users import User
from portal.web.export_words import STATEMENT
from portal.web.exports import LIMIT, Export
from portal.web.lists import ListURL, day_end, day_start

#: The page shows this many movements at most; a period or the file shows the rest.
SHOWN = 500


@dataclass(frozen=True, slots=True)
class Statement:
    """The movements of the asked days, and the sums held around them, by currency."""

    lines: Sequence[StatementLine]
    opening: Sequence[Money]
    closing: Sequence[Money]
    url: ListURL
    since: str
    until: str

    @property
    def is_cut(self) -> bool:
        """Whether older movements were left out."""
        return len(self.lines) == SHOWN and not (self.since or self.until)


def read_statement(user_id: int) -> Statement:
    """Read the statement that the address asks for."""
    since, until = (request.args.get(name, "").strip() for name in ("from", "to"))
    begin, end = day_start(since), day_end(until)
    lines = [
        line
        for line in statement(db.session(), user_id, limit=LIMIT if begin or end else SHOWN)
        if (begin is None or line.transfer.at >= begin) and (end is None or line.transfer.at < end)
    ]
    first, last = _by_currency(lines[::-1]), _by_currency(lines)
    return Statement(
        lines=lines,
        opening=[_before(line) for line in first],
        closing=[line.held for line in last],
        url=ListURL(request.path, {"tab": "statement", "from": since, "to": until}),
        since=since if begin else "",
        until=until if end else "",
    )


def _by_currency(lines: Sequence[StatementLine]) -> list[StatementLine]:
    """Return the last of the lines in each currency."""
    last: dict[Currency, StatementLine] = {}
    for line in lines:
        last[line.transfer.currency] = line
    return [last[currency] for currency in sorted(last)]


def _before(line: StatementLine) -> Money:
    zero = Money(0, line.held.currency)
    return line.held - (line.came or zero) + (line.went or zero)


def statement_file(user: User) -> Export:
    """Describe the same as a file, without the limit of the page."""
    wanted = read_statement(user.id)

    def read(_page: PageRequest) -> Page[StatementLine]:
        lines = wanted.lines
        if not (wanted.since or wanted.until):
            lines = statement(db.session(), user.id, limit=LIMIT + 1)
        return Page(lines, next="", previous="", total=len(lines))

    return Export(f"выписка_{user.id}", wanted.url, user, STATEMENT, read)
