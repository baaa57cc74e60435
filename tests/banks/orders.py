"""Orders, payments and readings for the contract, in whichever world."""

from decimal import Decimal
from uuid import uuid4

from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import LineKind, Operation, Payer, PaymentOrder, ReceiptItem
from tests.banks.worlds import World

PRICE = Money(150_000, Currency.RUB)
HALF = Money(75_000, Currency.RUB)
SBP, CARD = PaymentMethod.SBP, PaymentMethod.CARD


def order(**changes: object) -> PaymentOrder:
    fields = {
        "reference": uuid4().hex,
        "amount": PRICE,
        "purpose": "Консультация № 1042",
        "methods": (SBP, CARD),
        "payer": Payer("Кирилл", "kirill@example.ru", "+79991234567"),
        "items": (ReceiptItem("Консультация", PRICE, Decimal(1)),),
        "success_url": "https://pay.example.ru/ok",
        "failure_url": "https://pay.example.ru/fail",
    }
    return PaymentOrder(**{**fields, **changes})


def created(world: World) -> str:
    return world.connector.create_payment(order()).operation_id


def paid(world: World, method: PaymentMethod = SBP) -> str:
    operation_id = created(world)
    world.pay(operation_id, method)
    return operation_id


def refund_lines(operation: Operation) -> list[Money]:
    return [line.amount for line in operation.lines if line.kind is LineKind.REFUND]


def read(world: World, operation_id: str) -> Operation:
    return world.connector.read_operation(operation_id)
