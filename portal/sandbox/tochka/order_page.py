"""The hosted payment page (tochka.md §16.4): a plain form that works without JavaScript."""

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from portal.sandbox.journal import note
from portal.sandbox.tochka.operations import (
    Operation,
    OperationRefused,
    PaymentPage,
    find_operation,
    status_of,
)
from portal.sandbox.tochka.payer import Choice, decline, list_saved_cards, pay
from portal.sandbox.world import World, current_world

OPEN_PAGE_SECONDS = 3600  # tochka.md §5: an opened page lives for an hour
DECLINES = ("decline", "3ds")

order_page = Blueprint("order_page", __name__)


@order_page.get("/tochka/order/")
def show() -> str:
    """Show the page of an operation in its state."""
    return _render(current_world(), _get_operation(current_world()))


@order_page.post("/tochka/order/")
def press() -> Response | str | tuple[str, int]:
    """Pay or decline by the pressed button, then send the payer back with 303."""
    world = current_world()
    if _is_stale(world):
        return _render(world, _get_operation(world), problem="stale"), 409
    try:
        with world.store.transaction():
            operation = _get_operation(world)
            is_paid = _play(world, operation)
    except OperationRefused:
        return _render(world, _get_operation(world), problem="closed"), 409
    target = operation.redirect_url if is_paid else operation.fail_redirect_url
    if target:
        return redirect(target, code=303)
    return _render(world, operation, problem=None if is_paid else "declined")


def play_payer(world: World, operation: Operation, choice: Choice) -> Operation:
    """Pay as the payer would, with its journal entry; raises OperationRefused."""
    paid = pay(world, operation, choice)
    note(
        world,
        "tochka",
        "pay",
        operation_id=operation.operation_id,
        amount_minor=operation.amount_minor,
        executed=True,
        details={"paymentType": choice.method},
    )
    return paid


def play_decline(world: World, operation: Operation, reason: str) -> Operation:
    """Fail to pay, with its journal entry; raises OperationRefused for a closed operation."""
    decline(world, operation)
    facts = {"operation_id": operation.operation_id, "amount_minor": operation.amount_minor}
    note(world, "tochka", "decline", executed=True, details={"reason": reason}, **facts)
    return operation


def _play(world: World, operation: Operation) -> bool:
    action = request.form.get("action", "")
    if action in DECLINES:
        play_decline(world, operation, action)
        return False
    choice = Choice(
        method=action,
        token_card_id=request.form.get("card") or None,
        save="save" in request.form,
    )
    play_payer(world, operation, choice)
    return True


def _is_stale(world: World) -> bool:
    opened = request.form.get("opened", "")
    if not opened.isdigit():
        return False
    age = world.now() - timedelta(seconds=int(opened))
    return age.timestamp() > OPEN_PAGE_SECONDS


def _get_operation(world: World) -> Operation:
    page = world.store.find(PaymentPage, request.args.get("uuid", ""))
    operation = find_operation(world, page.operation_id) if page else None
    if operation is None:
        abort(404)
    return operation


def _render(world: World, operation: Operation, problem: str | None = None) -> str:
    now = world.now()
    return render_template(
        "sandbox/order.html",
        operation=operation,
        status=status_of(operation, now),
        cards=list_saved_cards(world, operation.consumer_id),
        opened=int(now.timestamp()),
        problem=problem,
    )
