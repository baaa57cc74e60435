"""An operation of the bank and its state machine (freedompay.md §14.4): facts in, status out."""

from datetime import datetime
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel

from portal.sandbox.freedompay.plastic import CardBehaviour, find_card
from portal.sandbox.freedompay.rules import current_rules
from portal.sandbox.world import World

FIRST_ID = 2_300_000_000  # above 2^31: whoever keeps it in 32 bits is found out
WRONG_STATE = "Неверный статус платежа"


class Refused(Exception):
    """The bank says no and does nothing; unsigned, with a code of its own."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class ChildRefund(BaseModel):
    """A refund: an operation of its own, inside its parent."""

    payment_id: str
    amount_minor: int
    at: datetime
    settled_at: datetime
    visible_at: datetime
    is_doomed: bool = False

    def status(self, now: datetime) -> str:
        """Return how far it is."""
        if now < self.settled_at:
            return "pending"
        return "error" if self.is_doomed else "success"


class Payment(BaseModel):
    """Facts only; the status follows from them and the time."""

    payment_id: str
    order_id: str
    kind: Literal["page", "charge", "binding"]
    page_id: str
    amount_minor: int
    currency: str
    asked: dict[str, str]  # everything that the merchant sent, for echoes
    created_at: datetime
    expires_at: datetime
    number: int = 0
    user_id: str = ""
    token: str = ""
    pan: str = ""
    is_waiting_3ds: bool = False
    paid_at: datetime | None = None
    is_captured: bool = False
    captured_minor: int = 0
    failed_at: datetime | None = None
    failure_code: str = ""
    revoked_at: datetime | None = None
    shows_capture_at: datetime | None = None
    refunds: list[ChildRefund] = []

    @property
    def card(self) -> CardBehaviour:
        """What the card that was given does."""
        return find_card(self.pan)

    def status(self, now: datetime) -> str:
        """Return the bank's word for a moment."""
        if self.failed_at:
            return "error"
        if self.revoked_at:
            return "revoked"
        if self.paid_at:
            return "success" if now >= self.paid_at else "process"
        if self.is_waiting_3ds:
            return "waiting_3ds"
        return "incomplete" if now >= self.expires_at else "new"

    def returned_minor(self, now: datetime, *, with_open: bool) -> int:
        """Return what has gone back, or will unless it fails."""
        counted = {"success", "pending"} if with_open else {"success"}
        return sum(each.amount_minor for each in self.refunds if each.status(now) in counted)


class Page(BaseModel):
    """A hosted page: one order, and every attempt to pay it."""

    page_id: str
    payment_ids: list[str]
    return_code: str = ""


def next_payment_id(world: World) -> str:
    """Return a new id; it never repeats."""
    return str(FIRST_ID + world.store.next_number("freedompay"))


def find_payment(world: World, payment_id: str) -> Payment | None:
    """Return an operation by the bank's id, or nothing."""
    return world.store.find(Payment, payment_id)


def keep(world: World, payment: Payment) -> Payment:
    """Write an operation down and return it."""
    world.store.put(payment.payment_id, payment)
    return payment


def open_page(world: World, payment: Payment) -> Payment:
    """Give an operation its page."""
    payment.page_id = str(uuid4())
    world.store.put(
        payment.page_id, Page(page_id=payment.page_id, payment_ids=[payment.payment_id])
    )
    return keep(world, payment)


def last_of_page(world: World, page_id: str) -> Payment | None:
    """Return the newest attempt of a page."""
    page = world.store.find(Page, page_id)
    return find_payment(world, page.payment_ids[-1]) if page else None


def last_of_order(world: World, order_id: str) -> Payment | None:
    """Return the last parent operation of an order, as the status query does (§7)."""
    found = world.store.list_where(Payment, "order_id", order_id)
    return found[-1] if found else None


def fresh_attempt(world: World, payment: Payment) -> Payment:
    """Return the attempt that a card is tried on: a declined one is followed by another (§14.5)."""
    if payment.failed_at is None:
        return payment
    copy = Payment(
        **payment.model_dump(include={"order_id", "kind", "page_id", "amount_minor", "currency"}),
        **payment.model_dump(include={"asked", "created_at", "expires_at", "user_id"}),
        payment_id=next_payment_id(world),
    )
    page = world.store.find(Page, payment.page_id)
    if page is not None:
        page.payment_ids.append(copy.payment_id)
        world.store.put(page.page_id, page)
    return keep(world, copy)


def refund(world: World, payment: Payment, amount_minor: int, *, by_hand: bool) -> ChildRefund:
    """Make a child operation; raises Refused for a wrong state, sum or card."""
    now = world.now()
    if payment.status(now) != "success" or not payment.is_captured:
        raise Refused(11059, WRONG_STATE)
    left = payment.captured_minor - payment.returned_minor(now, with_open=True)
    if not 0 < amount_minor <= left:
        raise Refused(9403, "Сумма возврата больше остатка")
    if not payment.card.is_refunded and not by_hand:
        raise Refused(10012, "Возврат на карту невозможен")
    child = ChildRefund(
        payment_id=next_payment_id(world),
        amount_minor=amount_minor,
        at=now,
        settled_at=world.now(0 if by_hand else current_rules(world).refund_seconds),
        visible_at=now,
    )
    payment.refunds.append(child)
    keep(world, payment)
    return child
