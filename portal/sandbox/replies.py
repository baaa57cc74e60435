"""How the control routes read and answer: JSON for tests, plain forms for people."""

from typing import Any

from flask import jsonify, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def read_payload() -> dict[str, Any]:
    """Return the JSON object or the filled form fields; raises BadRequest for anything else."""
    if request.mimetype in FORMS:
        return {name: value for name, value in request.form.items() if value != ""}
    if not request.get_data():
        return {}
    payload = request.get_json(force=True)
    if not isinstance(payload, dict):
        raise BadRequest("a JSON object is expected")
    return payload


def reply(document: dict[str, Any]) -> Response:
    """Answer a program with JSON, and send a person back to the page the form was on."""
    if request.mimetype in FORMS:
        return redirect("/_control/", code=303)
    return jsonify(document)


def refuse(reason: str, status: int) -> Response:
    """Say what was wrong; a person sees it too instead of being sent back in silence."""
    answer = jsonify({"error": reason})
    answer.status_code = status
    return answer
