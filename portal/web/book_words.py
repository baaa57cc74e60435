"""What does not hold in the book, in words, each with the card where its row is seen (C3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.domain.book import SumFault, WrongSum
from portal.domain.ledger import AccountKind
from portal.domain.money import Currency, Money
from portal.domain.permissions import Permission
from portal.store.book_checks import last_book_check
from portal.store.db import db
from portal.web.access import may_open, sees
from portal.web.formats import NBSP, money
from portal.web.labels import LABELS

#: «{row}» is named, «{0}» and «{1}» are its numbers.
WORDS: Mapping[SumFault, str] = {
    SumFault.CACHED_BALANCE: "{row}: записано {0}, по движениям {1}",
    SumFault.CARD_CHECKS: "{row}: записано {0}, по проверкам карт {1}",
    SumFault.CURRENCY_SUM: "{row}: все счета вместе дают {0} вместо нуля",
    SumFault.BELOW_ZERO: "{row}: меньше нуля, {0}",
    SumFault.NOT_CREDITED: "{row}: оплачен, но деньги на баланс не записаны",
    SumFault.CACHED_UNDER_WAY: "{row}: в пути записано {0}, по возвратам {1}",
    SumFault.CACHED_REFUNDED: "{row}: возвращено записано {0}, по возвратам {1}",
    SumFault.CACHED_EXTERNAL: "{row}: возвращено в банке записано {0}, по возвратам {1}",
    SumFault.OVERDRAWN: "{row}: оплачено {0}, а ушло обратно {1}",
    SumFault.SUSPENSE_SUM: "{row}: записано {0}, по неразобранным возвратам {1}",
    SumFault.UNTOLD: "{row}: движений по нему {0}, а должно быть {1}",
    SumFault.TOO_EARLY: "{row}: запрошен раньше, чем консультация закончилась",
    SumFault.SENT_TWICE: "{row}: банк ответил на него несколько раз ({0})",
    SumFault.IN_TRANSIT_SUM: "{row}: в пути записано {0}, по открытым возвратам {1}",
    SumFault.MIXED_CURRENCIES: "{row}: счета разных валют",
    SumFault.FUNDING_SUM: "{row}: с оплатой с баланса расходится на {0}",
    SumFault.STRANGE_FUNDING: "{row}: платёж и консультация разных клиентов",
    SumFault.CACHED_BOOKED: "{row}: ждёт консультаций записано {0}, по оплатам с баланса {1}",
    SumFault.CACHED_SPENT: "{row}: потрачено записано {0}, по оплатам с баланса {1}",
    SumFault.OVERFUNDED: "{row}: оплачено {0}, а вернули и потратили {1}",
    SumFault.SPENT_TOO_EARLY: "{row}: запрошен раньше, чем закончилась оплаченная им консультация",
}
_PAYMENT = ("Платёж", "payments.show")
_REFUND = ("Возврат", "refunds.show")
_CLIENT = ("Клиент", "users.show")
#: What the row of a fault is, where it is not an account of the book.
_NAMED = {
    SumFault.CURRENCY_SUM: ("Валюта", ""),
    SumFault.NOT_CREDITED: _PAYMENT,
    SumFault.CACHED_UNDER_WAY: _PAYMENT,
    SumFault.CACHED_REFUNDED: _PAYMENT,
    SumFault.CACHED_EXTERNAL: _PAYMENT,
    SumFault.OVERDRAWN: _PAYMENT,
    SumFault.UNTOLD: _REFUND,
    SumFault.TOO_EARLY: _REFUND,
    SumFault.SENT_TWICE: _REFUND,
    SumFault.IN_TRANSIT_SUM: _CLIENT,
    SumFault.MIXED_CURRENCIES: ("Движение денег", ""),
    SumFault.FUNDING_SUM: ("Консультация", "consultations.show"),
    SumFault.STRANGE_FUNDING: ("Оплата с баланса", ""),
    SumFault.CACHED_BOOKED: _PAYMENT,
    SumFault.CACHED_SPENT: _PAYMENT,
    SumFault.OVERFUNDED: _PAYMENT,
    SumFault.SPENT_TOO_EARLY: _REFUND,
}
_COUNTED = (SumFault.UNTOLD, SumFault.SENT_TWICE)
#: So many are told on the page; the log of the worker has them all.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class BookLine:
    """One sum that does not hold, and the card of its row; empty where there is none to open."""

    words: str
    url: str


def book_state() -> dict[str, Any]:
    """Return the last check of the book for who may see payments, and what did not hold, in words.

    ``book`` is None for everybody else, and before the first check.
    """
    check = last_book_check(db.session()) if sees(Permission.PAYMENTS_READ) else None
    return {
        "book": check,
        "book_lines": [_line(one) for one in check.sums[:SHOWN]] if check else (),
    }


def _line(wrong: WrongSum) -> BookLine:
    if wrong.fault in _NAMED:
        noun, door = _NAMED[wrong.fault]
        number, name = wrong.row, f"{noun} {wrong.row}" if not door else _numbered(noun, wrong.row)
    else:
        number, name = _account(wrong.row)
        door = "users.show" if number else ""
    numbers = wrong.numbers if wrong.fault in _COUNTED else map(_sum, wrong.numbers)
    url = url_for(door, number=int(number)) if door and may_open(door) else ""
    return BookLine(WORDS[wrong.fault].format(*numbers, row=name), url)


def _account(code: str) -> tuple[str, str]:
    """Return the number of the client whose account it is, if any, and the name of the account."""
    first, *rest = code.split(":")
    if first == "user":
        owner, part = rest
        return owner, f"{_numbered('Клиент', owner)}, {LABELS[AccountKind(f'user_{part}')].lower()}"
    kind = AccountKind(first)
    if kind is AccountKind.CARD_CHECK:
        return rest[0], f"{_numbered('Клиент', rest[0])}, {LABELS[kind].lower()}"
    return "", " ".join([LABELS[kind], *rest])


def _numbered(noun: str, number: str) -> str:
    return f"{noun} №{NBSP}{number}"


def _sum(minor: int) -> str:
    """Write a sum whose currency the row tells."""
    return money(Money(minor, Currency.RUB)).rpartition(NBSP)[0]
