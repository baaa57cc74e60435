"""Orders, payments and readings for the contract, in whichever world."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from portal.conformance.worlds import World
from portal.domain import clock
from portal.domain.money import Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import (
    BankRefused,
    LineKind,
    Operation,
    Payer,
    PaymentLink,
    PaymentOrder,
    ReceiptItem,
    RefusedBecause,
)

SBP, CARD = PaymentMethod.SBP, PaymentMethod.CARD


def price(world: World) -> Money:
    """What everything costs, in the currency of the world's account."""
    return Money(150_000, world.connector.currency)


def half(world: World) -> Money:
    return Money(75_000, world.connector.currency)


def order(world: World, **changes: Any) -> PaymentOrder:
    fields: dict[str, Any] = {
        "reference": uuid4().hex,
        "amount": price(world),
        "purpose": "Консультация № 1042",
        "methods": world.connector.capabilities.methods,
        "payer": Payer("Кирилл", "kirill@example.ru", "+79991234567"),
        "items": (ReceiptItem("Консультация", price(world), Decimal(1)),),
        "success_url": "https://pay.example.ru/ok",
        "failure_url": "https://pay.example.ru/fail",
    }
    return PaymentOrder(**{**fields, **changes})


def created(world: World) -> str:
    return world.connector.create_payment(order(world)).operation_id


def paid(world: World, method: PaymentMethod | None = None) -> str:
    operation_id = created(world)
    world.pay(operation_id, method or world.way)
    return operation_id


def asked_again(world: World, asked: PaymentOrder) -> PaymentLink:
    """Ask for what was asked for before, as the job does: look first, then ask, then look."""
    bank = world.connector
    found = bank.find_payment(asked.reference, clock.now())
    if found is not None:
        return found
    try:
        return bank.create_payment(asked)
    except BankRefused as refused:
        found = bank.find_payment(asked.reference, clock.now())
        if found is None or refused.because is not RefusedBecause.DUPLICATE:
            raise
        return found


def refund_lines(operation: Operation) -> list[Money]:
    return [line.amount for line in operation.lines if line.kind is LineKind.REFUND]


def read(world: World, operation_id: str) -> Operation:
    return world.connector.read_operation(operation_id)
