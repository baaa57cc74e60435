"""What the bank calls us with: a form, or ``pg_xml`` in one, becomes a hint (freedompay.md §6).

The seal covers values and no names, so nothing here is believed: an event only says which
operation to read. Names that we use are taken once and in one form each; others are not used.
"""

import logging
import re
from urllib.parse import parse_qsl, urlencode

from portal.banks.freedompay import words
from portal.banks.freedompay.messages import Node, read_message
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.banks.freedompay.signature import SIGNATURE, is_signed
from portal.domain.ports import (
    BadSignature,
    BankEvent,
    BankMisconfigured,
    BindingOutcome,
    EventKind,
)

MAX_FIELDS = 200
_NUMBER, _NAME = r"\d{1,19}", r"[\w-]{1,50}"
_SUM = r"\d{1,8}(\.\d{1,2})?"
#: What is read of a message, in the only form each has. None holds «;», which joins the seal.
USED = {
    "pg_payment_id": _NUMBER,
    "pg_order_id": _NAME,
    "pg_amount": _SUM,
    "pg_currency": "[A-Z]{3}",
    "pg_result": "[01]",
    "pg_captured": "[01]",
    "pg_can_reject": "[01]",
    "pg_testing_mode": "[01]",
    "pg_failure_code": r"\d{1,6}",
    "pg_status": "[a-z]{1,20}",
    "pg_type": "[a-z]{1,20}",
    "pg_user_id": _NAME,
    "pg_country": "[A-Z]{2}",
    "pg_error_code": r"\d{1,6}",
}
#: Which of them a kind of message must have, and which may be there and empty (§18.2).
REQUIRED = {
    "result": ("pg_payment_id", "pg_order_id", "pg_amount", "pg_currency", "pg_result"),
    "binding": ("pg_payment_id", "pg_user_id", "pg_status"),
}
KINDS = {"result": EventKind.PAYMENT, "binding": EventKind.CARD}
MAY_BE_EMPTY = {"pg_order_id", "pg_failure_code", "pg_error_code", "pg_country"}
#: The name of the payer is theirs and ours; it is stored with their card, not with a message.
NOT_KEPT = {"pg_user_id"}
_log = logging.getLogger("portal.banks")


def read_event(body: bytes, door: str, settings: FreedomPaySettings) -> BankEvent:
    """Verify a message and read what it hints at; raise BadSignature.

    Raises BankMisconfigured for a door that the bank does not know.
    """
    if door not in KINDS:
        raise BankMisconfigured(words.NO_SUCH_DOOR)
    fields = _fields(body)
    if not is_signed((door,), fields, settings.keys):
        raise BadSignature("the seal does not fit")
    used = _used(fields)
    if any(name not in used for name in REQUIRED[door]):
        raise BadSignature("a field that the bank always sends is missing")
    kept = {name: text for name, text in used.items() if name not in NOT_KEPT}
    return BankEvent(
        kind=KINDS[door],
        is_ours=_is_ours(used, settings),
        operation_id=used["pg_payment_id"],
        reference=used.get("pg_order_id") or None,
        claims=kept,
        kept=urlencode(kept),
        outcome=_outcome(used) if KINDS[door] is EventKind.CARD else None,
    )


def _outcome(used: dict[str, str]) -> BindingOutcome:
    """Read how a binding ended; only here the bank tells whose card it is (§8.2)."""
    if used["pg_status"] not in ("success", "ok"):
        return BindingOutcome.DECLINED
    is_russian = used.get("pg_country") == "RU"
    return BindingOutcome.RUSSIAN if is_russian else BindingOutcome.BOUND


def _fields(body: bytes) -> tuple[Node, ...]:
    """Return every field as it came; raise BadSignature for a message of two meanings."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise BadSignature("not a form") from None
    fields = tuple(Node(name, text) for name, text in pairs)
    if any(name == "pg_xml" for name, _ in pairs):
        fields = _inner(pairs)
    names = [node.name for node in fields]
    if len(set(names)) != len(names):
        raise BadSignature("a field is given twice")
    return fields


def _inner(pairs: list[tuple[str, str]]) -> tuple[Node, ...]:
    if len(pairs) != 1:
        raise BadSignature("XML and a form at once")
    try:
        return read_message(pairs[0][1].encode()).children
    except ValueError as error:
        raise BadSignature(str(error)) from None


def _used(fields: tuple[Node, ...]) -> dict[str, str]:
    """Take the names that we use, exactly as they are written; raise BadSignature for odd ones."""
    used: dict[str, str] = {}
    for node in fields:
        name, text = node.name, node.text
        if name not in USED:
            if name.strip().lower() in USED or name.strip().lower() == SIGNATURE != name:
                raise BadSignature("a field that looks like one of the bank's")
            continue
        is_empty = not text and name in MAY_BE_EMPTY
        if node.children or not (is_empty or re.fullmatch(USED[name], text, re.ASCII)):
            raise BadSignature(f"{name} has a form that the bank does not use")
        used[name] = text
    return used


def _is_ours(used: dict[str, str], settings: FreedomPaySettings) -> bool:
    """Compare what a message must have in common with the account; a reading decides the rest."""
    mode, currency = used.get("pg_testing_mode"), used.get("pg_currency")
    is_our_mode = mode in (None, "1" if settings.testing_mode else "0")
    if not is_our_mode:
        _log.error("a message of the bank's other mode: test money is not ours, nor the reverse")
    return is_our_mode and currency in (None, settings.currency.value)
