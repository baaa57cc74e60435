"""The bank's words and our words: the only file that knows "waiting_3ds" (house.md §8.8)."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal.banks.freedompay import words
from portal.banks.freedompay.messages import Node
from portal.banks.freedompay.receipts import is_one_line, receipt_fields
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.domain import clock
from portal.domain.errors import BadAmount
from portal.domain.money import Currency, Money
from portal.domain.payments import Decline, PaymentMethod, PaymentStatus
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

#: Dates without an offset are of Almaty; Kazakhstan changed its offset in 2024 (§4).
ALMATY = ZoneInfo("Asia/Almaty")
PENDING, PAID = PaymentStatus.PENDING, PaymentStatus.PAID
FAILED, EXPIRED = PaymentStatus.FAILED, PaymentStatus.EXPIRED
#: freedompay.md §7. "success" is paid only when it is captured; what went back the lines tell.
STATUSES = {
    "new": PENDING,
    "pending": PENDING,
    "process": PENDING,
    "partial": PENDING,
    "waiting_3ds": PENDING,
    "success": PAID,
    "refunded": PAID,
    "revoked": FAILED,
    "canceled": FAILED,
    "cancelled": FAILED,
    "error": FAILED,
    "failed": FAILED,
    "rejected": FAILED,
    "incomplete": EXPIRED,
}
REVERSED = {"revoked", "canceled", "cancelled"}
DONE_WORDS, FAILED_WORDS = {"success"}, {"error", "failed", "rejected"}
#: Why a card was declined (§11); any other code is a plain no.
DECLINES = dict.fromkeys(("10003", "10004"), Decline.BAD_CODE) | {
    "10005": Decline.BAD_CARD,
    "10006": Decline.TOO_OFTEN,
    "10007": Decline.UNSAFE,
    "10012": Decline.LIMIT,
}
REFERENCE = re.compile(r"[\w-]{1,50}", re.ASCII)
OPERATION_ID = re.compile(r"\d{1,19}", re.ASCII)
TOKEN = re.compile(r"[\w-]{8,64}", re.ASCII)
DESCRIPTION_MAX = 1024
MIN_MINOR, MAX_MINOR = 1, 99_999_999_00
_SUM = re.compile(r"-?\d{1,8}(\.\d{1,2})?", re.ASCII)
_LAST4 = re.compile(r"[\dXx*-]*[Xx*-](\d{4})", re.ASCII)
_BRAND = re.compile(r"[A-Za-z ]{1,20}", re.ASCII)
BRANDS = {
    "VI": "Visa",
    "MC": "Mastercard",
    "UP": "UnionPay",
    "CUP": "UnionPay",
    "MIR": "Mir",
    "МИР": "Mir",
}
#: The numbers of «Мир»; of other Russian cards a status tells no country (§§7, 8.2).
_MIR = re.compile(r"220[0-4]")
_ABSENT = {"", "undefined"}  # the literal is seen in live messages (§3.4)


def value(node: Node, name: str, *, sent: bool = False) -> str | None:
    """Return a field, None when it is missing; raise BankUnavailable when it is given twice.

    ``sent`` says that this is the answer to a write, which the bank may have done.
    """
    try:
        found = node.find(name)
    except ValueError as error:
        raise BankUnavailable(str(error), sent=sent) from None
    return None if found is None or found in _ABSENT else found


def money(text: str | None, currency: Currency) -> Money:
    """Read a sum in whole tenge and tiyn; zeros at its end may be missing (§4).

    Raises BankUnavailable rather than guess.
    """
    if text is not None and _SUM.fullmatch(text):
        with suppress(BadAmount):
            return Money.from_major(Decimal(text), currency)
    raise BankUnavailable("the bank names a sum that cannot be read", sent=False)


def moment(text: str | None) -> datetime | None:
    """Read a time of Almaty, or one with an offset; None for what is no time, or not yet past."""
    try:
        found = datetime.fromisoformat(text or "")
        local = found if found.tzinfo else found.replace(tzinfo=ALMATY)
        past = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return past if past <= clock.now() else None


def order_fields(order: PaymentOrder, settings: FreedomPaySettings) -> dict[str, str]:
    """Describe a payment to the bank (§5); raise BankRefused for what it would take wrongly.

    No phone and no address of the payer: the bank does not need them.
    """
    _require_sound(order, settings)
    fields = {
        "pg_order_id": order.reference,
        **sum_fields(order.amount),
        "pg_description": order.purpose.replace(";", ",")[:DESCRIPTION_MAX],
        "pg_auto_clearing": "1",
        "pg_testing_mode": "1" if settings.testing_mode else "0",
        "pg_lifetime": str(settings.lifetime_minutes * 60),
        "pg_language": "ru",
        "pg_payment_method": "bankcard",
        "pg_request_method": "POST",
        "pg_result_url": settings.callback("result"),
        "pg_success_url": order.success_url,
        "pg_success_url_method": "GET",
        "pg_failure_url": order.failure_url,
        "pg_failure_url_method": "GET",
        "pg_idempotency_key": f"pay-{order.reference}",
    }
    if order.consumer_id is not None:
        fields["pg_user_id"] = order.consumer_id
    return fields | receipt_fields(order, settings)


def sum_fields(amount: Money) -> dict[str, str]:
    """Name a sum and its currency; both are always sent (§4)."""
    return {"pg_amount": str(amount.major), "pg_currency": amount.currency.value}


def require_names(reference: str, consumer_id: str | None) -> None:
    """Raise BankRefused for names that the bank does not take (§4)."""
    if not REFERENCE.fullmatch(reference):
        raise BankRefused(RefusedBecause.INVALID, words.BAD_REFERENCE)
    if consumer_id is not None and not REFERENCE.fullmatch(consumer_id):
        raise BankRefused(RefusedBecause.INVALID, words.BAD_CONSUMER)


def require_sum(amount: Money, currency: Currency) -> None:
    """Raise BankRefused, before anything is sent, for a sum that the account cannot move."""
    if amount.currency is not currency:
        raise BankRefused(RefusedBecause.INVALID, words.WRONG_CURRENCY.format(currency=currency))
    if not MIN_MINOR <= amount.minor <= MAX_MINOR:
        raise BankRefused(RefusedBecause.INVALID, words.BAD_AMOUNT)


def _require_sound(order: PaymentOrder, settings: FreedomPaySettings) -> None:
    require_names(order.reference, order.consumer_id)
    require_sum(order.amount, settings.currency)
    if settings.receipt == "bank" and not is_one_line(order):
        raise BankRefused(RefusedBecause.INVALID, words.UNEQUAL_RECEIPT)
    if PaymentMethod.CARD not in order.methods:
        raise BankRefused(RefusedBecause.INVALID, words.NO_METHOD)


def operation(told: Node, settings: FreedomPaySettings) -> Operation:
    """Read a status (§7); raise BankUnavailable when its money cannot be read for certain."""
    currency = value(told, "pg_currency")
    amount = money(value(told, "pg_amount"), settings.currency)
    word = value(told, "pg_payment_status") or ""
    refunds = _refunds(told, settings.currency)
    status = _status(told, word, has_refunds=bool(refunds), settings=settings)
    method = value(told, "pg_payment_method")
    pan = _LAST4.fullmatch(value(told, "pg_card_pan") or "")
    return Operation(
        operation_id=value(told, "pg_payment_id") or "",
        reference=value(told, "pg_order_id"),
        status=status,
        amount=amount,
        is_ours=currency == settings.currency.value and is_our_mode(told, settings),
        method=_method(method) if method else None,
        lines=(*_captures(told, word, amount), *_lines(refunds)) if word else (),
        paid_at=moment(value(told, "pg_datetime")) or moment(value(told, "pg_payment_date")),
        bank_word=words.status_word(word),
        refund_in_progress=any(each.is_open for each in refunds),
        card_last4=pan[1] if pan else None,
        card=kept_card(told, "pg_card_pan"),
        decline=_decline(told, word),
    )


def _decline(told: Node, word: str) -> Decline | None:
    """Say whether the card of this attempt was declined, and whether it is known for Russian."""
    if word not in FAILED_WORDS:
        return None
    brand = BRANDS.get((value(told, "pg_card_brand") or "").upper())
    is_russian = brand == "Mir" or _MIR.match(value(told, "pg_card_pan") or "")
    if is_russian:
        return Decline.RUSSIAN_CARD
    code = value(told, "pg_failure_code") or value(told, "pg_error_code") or ""
    return DECLINES.get(code, Decline.BY_BANK)


def is_our_mode(told: Node, settings: FreedomPaySettings) -> bool:
    """Tell whether a message is of the mode that we work in: no test money counts as real."""
    mode = value(told, "pg_testing_mode")
    return mode is None or mode == ("1" if settings.testing_mode else "0")


def _method(word: str) -> PaymentMethod:
    return PaymentMethod.CARD if word == "bankcard" else PaymentMethod.OTHER


def _status(
    told: Node, word: str, *, has_refunds: bool, settings: FreedomPaySettings
) -> PaymentStatus | None:
    """Say what the word means; the page stays payable after a card was declined (§6.5)."""
    found = STATUSES.get(word)
    if found is PAID and value(told, "pg_captured") != "1" and word == "success":
        return PENDING
    if word in REVERSED and (has_refunds or value(told, "pg_captured") == "1"):
        return PAID if has_refunds else None  # reversed after it was taken, and nothing listed
    opened = moment(value(told, "pg_create_date"))
    is_over = opened and clock.now() >= opened + timedelta(minutes=settings.lifetime_minutes)
    if found is FAILED and word in FAILED_WORDS:
        return PENDING if opened and not is_over else FAILED
    if word == "new" and is_over:
        return EXPIRED  # nothing was asked of it in its time, as when a charge was lost on its way
    return found


def _captures(told: Node, word: str, amount: Money) -> list[BankLine]:
    """Name what was taken or is held: once, under the operation's own id."""
    is_taken = value(told, "pg_captured") == "1" and STATUSES.get(word) not in {PENDING, EXPIRED}
    if word == "refunded" or (is_taken and word not in FAILED_WORDS):
        kind = LineKind.CAPTURE
    elif word == "success":
        kind = LineKind.HOLD
    else:
        return []
    cleared = value(told, "pg_clearing_amount")
    taken = money(cleared, amount.currency) if cleared and kind is LineKind.CAPTURE else amount
    at = moment(value(told, "pg_payment_date"))
    return [BankLine(value(told, "pg_payment_id") or "", kind, taken, at)]


