"""Moving the money of an operation: capture and refund (tochka.md §9 and §10)."""

from flask import Blueprint

from portal.sandbox.tochka.envelope import Answer, Refused
from portal.sandbox.tochka.events import announce
from portal.sandbox.tochka.fields import in_minor_units
from portal.sandbox.tochka.gate import bank_call
from portal.sandbox.tochka.operations import OperationRefused, capture, refund
from portal.sandbox.tochka.reading import get_operation
from portal.sandbox.tochka.requests import RefundAmount, Wrapped, read_body
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.world import World, current_world

moves = Blueprint("moves", __name__)


@moves.post("/acquiring/v1.0/payments/<operation_id>/capture")
@bank_call("capture", "MakeAcquiringOperation")
def take_hold(operation_id: str) -> Answer:
    """Take the money held and announce it; the body, if any, is not read."""
    world = current_world()
    operation = get_operation(world, operation_id)
    try:
        capture(world, operation)
    except OperationRefused as refusal:
        raise Refused(_refusal_status(world), str(refusal)) from refusal
    announce(world, operation)
    return Answer({"result": True}, operation_id, operation.amount_minor)


def decline_refund(operation_id: str) -> Answer:
    """Answer `isRefund: false`, the definite refusal, and move nothing."""
    asked = read_body(Wrapped[RefundAmount]).data
    return _refund_answer(operation_id, in_minor_units(asked.amount), None)


@moves.post("/acquiring/v1.0/payments/<operation_id>/refund")
@bank_call("refund", "MakeAcquiringOperation", decline=decline_refund)
def give_back(operation_id: str) -> Answer:
    """Register a refund; how a refusal looks is a switch, the bank does not say (§15.3)."""
    world = current_world()
    operation = get_operation(world, operation_id)
    amount_minor = in_minor_units(read_body(Wrapped[RefundAmount]).data.amount)
    try:
        if operation.recurring:
            raise OperationRefused("Refund of a subscription is not possible")
        line = refund(world, operation, amount_minor)
    except OperationRefused as refusal:
        if current_rules(world).refund_refusal == "isRefund":
            return decline_refund(operation_id)
        raise Refused(_refusal_status(world), str(refusal)) from refusal
    return _refund_answer(operation_id, amount_minor, line.order_id)


def _refund_answer(operation_id: str, amount_minor: int, order_id: str | None) -> Answer:
    world = current_world()
    told = order_id
    if told is None or not current_rules(world).matching_order_ids:
        # Nothing promises that this number is the one in `Order[]`, so by default it is not.
        told = str(900_000_000 + world.store.next_number("refund answers"))
    data = {
        "isRefund": order_id is not None,
        "operationId": operation_id,
        "amount": amount_minor / 100,
        "date": world.now().date().isoformat(),
        "orderId": told,
    }
    return Answer(
        data,
        operation_id,
        amount_minor,
        executed=order_id is not None,
        details={"orderId": order_id, "answeredOrderId": told},
    )


def _refusal_status(world: World) -> int:
    return 424 if current_rules(world).refund_refusal == "424" else 400
