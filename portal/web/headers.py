"""What every answer carries: security headers, a request id, no caching of pages."""

import uuid

from flask import Flask, Response, current_app, g, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def let_forms_lead_to(response: Response, *origins: str) -> Response:
    """Let the forms of this page end on other sites: browsers hold every redirect against it."""
    targets = " ".join(("form-action 'self'", *origins))
    policy = POLICY.replace("form-action 'self'", targets)
    response.headers["Content-Security-Policy"] = policy
    return response


HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


def name_request() -> None:
    """Give the request an id that errors, logs and the journal share."""
    g.request_id = uuid.uuid4().hex[:16]


def dress(response: Response) -> Response:
    """Put the headers on every answer, errors included."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.endpoint == "static":
        if "v" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(["HX-Request", "HX-Target"])
    if not current_app.config["PORTAL"].is_local:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def set_up(app: Flask) -> None:
    """Attach to the application."""
    app.before_request(name_request)
    app.after_request(dress)
