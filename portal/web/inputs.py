"""What may stand in an address or a form at all: nothing that the database cannot hold."""

import re

from flask import Flask, abort, request
from werkzeug.routing import BaseConverter

NUMBER = "[0-9]{1,18}"
#: Spaces of any kind may be pasted, a vertical tab among them.
_UNTYPED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def row_number(text: str) -> int | None:
    """Read the number of a row that stands in a query; None when it can be no row's number."""
    return int(text) if re.fullmatch(NUMBER, text) else None


class RowNumber(BaseConverter):
    """Plain ASCII digits, as many as surely fit the database: no sign, no other script."""

    regex = NUMBER

    def to_python(self, value: str) -> int:
        """Read the number."""
        return int(value)


def refuse_untyped() -> None:
    """Answer 400 to what nobody types: PostgreSQL keeps no NUL, and a terminal obeys the rest."""
    if request.blueprint == "webhooks":
        return  # a bank's body is read by its own door, whatever it calls itself
    queried, typed = (
        [text for _, several in given.lists() for text in several]
        for given in (request.args, request.form)
    )
    named = [value for value in (request.view_args or {}).values() if isinstance(value, str)]
    has_nul = any("\x00" in text for text in (*named, *queried))
    if has_nul or any(map(_UNTYPED.search, typed)):
        abort(400)


def set_up(app: Flask) -> None:
    """Let ``<int:…>`` in every address mean the number of a row, and look at what is sent."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(refuse_untyped)
