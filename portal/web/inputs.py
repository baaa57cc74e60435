"""What may stand in an address or a form at all: nothing that the database cannot hold."""

import re

from flask import Flask, abort, request
from werkzeug.routing import BaseConverter

NUMBER = "[0-9]{1,18}"


def row_number(text: str) -> int | None:
    """Read the number of a row that stands in a query; None when it can be no row's number."""
    return int(text) if re.fullmatch(NUMBER, text) else None


class RowNumber(BaseConverter):
    """Plain ASCII digits, as many as surely fit the database: no sign, no other script."""

    regex = NUMBER

    def to_python(self, value: str) -> int:
        """Read the number."""
        return int(value)


def refuse_nul() -> None:
    """Answer 400 to a NUL in a path, a query or a form: PostgreSQL keeps none, nobody types one."""
    if request.blueprint == "webhooks":
        return  # a bank's body is read by its own door, whatever it calls itself
    texts = [text for _, several in request.values.lists() for text in several]
    named = [value for value in (request.view_args or {}).values() if isinstance(value, str)]
    if any("\x00" in text for text in (*named, *texts)):
        abort(400)


def set_up(app: Flask) -> None:
    """Let ``<int:…>`` in every address mean the number of a row, and look at what is sent."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(refuse_nul)
