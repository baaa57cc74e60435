"""Subscriptions without a schedule: a card that may be charged again (tochka.md §11)."""

from uuid import uuid4

from flask import Blueprint

from portal.sandbox.tochka.directory import check_customer, check_merchant
from portal.sandbox.tochka.envelope import Answer, Refused
from portal.sandbox.tochka.events import announce
from portal.sandbox.tochka.fields import in_minor_units
from portal.sandbox.tochka.gate import bank_call
from portal.sandbox.tochka.operations import Operation, add_order, keep
from portal.sandbox.tochka.payments import choose_link_id, keep_link
from portal.sandbox.tochka.reading import get_operation
from portal.sandbox.tochka.requests import (
    RefundAmount,
    Subscription,
    SubscriptionsQuery,
    Wrapped,
    read_body,
    read_query,
)
from portal.sandbox.tochka.views import show_subscribed, show_subscription
from portal.sandbox.world import World, current_world

LINK_HOURS = 168  # tochka.md §11.1: there is no ttl
NO_SUBSCRIPTION = "Subscription not found"

subscriptions = Blueprint("subscriptions", __name__)


@subscriptions.post("/acquiring/v1.0/subscriptions")
@bank_call("subscribe", "MakeAcquiringOperation")
def subscribe() -> Answer:
    """Create the binding payment; a schedule is not simulated, and may not stand beside it."""
    world, asked = current_world(), read_body(Wrapped[Subscription]).data
    if not asked.recurring or asked.options is not None:
        raise Refused(400, "Field recurring : only subscriptions without Options are simulated")
    check_customer(world, asked.customer_code)
    operation = _build(world, asked, choose_link_id(world, asked))
    keep_link(world, operation)
    return Answer(show_subscribed(operation), operation.operation_id, operation.amount_minor)


@subscriptions.get("/acquiring/v1.0/subscriptions")
@bank_call("subscriptions", "ReadAcquiringData")
def list_subscriptions() -> Answer:
    """Answer with a page of the customer's subscriptions, the newest first."""
    world, query = current_world(), read_query(SubscriptionsQuery)
    check_customer(world, query.customer_code)
    known = world.store.list_where(Operation, "customer_code", query.customer_code)
    found = [each for each in known if each.recurring and query.recurring][::-1]
    start = (query.page - 1) * query.per_page
    shown = found[start : start + query.per_page]
    data = {"Subscription": [show_subscription(each, world.now()) for each in shown]}
    return Answer(data, pages=max(1, -(-len(found) // query.per_page)))


def decline_charge(operation_id: str) -> Answer:
    """Answer `result: false`, the definite no, and take nothing."""
    asked = in_minor_units(read_body(Wrapped[RefundAmount]).data.amount)
    return Answer({"result": False}, operation_id, asked, executed=False)


@subscriptions.post("/acquiring/v1.0/subscriptions/<operation_id>/charge")
@bank_call("charge", "MakeAcquiringOperation", decline=decline_charge)
def charge(operation_id: str) -> Answer:
    """Take any sum from the bound card, as often as asked: nothing makes a repeat safe."""
    world = current_world()
    amount_minor = in_minor_units(read_body(Wrapped[RefundAmount]).data.amount)
    operation = get_operation(world, operation_id)
    if not operation.recurring or operation.paid_at is None:
        raise Refused(424, NO_SUBSCRIPTION)
    add_order(world, operation, "approval", amount_minor)
    keep(world, operation)
    announce(world, operation, amount_minor)
    return Answer({"result": True}, operation_id, amount_minor)


@subscriptions.post("/acquiring/v1.0/subscriptions/<operation_id>/status")
@bank_call("subscription_status", "MakeAcquiringOperation")
def cancel(operation_id: str) -> Answer:
    """Refuse: a subscription without a schedule cannot be ended (tochka.md §0.4)."""
    get_operation(current_world(), operation_id)
    raise Refused(424, NO_SUBSCRIPTION)


def _build(world: World, asked: Subscription, link_id: str) -> Operation:
    page_id = str(uuid4())
    return Operation(
        operation_id=str(uuid4()),
        page_id=page_id,
        payment_link=f"{world.settings.base_url}/tochka/order/?uuid={page_id}",
        payment_link_id=link_id,
        customer_code=asked.customer_code,
        merchant_id=check_merchant(world, asked.customer_code, asked.merchant_id),
        consumer_id=asked.consumer_id or str(uuid4()),
        amount_minor=in_minor_units(asked.amount),
        purpose=asked.purpose,
        payment_mode=["card"],
        redirect_url=asked.redirect_url,
        fail_redirect_url=asked.fail_redirect_url,
        save_card=True,
        pre_authorization=False,
        recurring=True,
        ttl=LINK_HOURS * 60,
        receipt={},
        created_at=world.now(),
        expires_at=world.now(LINK_HOURS * 3600),
    )
