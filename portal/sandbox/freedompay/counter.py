"""The bank's counter for tests: switches, the payer's and the cabinet's steps without a browser."""

from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from portal.sandbox.freedompay.cards import bind
from portal.sandbox.freedompay.fields import minor
from portal.sandbox.freedompay.operations import (
    Payment,
    Refused,
    find_payment,
    keep,
    last_of_order,
    refund,
)
from portal.sandbox.freedompay.payer import finish, give_card
from portal.sandbox.freedompay.payments import show
from portal.sandbox.freedompay.rules import change_rules, current_rules
from portal.sandbox.journal import note
from portal.sandbox.replies import read_payload, refuse, reply
from portal.sandbox.world import World, current_world

GOOD_CARD, BAD_CARD = "4716047261941981", "4916109830832246"
counter = Blueprint("freedompay_counter", __name__, url_prefix="/_control/freedompay")


@counter.get("/settings")
def show_settings() -> Response:
    """Show the rules in force."""
    return reply(current_rules(current_world()).model_dump())


@counter.post("/settings")
def change_settings() -> Response:
    """Change some rules; 400 for an unknown or impossible one."""
    return reply(change_rules(current_world(), read_payload()).model_dump())


@counter.get("/operations")
def list_operations() -> Response:
    """Show all operations as the status call tells them."""
    world = current_world()
    shown = [_describe(world, each) for each in world.store.list_all(Payment)]
    return reply({"operations": shown})


@counter.post("/operations/<payment_id>/<any(pay,decline,expire,refund,bind):step>")
def take_step(payment_id: str, step: str) -> Response:
    """Take a step as the payer or the cabinet would; 409 when the operation does not allow it."""
    world = current_world()
    try:
        with world.store.transaction():
            STEPS[step](world, _last(world, payment_id))
    except Refused as refused:
        return refuse(refused.text, 409)
    return reply(_describe(world, _last(world, payment_id)))


def _last(world: World, payment_id: str) -> Payment:
    """Return the newest attempt of the order that an operation belongs to."""
    found = find_payment(world, payment_id) or abort(404)
    return last_of_order(world, found.order_id) or found


def _describe(world: World, payment: Payment) -> dict[str, Any]:
    shown = dict(show(world, payment))
    return {**shown, "kind": payment.kind, "amount_minor": payment.amount_minor}


def _pay(world: World, payment: Payment) -> None:
    attempt = give_card(world, payment, request.args.get("card", GOOD_CARD))
    if attempt.is_waiting_3ds:
        attempt.is_waiting_3ds = False
        finish(world, attempt)


def _decline(world: World, payment: Payment) -> None:
    give_card(world, payment, request.args.get("card", BAD_CARD))


def _expire(world: World, payment: Payment) -> None:
    payment.expires_at = world.now()
    keep(world, payment)
    note(world, "freedompay", "expire", operation_id=payment.payment_id, executed=True)


def _refund(world: World, payment: Payment) -> None:
    amount_minor = minor(str(read_payload().get("amount", "")))
    child = refund(world, payment, amount_minor, by_hand=True)
    facts = {"operation_id": payment.payment_id, "amount_minor": amount_minor}
    details = {"refund": child.payment_id}
    note(world, "freedompay", "cabinet_refund", executed=True, details=details, **facts)


def _bind(world: World, payment: Payment) -> None:
    bind(world, payment, request.args.get("card", GOOD_CARD), payment.user_id)


STEPS = {"pay": _pay, "decline": _decline, "expire": _expire, "refund": _refund, "bind": _bind}
