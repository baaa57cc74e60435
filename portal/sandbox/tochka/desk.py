"""The bank's desk for tests: switches, the payer's and the cabinet's steps without a browser."""

from typing import Any

from flask import Blueprint, abort, request
from pydantic import BaseModel, ConfigDict
from werkzeug.wrappers import Response

from portal.sandbox.clock import in_iso
from portal.sandbox.journal import note
from portal.sandbox.replies import read_payload, refuse, reply
from portal.sandbox.tochka.fields import Roubles, in_minor_units
from portal.sandbox.tochka.operations import (
    Operation,
    OperationRefused,
    expire,
    find_operation,
    refund,
    status_of,
)
from portal.sandbox.tochka.order_page import play_decline, play_payer
from portal.sandbox.tochka.payer import Choice
from portal.sandbox.tochka.rules import change_rules, current_rules
from portal.sandbox.tochka.views import show_operation
from portal.sandbox.world import World, current_world

desk = Blueprint("desk", __name__, url_prefix="/_control")


class CabinetRefund(BaseModel):
    """A refund made by hand in the internet bank; roubles, like the bank's API."""

    model_config = ConfigDict(extra="forbid")
    amount: Roubles


@desk.get("/settings")
def show_settings() -> Response:
    """Show the rules in force."""
    return reply(current_rules(current_world()).model_dump())


@desk.post("/settings")
def change_settings() -> Response:
    """Change some rules; 400 for an unknown or impossible one."""
    return reply(change_rules(current_world(), read_payload()).model_dump())


@desk.get("/tochka/operations")
def list_operations() -> Response:
    """Show all operations with what the API hides: the true status and the late lines."""
    world = current_world()
    shown = [describe(world, each) for each in world.store.list_all(Operation)]
    return reply({"operations": shown})


@desk.get("/tochka/operations/<operation_id>")
def show_one(operation_id: str) -> Response:
    """Show one operation."""
    world = current_world()
    return reply(describe(world, _get(world, operation_id)))


@desk.post("/tochka/operations/<operation_id>/<any(pay,decline,expire,refund):step>")
def take_step(operation_id: str, step: str) -> Response:
    """Take a step as the payer or the cabinet would; 409 when the operation does not allow it."""
    world = current_world()
    try:
        with world.store.transaction():
            STEP_BY_NAME[step](world, _get(world, operation_id))
    except OperationRefused as refusal:
        return refuse(str(refusal), 409)
    return reply(describe(world, _get(world, operation_id)))


def describe(world: World, operation: Operation) -> dict[str, Any]:
    """Return an operation as the API shows it, with the truth beside."""
    now = world.now()
    return {
        **show_operation(operation, now),
        "amount_minor": operation.amount_minor,
        "trueStatus": status_of(operation, now),
        "expiresAt": in_iso(operation.expires_at),
        "trueOrder": [line.model_dump(mode="json") for line in operation.orders],
    }


def _get(world: World, operation_id: str) -> Operation:
    return find_operation(world, operation_id) or abort(404)


def _pay(world: World, operation: Operation) -> None:
    choice = Choice(
        method=request.args.get("type", "card"),
        token_card_id=request.args.get("card"),
        save=request.args.get("save") == "true",
    )
    play_payer(world, operation, choice)


def _decline(world: World, operation: Operation) -> None:
    play_decline(world, operation, request.args.get("reason", "decline"))


def _expire(world: World, operation: Operation) -> None:
    expire(world, operation)
    note(world, "tochka", "expire", operation_id=operation.operation_id, executed=True)


def _refund(world: World, operation: Operation) -> None:
    amount_minor = in_minor_units(CabinetRefund.model_validate(read_payload()).amount)
    line = refund(world, operation, amount_minor)
    facts = {"operation_id": operation.operation_id, "amount_minor": amount_minor}
    details = {"orderId": line.order_id}
    note(world, "tochka", "cabinet_refund", executed=True, details=details, **facts)


STEP_BY_NAME = {"pay": _pay, "decline": _decline, "expire": _expire, "refund": _refund}
