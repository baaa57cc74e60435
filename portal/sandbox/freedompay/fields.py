"""What the bank demands of each field of a request (freedompay.md §§4, 5)."""

import re
from collections.abc import Mapping
from decimal import Decimal

from portal.sandbox.freedompay.operations import Refused

CURRENCIES = {"KZT", "RUB", "USD", "EUR", "KGS"}
MAX_MINOR = 9_999_999_900
LIMITS = {
    "pg_order_id": 50,
    "pg_description": 1024,
    "pg_user_id": 50,
    "pg_result_url": 255,
    "pg_success_url": 255,
    "pg_failure_url": 255,
    "pg_idempotency_key": 255,
}
_AMOUNT = re.compile(r"\d{1,8}\.\d{2}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def refuse(text: str) -> Refused:
    """Return the bank's no to a request that is not right."""
    return Refused(9403, text)


def require(told: Mapping[str, str], *names: str) -> None:
    """Raise Refused for a missing or empty field, or one that is too long."""
    for name in names:
        if not told.get(name):
            raise refuse(f"Не указан параметр {name}")
    for name, limit in LIMITS.items():
        if len(told.get(name, "")) > limit:
            raise refuse(f"Параметр {name} длиннее {limit}")
    for name in ("pg_order_id", "pg_user_id"):
        if told.get(name) and not _NAME.fullmatch(told[name]):
            raise refuse(f"Неверный параметр {name}")


def minor(text: str) -> int:
    """Read «1500.00»; raises Refused for any other spelling and for sums out of range."""
    if not _AMOUNT.fullmatch(text):
        raise refuse("Неверная сумма")
    found = int(Decimal(text) * 100)
    if not 1 <= found <= MAX_MINOR:
        raise refuse("Сумма вне допустимых пределов")
    return found


def major(amount_minor: int) -> str:
    """Write «1500.00», with a minus for what went back."""
    sign, whole = ("-" if amount_minor < 0 else ""), abs(amount_minor)
    return f"{sign}{whole // 100}.{whole % 100:02}"


def currency(told: Mapping[str, str]) -> str:
    """Return the currency; raises Refused for one that the bank does not take."""
    found = told.get("pg_currency", "KZT")
    if found not in CURRENCIES:
        raise refuse("Неверная валюта")
    return found


def lifetime(told: Mapping[str, str]) -> int:
    """Return how many seconds a page lives; raises Refused outside of 300–604800."""
    text = told.get("pg_lifetime", "86400")
    if not text.isdigit() or not 300 <= int(text) <= 604_800:
        raise refuse("Неверный параметр pg_lifetime")
    return int(text)
