"""The simulated bank as one set of addresses under `/tochka`."""

from flask import Blueprint, Flask, Response, jsonify

from portal.sandbox.tochka.canned import canned
from portal.sandbox.tochka.desk import desk
from portal.sandbox.tochka.directory import directory
from portal.sandbox.tochka.envelope import as_refusal
from portal.sandbox.tochka.moves import moves
from portal.sandbox.tochka.order_page import order_page
from portal.sandbox.tochka.payments import payments
from portal.sandbox.tochka.reading import reading
from portal.sandbox.tochka.signing import public_jwk
from portal.sandbox.tochka.subscriptions import subscriptions
from portal.sandbox.tochka.webhooks import webhooks
from portal.sandbox.world import current_world

VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

bank = Blueprint("tochka", __name__, url_prefix="/tochka")


@bank.get("/doc/openapi/static/keys/public")
def show_public_key() -> Response:
    """Show the key that verifies the webhooks, as the bank publishes it."""
    return jsonify(public_jwk(current_world()))


@bank.route("/uapi/", defaults={"path": ""}, methods=VERBS)
@bank.route("/uapi/<path:path>", methods=VERBS)
def refuse_unknown_path(path: str) -> Response:
    """Answer 501 to a misspelt path or a wrong method (tochka.md §13)."""
    return as_refusal(501, f"Not Implemented: {path}")


def add_tochka(app: Flask) -> None:
    """Serve the bank, its hosted page, its sandbox mode and its desk."""
    for part in (directory, payments, reading, moves, subscriptions, webhooks):
        app.register_blueprint(part, url_prefix="/tochka/uapi" + (part.url_prefix or ""))
    for whole in (bank, order_page, canned, desk):
        app.register_blueprint(whole)
