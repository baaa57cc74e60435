"""The bank's words and our words: the only file that knows "APPROVED" (house.md §8.8)."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.banks.tochka.settings import TochkaSettings
from portal.domain.errors import BadAmount
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import (
    BankLine,
    BankUnavailable,
    LineKind,
    Operation,
    PaymentOrder,
)

_log = logging.getLogger(__name__)

STATUSES = {
    "CREATED": PaymentStatus.PENDING,
    "AUTHORIZED": PaymentStatus.PENDING,
    "WAIT_FULL_PAYMENT": PaymentStatus.PENDING,
    "APPROVED": PaymentStatus.PAID,
    "ON-REFUND": PaymentStatus.PAID,
    "REFUNDED": PaymentStatus.PAID,
    "REFUNDED_PARTIALLY": PaymentStatus.PAID,
    "EXPIRED": PaymentStatus.EXPIRED,
}
BUSY = "ON-REFUND"
LINES = {
    "approval": LineKind.CAPTURE,
    "authorized": LineKind.HOLD,
    "refund": LineKind.REFUND,
}
METHODS = {"sbp": PaymentMethod.SBP, "card": PaymentMethod.CARD}
MODES = {PaymentMethod.SBP: "sbp", PaymentMethod.CARD: "card"}
PURPOSE_MAX, ITEM_NAME_MAX = 140, 256


def money(value: object) -> Money:
    """Read roubles as the bank writes them, a number or a string; raise BankUnavailable.

    A float never appears: JSON is read with exact decimals.
    """
    try:
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise BadAmount
        return Money.from_major(Decimal(value), Currency.RUB)
    except (BadAmount, InvalidOperation):
        raise BankUnavailable("the bank named a sum that cannot be read", sent=True) from None


def moment(value: object) -> datetime | None:
    """Read a time leniently: a plain date or a missing zone is taken as UTC (tochka.md §2.2)."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def text(values: Mapping[str, Any], name: str) -> str | None:
    """Return a string field, None when it is missing or of another type."""
    value = values.get(name)
    return value if isinstance(value, str) and value else None


def order_body(order: PaymentOrder, settings: TochkaSettings, whose: tuple[str, str]) -> Any:
    """Describe a payment to the bank, with every parameter that the task lists (F3).

    ``whose`` is our customer code and merchant id. Raises ValueError when the items do not add up
    to the payment: the receipt must equal it to the kopeck (tochka.md §6).
    """
    total = sum((item.unit_price.major * item.quantity for item in order.items), Decimal(0))
    if order.items and total != order.amount.major:
        raise ValueError("the items do not add up to the payment")
    data: dict[str, Any] = {
        "customerCode": whose[0],
        "merchantId": whose[1],
        "amount": order.amount.major,
        "purpose": order.purpose[:PURPOSE_MAX],
        "paymentMode": [MODES[method] for method in order.methods],
        "redirectUrl": order.success_url,
        "failRedirectUrl": order.failure_url,
        "ttl": settings.ttl_minutes,
        "paymentLinkId": order.reference,
        "saveCard": order.save_card,
    }
    if order.consumer_id is not None:
        data["consumerId"] = order.consumer_id
    if settings.receipt == "bank":
        data |= _receipt(order, settings)
    return {"Data": data}


def _receipt(order: PaymentOrder, settings: TochkaSettings) -> dict[str, Any]:
    client = {"name": order.payer.name, "email": order.payer.email, "phone": order.payer.phone}
    receipt: dict[str, Any] = {
        "Client": {name: value for name, value in client.items() if value},
        "Items": [
            {
                "name": item.name[:ITEM_NAME_MAX],
                "amount": item.unit_price.major,
                "quantity": item.quantity,
                "vatType": settings.vat_type,
                "paymentMethod": settings.payment_method,
                "paymentObject": settings.payment_object,
                "measure": settings.measure,
            }
            for item in order.items
        ],
    }
    if settings.tax_system is not None:
        receipt["taxSystemCode"] = settings.tax_system
    return receipt


def operation(values: Mapping[str, Any], ours: tuple[str, str]) -> Operation:
    """Read an operation; raise BankUnavailable when its money cannot be read for certain."""
    word = str(values.get("status", ""))
    card = values.get("CofToken")
    pan = card.get("maskedPan") if isinstance(card, Mapping) else None
    kind = text(values, "paymentType")
    return Operation(
        operation_id=text(values, "operationId") or "",
        reference=text(values, "paymentLinkId"),
        status=STATUSES.get(word),
        amount=money(values.get("amount")),
        is_ours=_is_ours(values, ours),
        method=METHODS.get(kind, PaymentMethod.OTHER) if kind else None,
        lines=lines(values.get("Order")),
        paid_at=moment(values.get("paidAt")),
        bank_word=word,
        refund_in_progress=word == BUSY,
        card_last4=pan[-4:] if isinstance(pan, str) and pan[-4:].isdecimal() else None,
    )


def _is_ours(values: Mapping[str, Any], ours: tuple[str, str]) -> bool:
    """Our customer code is required; the merchant id may be missing, but not another's."""
    merchant = text(values, "merchantId")
    return text(values, "customerCode") == ours[0] and merchant in (None, ours[1])


def lines(order: object) -> tuple[BankLine, ...]:
    """Read ``Order[]``: each id once; kinds that we do not know are left out and logged."""
    if not isinstance(order, list):
        raise BankUnavailable("the bank's answer has no list of lines", sent=True)
    found: dict[str, BankLine] = {}
    for entry in order:
        if not isinstance(entry, Mapping) or str(entry.get("type")) not in LINES:
            _log.warning("the bank lists a line of an unknown kind")
            continue
        line_id = str(entry.get("orderId"))
        kind = LINES[str(entry["type"])]
        line = BankLine(line_id, kind, money(entry.get("amount")), moment(entry.get("time")))
        if line_id in found and found[line_id] != line:
            raise BankUnavailable("the bank lists one line in two ways", sent=True)
        found[line_id] = line
    return tuple(found.values())
