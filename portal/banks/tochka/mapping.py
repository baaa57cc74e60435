"""The bank's words and our words: the only file that knows "APPROVED" (house.md §8.8)."""

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

from portal.banks.tochka import words
from portal.banks.tochka.settings import TochkaSettings
from portal.domain.errors import BadAmount
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import (
    BankLine,
    BankRefused,
    BankUnavailable,
    KeptCard,
    LineKind,
    Operation,
    PaymentOrder,
    RefusedBecause,
)

_log = logging.getLogger("portal.banks")

#: tochka.md §7. The refunded ones were paid: what went back follows from the lines.
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
UNPAID = {"CREATED", "EXPIRED"}
LINES = {
    "approval": LineKind.CAPTURE,
    "authorized": LineKind.HOLD,
    "refund": LineKind.REFUND,
}
METHODS = {"sbp": PaymentMethod.SBP, "card": PaymentMethod.CARD}
PURPOSE_MAX, ITEM_NAME_MAX, REFERENCE_MAX, LINE_ID_MAX = 140, 256, 45, 64
_ROUBLES = re.compile(r"\d{1,10}(\.\d{1,2})?", re.ASCII)
_TOKEN, _BRAND = re.compile(r"[\w-]{1,64}", re.ASCII), re.compile(r"[A-Za-z ]{1,20}", re.ASCII)
_LAST4 = re.compile(r"[\d*]*\*(\d{4})", re.ASCII)


def money(value: object) -> Money:
    """Read a positive sum of roubles, a number or a string (§2.2); raise BankUnavailable.

    A float never appears, because JSON is read with exact decimals.
    """
    if isinstance(value, str) and _ROUBLES.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and value > 0:
        with suppress(BadAmount):
            found = Money.from_major(Decimal(value), Currency.RUB)
            if found.major == value:  # a fraction beyond 28 digits would have been rounded away
                return found
    raise BankUnavailable("the bank names a sum that cannot be read", sent=False)


