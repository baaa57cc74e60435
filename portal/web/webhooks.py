"""The door of the banks: limit, verify, store, 200; a job does the rest (F4, F5)."""

import logging

from flask import Blueprint, Response, abort, current_app, make_response, request

from portal.domain import clock
from portal.domain.ports import BadSignature, BankMisconfigured, BankUnavailable, SignedAnswers
from portal.jobs import deliveries
from portal.jobs.accounts import account
from portal.jobs.queue import nudge
from portal.usecases.deliveries import Envelope, receive_delivery
from portal.web.access import public

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")
_log = logging.getLogger(__name__)


# A bad signature gets 400; an unwritable database or an unknown key 503: the bank tries again.
@bp.post("/<string:name>/<string:door>")
@public
def receive(name: str, door: str) -> Response:
    """Store a genuine event and answer exactly 200, whatever it is (tochka.md §12.2)."""
    body = _body()
    try:
        event = account(name).connector.parse_webhook(body, door, _headers())
    except BadSignature as error:
        _log.warning("account %s: webhook refused: %s", name, error)
        abort(400)
    except BankUnavailable:
        abort(503)
    except BankMisconfigured:
        abort(404)
    text = body.decode("ascii", "replace").strip() if event.kept is None else event.kept
    envelope = Envelope(name, text, request.remote_addr or "")
    delivery_id = receive_delivery(envelope, event, now=clock.now())
    if delivery_id is not None:
        nudge(deliveries.apply, delivery_id)
    return _thanks(name, door)


def _thanks(name: str, door: str) -> Response:
    """Answer as the bank expects it: by nothing at all, or by words under our own seal."""
    bank = account(name).connector
    if not isinstance(bank, SignedAnswers):
        return make_response("", 200)
    answer = bank.acknowledge(door)
    return Response(answer.body, 200, content_type=answer.content_type)


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _body() -> bytes:
    request.max_content_length = current_app.config["PORTAL"].webhook_max_bytes
    if request.headers.get("Content-Encoding", "identity") != "identity":
        abort(415)
    return request.get_data(cache=False)
