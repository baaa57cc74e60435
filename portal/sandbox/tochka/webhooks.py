"""Managing the one webhook of a client id (tochka.md §12.1); bodies come without `Data`."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from flask import Blueprint
from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel

from portal.sandbox.deliveries import Delivery, record_attempt, send_once
from portal.sandbox.tochka.envelope import Answer, Refused
from portal.sandbox.tochka.events import Registration, sample_of
from portal.sandbox.tochka.fields import WebAddress
from portal.sandbox.tochka.gate import bank_call
from portal.sandbox.tochka.requests import read_body
from portal.sandbox.tochka.signing import sign
from portal.sandbox.world import World, current_world

PERMISSION = "ManageWebhookData"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
Event = Literal[
    "incomingPayment",
    "outgoingPayment",
    "incomingSbpPayment",
    "incomingSbpB2BPayment",
    "acquiringInternetPayment",
]

webhooks = Blueprint("webhooks", __name__, url_prefix="/webhook/v1.0")


class WebhookBody(BaseModel):
    """What a registration says."""

    webhooks_list: Annotated[list[Event], Field(min_length=1, alias="webhooksList")]
    url: WebAddress


class SampleOrder(BaseModel):
    """Which event to try."""

    webhook_type: Event = Field(alias="webhookType")


def rehearse_registration(client_id: str) -> None:
    """Send one sample per event; raises Refused unless each got exactly 200."""
    world = current_world()
    _check_client(world, client_id)
    body = read_body(WebhookBody)
    _check_url(world, body.url)
    for event in body.webhooks_list:
        _send_sample(world, event, body.url)


def rehearse_edit(client_id: str) -> None:
    """The same as a registration, for one that exists."""
    _get_registration(client_id)
    rehearse_registration(client_id)


def rehearse_test(client_id: str) -> None:
    """Send the sample that was asked for; raises Refused unless it got exactly 200."""
    registration = _get_registration(client_id)
    event = read_body(SampleOrder).webhook_type
    if event not in registration.webhooks_list:
        raise Refused(400, "Field webhookType : webhook is not registered")
    _send_sample(current_world(), event, registration.url)


@webhooks.put("/<client_id>")
@bank_call("webhook_put", PERMISSION, rehearse=rehearse_registration)
def put_webhook(client_id: str) -> Answer:
    """Register the webhook, replacing an earlier one."""
    return _keep(client_id)


@webhooks.post("/<client_id>")
@bank_call("webhook_post", PERMISSION, rehearse=rehearse_edit)
def post_webhook(client_id: str) -> Answer:
    """Change the registered webhook."""
    return _keep(client_id)


@webhooks.get("/<client_id>")
@bank_call("webhook_get", PERMISSION)
def get_webhook(client_id: str) -> Answer:
    """Answer with the registered webhook; raises Refused with 404 when there is none."""
    return _show(_get_registration(client_id))


@webhooks.delete("/<client_id>")
@bank_call("webhook_delete", PERMISSION)
def delete_webhook(client_id: str) -> Answer:
    """Forget the registered webhook."""
    _get_registration(client_id)
    current_world().store.delete(Registration, client_id)
    return Answer({"result": True})


@webhooks.post("/<client_id>/test_send")
@bank_call("webhook_test", PERMISSION, rehearse=rehearse_test)
def test_send(client_id: str) -> Answer:
    """Answer for the sample that the rehearsal has sent."""
    return Answer({"result": True}, details={"clientId": client_id})


def _keep(client_id: str) -> Answer:
    body = read_body(WebhookBody)
    registration = Registration(url=body.url, webhooks_list=list(body.webhooks_list))
    current_world().store.put(client_id, registration)
    return _show(registration)


def _show(registration: Registration) -> Answer:
    shown = registration.model_dump()
    return Answer({to_camel(name): value for name, value in shown.items()})


def _get_registration(client_id: str) -> Registration:
    world = current_world()
    _check_client(world, client_id)
    registration = world.store.find(Registration, client_id)
    if registration is None:
        raise Refused(404, "Object of Webhooks does not exists")
    return registration


def _check_client(world: World, client_id: str) -> None:
    if client_id != world.settings.client_id:
        raise Refused(403)


def _check_url(world: World, url: str) -> None:
    """Raise Refused unless HTTPS on port 443, or loopback where that is switched on."""
    parts = urlsplit(url)
    is_public = parts.scheme == "https" and parts.port in (None, 443)
    is_local = world.settings.allow_local_webhooks and parts.hostname in LOOPBACK
    if not is_public and not is_local:
        raise Refused(400, "Field url : only https on port 443 is allowed")


def _send_sample(world: World, event: str, url: str) -> None:
    sample = sample_of(event)
    delivery = Delivery(
        number=world.store.next_number("deliveries"),
        bank="tochka",
        operation_id=sample.get("operationId", ""),
        subject=f"sample {event}",
        url=url,
        content_type="text/plain",
        body=sign(world, sample),
        due_at=world.now(),
        tries_left=1,
        interval_seconds=0,
    )
    status = send_once(world, delivery)
    record_attempt(world, delivery, status)
    if status != 200:
        raise Refused(400, f"Field url : test webhook got {status or 'no answer'} instead of 200")
