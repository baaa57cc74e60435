"""The bank's two envelopes: an answer and a refusal (tochka.md §2.1 and §2.3)."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import Response, request

from portal.sandbox.world import current_world

ERROR_CODES = {
    400: "Validation Error",
    403: "Forbidden by consent",
    404: "Something going wrong",
    424: "HTTPFailedDependency",
    500: "HTTPInternalError",
    501: "HTTPNotImplemented",
    502: "HTTPBadGateway",
}
TEXTS = {
    400: "Field : invalid",
    403: "Forbidden by consent",
    404: "Object does not exists",
    424: "Fail dependent service",
    500: "Internal error",
    501: "Not Implemented",
    502: "Bad Gateway",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call brought; `executed` False is a refusal that the bank words as an answer."""

    data: dict[str, Any]
    operation_id: str | None = None
    amount_minor: int | None = None
    executed: bool = True
    pages: int = 1
    links: dict[str, str] = field(default_factory=dict)
    details: dict[str, str | int | None] = field(default_factory=dict)


class Refused(Exception):
    """The bank answers with an error envelope and has done nothing."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message or TEXTS[status]


def as_response(answer: Answer) -> Response:
    """Wrap an answer with `Links` and `Meta`."""
    base_url = current_world().settings.base_url
    links = {"self": base_url + request.full_path.rstrip("?"), **answer.links}
    return _json(200, {"Data": answer.data, "Links": links, "Meta": {"totalPages": answer.pages}})


def as_refusal(status: int, message: str = "") -> Response:
    """Wrap an error with a fresh id; the lengths are those of the schema.

    A 502 comes from the gateway in front of the bank, which knows no envelope (tochka.md §2.3).
    """
    if status == 502:
        return Response("<html><h1>502 Bad Gateway</h1></html>", status, mimetype="text/html")
    inner = {
        "errorCode": ERROR_CODES[status],
        "message": (message or TEXTS[status])[:603],
        "url": "http://enter.tochka.com/open-banking/docs",
    }
    outer = {"code": str(status), "id": str(uuid4()), "message": "Что-то пошло не так"}
    return _json(status, {**outer, "Errors": [inner]})


def _json(status: int, document: dict[str, Any]) -> Response:
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, status=status, content_type="application/json")
