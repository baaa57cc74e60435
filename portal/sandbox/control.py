"""The control routes of all simulators: faults, journal, clock, queue and reset."""

from flask import Blueprint, current_app, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from portal.sandbox import clock
from portal.sandbox.deliveries import Delivery, Postman, hurry
from portal.sandbox.faults import Fault, FaultOrder, plan_fault
from portal.sandbox.journal import list_entries
from portal.sandbox.replies import read_payload, reply
from portal.sandbox.tochka.events import Registration
from portal.sandbox.tochka.signing import SigningKey
from portal.sandbox.world import World, current_world

control = Blueprint("control", __name__, url_prefix="/_control")


class ResetOrder(BaseModel):
    """What to forget beside the operations: the key stays always, the registration by default."""

    model_config = ConfigDict(extra="forbid")
    registrations: bool = False


class ClockOrder(BaseModel):
    """How far to advance; time does not run backwards."""

    model_config = ConfigDict(extra="forbid")
    advance_seconds: float = Field(ge=0)


@control.post("/reset")
def reset() -> Response:
    """Forget operations, journal, faults, queue, settings and the advanced clock."""
    world = current_world()
    order = ResetOrder.model_validate(read_payload())
    kept = [SigningKey] if order.registrations else [SigningKey, Registration]
    world.store.clear(*kept)
    world.bell.set()
    return reply({"reset": True})


@control.get("/journal")
def show_journal() -> Response:
    """Show what was really executed; `?bank=`, `?call=` and `?operationId=` filter."""
    names = {"bank": "bank", "call": "call", "operationId": "operation_id"}
    filters = {names[name]: value for name, value in request.args.items() if name in names}
    entries = list_entries(current_world(), filters)
    return reply({"entries": [entry.as_json() for entry in entries]})


@control.get("/faults")
def show_faults() -> Response:
    """Show the faults that still wait for their calls."""
    faults = current_world().store.list_all(Fault)
    return reply({"faults": [fault.model_dump(by_alias=True) for fault in faults]})


@control.post("/faults")
def order_fault() -> Response:
    """Order a fault; 400 for one that could never happen."""
    order = FaultOrder.model_validate(read_payload())
    return reply({"id": plan_fault(current_world().store, order).id})


@control.delete("/faults")
def clear_faults() -> Response:
    """Call all ordered faults off."""
    return reply({"cleared": _clear_faults(current_world())})


@control.post("/faults/clear")
def clear_faults_by_form() -> Response:
    """The same for a form, which knows no DELETE."""
    return reply({"cleared": _clear_faults(current_world())})


@control.get("/clock")
def show_clock() -> Response:
    """Show the simulated time."""
    return reply({"now": clock.in_iso(current_world().now())})


@control.post("/clock")
def advance_clock() -> Response:
    """Advance the simulated time; what became due is sent by the postman."""
    world = current_world()
    order = ClockOrder.model_validate(read_payload())
    moment = clock.advance(world.store, order.advance_seconds)
    world.bell.set()
    return reply({"now": clock.in_iso(moment)})


@control.get("/webhooks")
def show_webhooks() -> Response:
    """Show the queue with every attempt and the status it got."""
    deliveries = current_world().store.list_all(Delivery)
    return reply({"webhooks": [each.model_dump(mode="json") for each in deliveries]})


@control.post("/webhooks/deliver")
def deliver_now() -> Response:
    """Send everything that waits or is held back once, now, before answering."""
    world = current_world()
    hurry(world)
    # The one postman of the application: a second one would send the same webhook twice.
    postman: Postman = current_app.extensions["postman"]
    return reply({"sent": postman.send_due()})


def _clear_faults(world: World) -> int:
    with world.store.transaction():
        faults = world.store.list_all(Fault)
        for fault in faults:
            world.store.delete(Fault, fault.id)
    return len(faults)
