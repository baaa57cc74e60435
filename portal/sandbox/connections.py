"""Cutting the line, so that the caller meets a true connection error and no HTTP answer."""

import socket

from flask import Response, request


class AnswerLost(Exception):
    """The line breaks before the call was executed."""


def cut_connection() -> Response:
    """Close the caller's connection; the response returned to the server reaches nobody.

    Raises ConnectionAbortedError where there is no socket, as under Flask's test client.
    """
    for name in ("gunicorn.socket", "werkzeug.socket"):
        line = request.environ.get(name)
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)
            return Response(status=500)
    raise ConnectionAbortedError("the simulator cut the connection")
