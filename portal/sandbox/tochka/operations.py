"""A payment operation of the bank and its state machine (tochka.md §7): facts in, status out."""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.world import World

FINAL = frozenset({"APPROVED", "REFUNDED", "REFUNDED_PARTIALLY", "WAIT_FULL_PAYMENT"})


class OperationRefused(Exception):
    """The operation's state or amount does not allow the step; nothing was changed."""


class OrderLine(BaseModel):
    """A step of the log; a refund is on its way until `settled_at`."""

    order_id: str
    type: Literal["authorized", "approval", "refund"]
    amount_minor: int
    at: datetime
    visible_at: datetime
    settled_at: datetime


class Card(BaseModel):
    """The payer's card; `token_card_id` only when the bank was asked to keep it."""

    token_card_id: str | None = None
    card_type: str = "Mir"
    masked_pan: str


class Operation(BaseModel):
    """Facts only; the status is never stored but follows from them and the time."""

    operation_id: str
    page_id: str
    payment_link: str
    payment_link_id: str
    customer_code: str
    merchant_id: str
    consumer_id: str
    amount_minor: int
    purpose: str
    payment_mode: list[str]
    redirect_url: str | None
    fail_redirect_url: str | None
    save_card: bool
    pre_authorization: bool
    #: A subscription without a schedule: its card may be charged again, its API returns nothing.
    recurring: bool = False
    ttl: int
    receipt: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    hold_until: datetime | None = None
    authorized_at: datetime | None = None
    paid_at: datetime | None = None
    payment_type: str | None = None
    payment_id: str | None = None
    transaction_id: str | None = None
    qrc_id: str | None = None
    card: Card | None = None
    orders: list[OrderLine] = []

    @property
    def captured_minor(self) -> int:
        """What was taken: once for a payment, as often as charged for a subscription (§7)."""
        return sum(line.amount_minor for line in self.orders if line.type == "approval")

    @property
    def refunds(self) -> list[OrderLine]:
        """The refund lines of the log, oldest first."""
        return [line for line in self.orders if line.type == "refund"]


class PaymentPage(BaseModel):
    """Which operation a hosted page belongs to; its id is deliberately another one."""

    operation_id: str


def find_operation(world: World, operation_id: str) -> Operation | None:
    """Return an operation by the bank's id, or nothing."""
    return world.store.find(Operation, operation_id)


def keep(world: World, operation: Operation) -> Operation:
    """Write an operation down and return it."""
    world.store.put(operation.operation_id, operation)
    return operation


def status_of(operation: Operation, now: datetime) -> str:
    """Return the true status at a moment."""
    if operation.refunds:
        return _status_after_refunds(operation, now)
    if operation.paid_at:
        return "APPROVED"
    if operation.authorized_at:
        lapsed = operation.hold_until is not None and now >= operation.hold_until
        return "EXPIRED" if lapsed else "AUTHORIZED"
    return "EXPIRED" if now >= operation.expires_at else "CREATED"


def as_shown(operation: Operation, now: datetime) -> Operation:
    """Return the operation as the API shows it: without the refund lines that come late."""
    visible = [line for line in operation.orders if line.visible_at <= now]
    return operation.model_copy(update={"orders": visible})


def add_order(
    world: World, operation: Operation, kind: str, amount_minor: int, settled_in_seconds: float = 0
) -> OrderLine:
    """Append a step to the operation's log in memory and return it."""
    now = world.now()
    line = OrderLine.model_validate(
        {
            "order_id": str(world.store.next_number("orders")),
            "type": kind,
            "amount_minor": amount_minor,
            "at": now,
            "visible_at": now,
            "settled_at": now + timedelta(seconds=settled_in_seconds),
        }
    )
    operation.orders.append(line)
    return line


def capture(world: World, operation: Operation) -> Operation:
    """Take the money held; raises OperationRefused unless it is held now."""
    now = world.now()
    if status_of(operation, now) != "AUTHORIZED":
        raise OperationRefused("Operation is not in status AUTHORIZED")
    operation.paid_at = now
    add_order(world, operation, "approval", operation.amount_minor)
    return keep(world, operation)


def expire(world: World, operation: Operation) -> Operation:
    """Let the link or the hold lapse now; raises OperationRefused when neither is open."""
    now = world.now()
    status = status_of(operation, now)
    if status == "CREATED":
        operation.expires_at = now
    elif status == "AUTHORIZED":
        operation.hold_until = now
    else:
        raise OperationRefused(f"Operation is in status {status}")
    return keep(world, operation)


def refund(world: World, operation: Operation, amount_minor: int) -> OrderLine:
    """Give money back (tochka.md §10.1); raises OperationRefused by state or amount."""
    rules = current_rules(world)
    status = status_of(operation, world.now())
    if status not in rules.allow_refund_from or not operation.paid_at:
        raise OperationRefused(f"Refund is not possible in status {status}")
    returned = sum(line.amount_minor for line in operation.refunds)
    if returned + amount_minor > operation.captured_minor:
        raise OperationRefused("Refund amount is greater than the payment")
    is_instant = operation.payment_type == "sbp"
    seconds = rules.sbp_refund_seconds if is_instant else rules.card_refund_seconds
    line = add_order(world, operation, "refund", amount_minor, seconds)
    keep(world, operation)
    return line


def _status_after_refunds(operation: Operation, now: datetime) -> str:
    if any(line.settled_at > now for line in operation.refunds):
        return "ON-REFUND"
    returned = sum(line.amount_minor for line in operation.refunds)
    return "REFUNDED" if returned >= operation.captured_minor else "REFUNDED_PARTIALLY"
