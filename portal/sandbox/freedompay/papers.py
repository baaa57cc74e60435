"""XML both ways: what a merchant may send as `pg_xml`, and every answer of the bank."""

from typing import Any

from defusedxml.ElementTree import fromstring
from flask import Response
from markupsafe import escape

from portal.sandbox.freedompay.seals import Pairs


def read_paper(text: str) -> list[tuple[str, Any]]:
    """Return the pairs inside the root; raises ValueError for what is no plain XML."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except SyntaxError as error:
        raise ValueError(str(error)) from None
    return [_pair(child) for child in root]


def _pair(element: Any) -> tuple[str, Any]:
    children = [_pair(child) for child in element]
    return element.tag, children or (element.text or "")


def write_paper(message: Pairs) -> str:
    """Write the pairs inside `<response>`."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<response>{_written(message)}</response>'


def _written(message: Pairs) -> str:
    parts = []
    for name, value in message:
        inner = str(escape(value)) if isinstance(value, str) else _written(value)
        parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)


def as_answer(message: Pairs) -> Response:
    """Answer with XML; the bank says 200 to errors too."""
    return Response(write_paper(message), 200, mimetype="application/xml")


def as_error(code: int, text: str) -> Response:
    """Say no, unsigned as the bank does (freedompay.md §3.4)."""
    told = [("pg_status", "error"), ("pg_error_code", str(code)), ("pg_error_description", text)]
    return as_answer(told)