def moment(value: object) -> datetime | None:
    """Read a time leniently: a plain date or a missing zone is taken as UTC (§2.2)."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def text(values: Mapping[str, object], name: str) -> str | None:
    """Return a string field, None when it is missing, empty or of another type."""
    value = values.get(name)
    return value if isinstance(value, str) and value else None


def methods_of(settings: TochkaSettings) -> tuple[PaymentMethod, ...]:
    """Return the ways to pay that the account offers, each once."""
    modes = settings.payment_modes
    return tuple(dict.fromkeys(METHODS.get(mode, PaymentMethod.OTHER) for mode in modes))


def order_body(
    order: PaymentOrder, settings: TochkaSettings, whose: tuple[str, str]
) -> dict[str, object]:
    """Describe a payment to the bank, with every parameter that the task lists (F3, §§5-6).

    ``whose`` is our customer code and merchant id. Raises BankRefused, before anything is sent, for
    what the bank would refuse or take wrongly.
    """
    _require_sound(order, settings)
    data: dict[str, object] = {
        "customerCode": whose[0],
        "merchantId": whose[1],
        "amount": order.amount.major,
        "purpose": order.purpose[:PURPOSE_MAX],
        "paymentMode": _modes(order, settings),
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


def subscription_body(
    order: PaymentOrder, settings: TochkaSettings, whose: tuple[str, str]
) -> dict[str, object]:
    """Describe a payment whose card may be charged later: no schedule, no lifetime (§11.2).

    Raises BankRefused, before anything is sent, for what the bank would refuse.
    """
    _require_sound(order, settings)
    if not settings.chargeable_cards or order.methods != (PaymentMethod.CARD,):
        raise BankRefused(RefusedBecause.INVALID, words.NOT_CHARGEABLE)
    data: dict[str, object] = {
        "customerCode": whose[0],
        "merchantId": whose[1],
        "amount": order.amount.major,
        "purpose": order.purpose[:PURPOSE_MAX],
        "redirectUrl": order.success_url,
        "failRedirectUrl": order.failure_url,
        "paymentLinkId": order.reference,
        "recurring": True,
    }
    if order.consumer_id is not None:
        data["consumerId"] = order.consumer_id
    return {"Data": data}


def _require_sound(order: PaymentOrder, settings: TochkaSettings) -> None:
    """The receipt must equal the payment to the kopeck: the law says so, the bank does not (§6)."""
    total = sum((item.unit_price.major * item.quantity for item in order.items), Decimal(0))
    faults = {
        words.WRONG_CURRENCY: order.amount.currency is not Currency.RUB,
        words.LONG_REFERENCE: not 0 < len(order.reference) <= REFERENCE_MAX,
        words.NO_METHOD: not order.methods or not set(order.methods) <= set(methods_of(settings)),
        words.UNEQUAL_RECEIPT: settings.receipt == "bank" and total != order.amount.major,
    }
    for fault, is_present in faults.items():
        if is_present:
            raise BankRefused(RefusedBecause.INVALID, fault)


def _modes(order: PaymentOrder, settings: TochkaSettings) -> list[str]:
    return [
        mode
        for mode in settings.payment_modes
        if METHODS.get(mode, PaymentMethod.OTHER) in order.methods
    ]


def _receipt(order: PaymentOrder, settings: TochkaSettings) -> dict[str, object]:
    client = {"name": order.payer.name, "email": order.payer.email, "phone": order.payer.phone}
    receipt: dict[str, object] = {
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


def operation(
    values: Mapping[str, object], customer_code: str, merchants: frozenset[str]
) -> Operation:
    """Read an operation (§8.1); raise BankUnavailable when its money cannot be read for certain.

    The customer code must be ours; the merchant id is optional there, but never another's.
    """
    word = text(values, "status") or ""
    merchant = text(values, "merchantId")
    kind = text(values, "paymentType")
    return Operation(
        operation_id=text(values, "operationId") or "",
        reference=text(values, "paymentLinkId"),
        status=STATUSES.get(word),
        amount=money(values.get("amount")),
        is_ours=text(values, "customerCode") == customer_code
        and (merchant is None or merchant in merchants),
        method=METHODS.get(kind, PaymentMethod.OTHER) if kind else None,
        lines=() if _is_unpaid(values, word) else read_lines(values.get("Order")),
        paid_at=moment(values.get("paidAt")),
        bank_word=words.status_word(word),
        refund_in_progress=word == BUSY,
        card_last4=_last4(values.get("CofToken")),
        card=_kept_card(values.get("CofToken")),
    )


def _is_unpaid(values: Mapping[str, object], word: str) -> bool:
    """Only an unpaid operation may lack its list: elsewhere a refund might be overlooked."""
    return word in UNPAID and values.get("Order") is None


def read_lines(order: object) -> tuple[BankLine, ...]:
    """Read ``Order[]``, each id once; raise BankUnavailable rather than overlook money.

    Lines of a type that we do not know are left out and logged: the bank adds types (§2.1).
    """
    if not isinstance(order, list):
        raise BankUnavailable("the bank's answer has no list of lines", sent=False)
    found: dict[str, BankLine] = {}
    for entry in order:
        line = _line(entry)
        if line is None:
            continue
        before = found.setdefault(line.line_id, line)
        if (before.kind, before.amount) != (line.kind, line.amount):
            raise BankUnavailable("the bank lists one line in two ways", sent=False)
    return tuple(found.values())


def _line(entry: object) -> BankLine | None:
    values = entry if isinstance(entry, Mapping) else {}
    line_id, word = str(values.get("orderId") or ""), text(values, "type")
    if word is None or not 0 < len(line_id) <= LINE_ID_MAX:
        raise BankUnavailable("the bank lists a line that cannot be read", sent=False)
    if word not in LINES:
        _log.warning("the bank lists a line of an unknown type")
        return None
    return BankLine(line_id, LINES[word], money(values.get("amount")), moment(values.get("time")))


def _last4(card: object) -> str | None:
    """Return the end of a masked card number; never more of it than that."""
    pan = text(card, "maskedPan") if isinstance(card, Mapping) else None
    found = _LAST4.fullmatch(pan or "")
    return found[1] if found else None


def _kept_card(card: object) -> KeptCard | None:
    """Read ``CofToken`` (§8.1): without its identifier the bank keeps nothing that we may count on.

    A word that is no name of a card system is left out, never shown.
    """
    values = card if isinstance(card, Mapping) else {}
    token, brand = text(values, "tokenCardId") or "", text(values, "cardType") or ""
    if not _TOKEN.fullmatch(token):
        return None
    return KeptCard(token, brand if _BRAND.fullmatch(brand) else None, _last4(card))
