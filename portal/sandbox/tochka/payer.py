"""What the payer does on the hosted page: pays, keeps a card, or fails to pay."""

import secrets
import string
from uuid import uuid4

from pydantic import BaseModel

from portal.sandbox.tochka.events import announce
from portal.sandbox.tochka.operations import (
    Card,
    Operation,
    OperationRefused,
    add_order,
    keep,
    status_of,
)
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.world import World

ALPHABET = string.ascii_uppercase + string.digits


class SavedCards(BaseModel):
    """The cards that one consumer asked the bank to keep."""

    cards: list[Card] = []


class Choice(BaseModel):
    """How the payer pays; a saved card is named by its id, `save` is the tick on the page."""

    method: str
    token_card_id: str | None = None
    save: bool = False


def list_saved_cards(world: World, consumer_id: str) -> list[Card]:
    """Return the cards kept for a consumer, oldest first."""
    saved = world.store.find(SavedCards, consumer_id)
    return saved.cards if saved else []


def pay(world: World, operation: Operation, choice: Choice) -> Operation:
    """Pay once and announce it; raises OperationRefused for a wrong state or method."""
    status = status_of(operation, world.now())
    if status != "CREATED":
        raise OperationRefused(f"Operation is in status {status}")
    if choice.method not in operation.payment_mode:
        raise OperationRefused(f"Operation cannot be paid by {choice.method}")
    operation.payment_type = choice.method
    if choice.method == "sbp":
        _fill_sbp(operation)
    else:
        operation.payment_id = str(10_000_000 + world.store.next_number("payments"))
    if choice.method == "card":
        operation.card = _use_card(world, operation, choice)
    return _take_money(world, operation)


def decline(world: World, operation: Operation) -> Operation:
    """Fail to pay: the operation stays CREATED (tochka.md §7); raises OperationRefused if paid."""
    status = status_of(operation, world.now())
    if status != "CREATED":
        raise OperationRefused(f"Operation is in status {status}")
    return operation


def _take_money(world: World, operation: Operation) -> Operation:
    now = world.now()
    # Two stages mean nothing for SBP (tochka.md §5), its money moves at once.
    if operation.pre_authorization and operation.payment_type != "sbp":
        operation.authorized_at = now
        operation.hold_until = world.now(current_rules(world).hold_seconds)
        add_order(world, operation, "authorized", operation.amount_minor)
    else:
        operation.paid_at = now
        add_order(world, operation, "approval", operation.amount_minor)
    keep(world, operation)
    announce(world, operation)
    return operation


def _fill_sbp(operation: Operation) -> None:
    operation.payment_id = "A2" + "".join(secrets.choice(string.digits) for _ in range(14))
    operation.payment_id += secrets.token_hex(8).upper()
    operation.transaction_id = str(uuid4())
    operation.qrc_id = "AS1000" + "".join(secrets.choice(ALPHABET) for _ in range(26))


def _use_card(world: World, operation: Operation, choice: Choice) -> Card:
    saved = list_saved_cards(world, operation.consumer_id)
    for card in saved:
        if card.token_card_id == choice.token_card_id:
            return card
    number = world.store.next_number("cards")
    card = Card(masked_pan=f"220445******{number % 10_000:04}")
    if operation.recurring or (operation.save_card and choice.save):
        card.token_card_id = str(200_000 + number)
        world.store.put(operation.consumer_id, SavedCards(cards=[*saved, card]))
    return card