class _Refund:
    """One refund that the bank lists within a payment: a child operation of its own (§9)."""

    def __init__(self, node: Node, currency: Currency) -> None:
        word = value(node, "pg_payment_status") or ""
        self.line_id = value(node, "pg_payment_id") or ""
        self.amount = money((value(node, "pg_amount") or "").removeprefix("-"), currency)
        self.at = moment(value(node, "pg_payment_date"))
        self.is_done = word in DONE_WORDS
        self.is_open = not self.is_done and word not in FAILED_WORDS
        if not OPERATION_ID.fullmatch(self.line_id) or not self.amount:
            raise BankUnavailable("the bank lists a refund that cannot be read", sent=False)


def _refunds(told: Node, currency: Currency) -> list[_Refund]:
    """Read the listed refunds; raise BankUnavailable rather than overlook money (§18.3)."""
    lists = [*told.all("pg_refund_payments"), *told.all("pg_revoked_payments")]
    nodes = [each for one in lists for each in one.children]
    found = [_Refund(node, currency) for node in nodes]
    if len({each.line_id for each in found}) != len(found):
        raise BankUnavailable("the bank lists one refund twice", sent=False)
    names = ("pg_refund_amount", "pg_revoke_amount", "pg_revoked_amount")
    total = next((text for name in names if (text := value(told, name))), "0")
    returned = money(total.removeprefix("-"), currency)
    if sum(each.amount.minor for each in found) < returned.minor:
        raise BankUnavailable("the bank has returned more than it lists", sent=False)
    return found


def _lines(refunds: list[_Refund]) -> list[BankLine]:
    """Only what is done is money: open and failed refunds are no lines (§9, §18.3)."""
    return [
        BankLine(each.line_id, LineKind.REFUND, each.amount, each.at)
        for each in refunds
        if each.is_done
    ]


def kept_card(told: Node, mask: str) -> KeptCard | None:
    """Read a card by its token; without one the bank keeps nothing that we may count on (§8.6)."""
    token = value(told, "pg_card_token") or ""
    if not TOKEN.fullmatch(token):
        return None
    told_brand = value(told, "pg_card_brand") or value(told, "brand_alias") or ""
    brand = BRANDS.get(told_brand.upper(), told_brand)
    pan = _LAST4.fullmatch(value(told, mask) or "")
    return KeptCard(token, brand if _BRAND.fullmatch(brand) else None, pan[1] if pan else None)
