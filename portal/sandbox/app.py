"""One application with everything that stands outside the portal, simulated over HTTP."""

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from pydantic import ValidationError
from werkzeug.wrappers import Response

from portal.sandbox.control import control
from portal.sandbox.control_page import control_page, in_roubles, in_tenge
from portal.sandbox.deliveries import Postman
from portal.sandbox.freedompay.api import add_freedompay
from portal.sandbox.mailbox import mailbox
from portal.sandbox.replies import refuse
from portal.sandbox.settings import Settings, read_settings
from portal.sandbox.smsru import smsru
from portal.sandbox.store import Store
from portal.sandbox.tochka.api import add_tochka
from portal.sandbox.world import World
from portal.sandbox.yandex.door import yandex

HEADERS = {
    # A payer is sent on to the shop, so forms may lead anywhere on the web.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none';"
    " frame-ancestors 'none'; form-action http: https:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Build the simulators from a mapping, or from the environment when there is none.

    One process may own a state file: run with one worker and many threads.
    """
    app = Flask(__name__)
    app.config.update(config or {})
    settings = read_settings(os.environ if config is None else config)
    open_world(app, settings)
    app.add_template_filter(in_roubles, "roubles")
    app.add_template_filter(in_tenge, "tenge")
    app.register_blueprint(control)
    app.register_blueprint(control_page)
    app.register_blueprint(mailbox)
    add_tochka(app)
    add_freedompay(app)
    app.register_blueprint(yandex)
    app.register_blueprint(smsru)
    app.register_error_handler(ValidationError, explain)
    app.after_request(add_headers)
    return app


def open_world(app: Flask, settings: Settings) -> None:
    """Give the application its state and its postman; a test may give it fresh ones."""
    world = World(settings, Store(settings.state))
    postman = Postman(world)
    app.extensions["sandbox"] = world
    app.extensions["postman"] = postman
    if settings.postman:
        postman.start()


def explain(error: ValidationError) -> Response:
    """Tell the author of a control request what is wrong with it."""
    problems = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return refuse("; ".join(problems), 400)


def add_headers(response: Response) -> Response:
    """Give the pages the headers that a bank's page would have."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
