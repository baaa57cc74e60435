"""One endpoint answers with one fragment for htmx and with the page for everybody else."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request


def is_partial() -> bool:
    """Tell whether htmx wants a fragment; restoring history wants the page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def render(page: str, fragment: str, *, status: int = 200, **context: Any) -> Response:
    """Answer with the fragment to htmx and with the page, which includes it, otherwise."""
    name = fragment if is_partial() else page
    return make_response(render_template(name, partial=is_partial(), **context), status)


def go(url: str) -> Response:
    """Send the browser on after a plain POST (303), and htmx by its own header."""
    if is_partial():
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = url
        return answer
    return make_response(redirect(url, code=303))
