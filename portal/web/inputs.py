"""What may stand in an address or a form at all: nothing that the database cannot hold."""

from flask import Flask, abort, request
from werkzeug.routing import BaseConverter


class RowNumber(BaseConverter):
    """Plain ASCII digits, as many as surely fit the database: no sign, no other script."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Read the number."""
        return int(value)


def refuse_nul() -> None:
    """Answer 400 to a NUL in a query or a form: PostgreSQL keeps none, and no person types one."""
    if request.blueprint == "webhooks":
        return  # a bank's body is read by its own door, whatever it calls itself
    if any("\x00" in text for _, texts in request.values.lists() for text in texts):
        abort(400)


def set_up(app: Flask) -> None:
    """Let ``<int:…>`` in every address mean the number of a row, and look at what is sent."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(refuse_nul)
