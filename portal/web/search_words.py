"""The operators of the search box: their names and values in both languages (ux.md §3.3)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from enum import StrEnum

from portal.domain import clock
from portal.domain.errors import BadAmount
from portal.domain.money import MAX_MINOR, Currency, parse_amount
from portal.domain.search import Piece, Token, TokenKind, fold, phone_digits
from portal.web.formats import MOSCOW
from portal.web.labels import LABELS

NAMES = {
    "статус": "status",
    "возврат": "refund",
    "консультация": "consultation",
    "оплата": "paid",
    "сумма": "amount",
    "цена": "amount",
    "дата": "date",
    "метод": "method",
    "способ": "method",
    "банк": "bank",
    "карта": "card",
    "тел": "phone",
    "телефон": "phone",
    "почта": "mail",
    "роль": "role",
}
#: What the help of the search box offers to press.
EXAMPLES = (
    ("№ 42", "платёж с этим номером, Enter сразу откроет его"),
    ("сумма:500..3000", "от 500 до 3 000, ещё можно >1000 и <1000"),
    ("дата:вчера", "и дата:2026-08, дата:01.08..14.08"),
    ("статус:неизвестен", "деньги с таким состоянием, хватит начала слова"),
    ("консультация:отменена метод:сбп", "всё сразу"),
    ('"Иванова Мария" -орлова', "слова подряд, и без другого слова"),
)
PAID = {"yes": "Оплачено", "no": "Не оплачено"}
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_DAYS_AGO = re.compile(r"-(\d{1,3})d", re.ASCII)
_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_LAYOUTS = str.maketrans(_LATIN + _CYRILLIC, _CYRILLIC + _LATIN)
_WORDS = {"сегодня": 0, "today": 0, "вчера": 1, "yesterday": 1}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an operator asks for: parameters of the list, or a token; and its words for a chip."""

    words: str
    params: Mapping[str, str] = field(default_factory=dict)
    token: Token | None = None


Reader = Callable[[str], Meaning | None]


def meant(name: str, readers: Iterable[str]) -> str:
    """Return the operator that a mistyped name resembles, or nothing."""
    known = set(readers)
    names = [russian for russian, english in NAMES.items() if english in known] + sorted(known)
    return next(iter(get_close_matches(name, names, n=1)), "")


def choose(text: str, words: Mapping[str, str]) -> str | None:
    """Choose a value by its code or its words; the beginning of a word that only it has will do."""
    wanted = fold(text)
    exact = [key for key, word in words.items() if wanted in (key, fold(word))]
    begun = [key for key, word in words.items() if _begins(wanted, key, fold(word))]
    found = exact or begun
    return found[0] if wanted and len(found) == 1 else None


def _begins(wanted: str, *texts: str) -> bool:
    return any(f" {wanted}" in f" {text}" for text in texts)


def one_of(param: str, words: Mapping[str, str]) -> Reader:
    """Make a reader of a value that has a code and words."""

    def read(text: str) -> Meaning | None:
        key = choose(text, words)
        return None if key is None else Meaning(words[key].lower(), {param: key})

    return read


def labels(values: Iterable[StrEnum]) -> Mapping[str, str]:
    """Return the words of several values by code."""
    return {value.value: LABELS[value] for value in values}


def amount(text: str) -> Meaning | None:
    """Read «>1000», «<500», «500..3000» or «3500» as the smallest and the largest sum."""
    low, dots, high = text.partition("..")
    try:
        if dots:
            ends = {"min": _minor(low), "max": _minor(high)}
        elif text.startswith(">"):
            ends = {"min": _minor(text[1:]) + 1}
        elif text.startswith("<"):
            ends = {"max": _minor(text[1:]) - 1}
        else:
            ends = {"min": _minor(text), "max": _minor(text)}
    except BadAmount:
        return None
    most = ends.get("max", MAX_MINOR + 1)
    is_range = most > 0 and ends.get("min", 0) <= most
    return Meaning(text, {name: major(end) for name, end in ends.items()}) if is_range else None


def _minor(text: str) -> int:
    return parse_amount(text, Currency.RUB).minor


def minor_of(text: str) -> int | None:
    """Read a sum of the address in whole units as minor ones; None for what is not a sum."""
    try:
        return _minor(text) if text else None
    except BadAmount:
        return None


def major(minor: int) -> str:
    """Write minor units for an address: «1500.50»."""
    return f"{minor // 100}.{minor % 100:02d}"


def period(text: str) -> Meaning | None:
    """Read «сегодня», «2024-08», «14.08» or «01.08..14.08» as the first and the last day."""
    low, dots, high = fold(text).partition("..")
    first = span(low)
    last = span(high) if dots else first
    if first is None or last is None or first[0] > last[1]:
        return None
    return Meaning(text, {"from": first[0].isoformat(), "to": last[1].isoformat()})


def span(text: str) -> tuple[date, date] | None:
    """Read a day, a month or a word as its first and last day; None for anything else."""
    today = clock.now().astimezone(MOSCOW).date()
    ago = _DAYS_AGO.fullmatch(text)
    if text in _WORDS or ago:
        day = today - timedelta(days=int(ago[1]) if ago else _WORDS[text])
        return day, day
    try:
        days = _calendar(text, today)
    except (ValueError, OverflowError):
        return None
    return days if all(2000 < day.year < 2100 for day in days) else None


def _calendar(text: str, today: date) -> tuple[date, date]:
    month = _MONTH.fullmatch(today.isoformat()[:7] if text == "month" else text)
    if month:
        first = date(int(month[1]), int(month[2]), 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    short = _DAY.fullmatch(text)
    if short:
        day = date(int(short[3] or today.year), int(short[2]), int(short[1]))
    else:
        day = date.fromisoformat(text)
    return day, day


def card(text: str) -> Meaning | None:
    """Read the last four digits of a card."""
    is_tail = len(text) == 4 and text.isascii() and text.isdecimal()
    return Meaning(f"•• {text}", token=Token(TokenKind.CARD, text)) if is_tail else None


def phone(text: str) -> Meaning | None:
    """Read a phone or five of its digits at least."""
    digits = phone_digits(text)
    return Meaning(text, token=Token(TokenKind.PHONE, digits)) if len(digits) >= 5 else None


def mail(text: str) -> Meaning | None:
    """Read an e-mail, or three of its letters at least."""
    kind = Piece(text, "", text, is_phrase=False, is_excluded=False).token.kind
    if kind is not TokenKind.EMAIL:
        kind = TokenKind.WORD if len(text) >= 3 else TokenKind.SHORT
    return None if kind is TokenKind.SHORT else Meaning(text, token=Token(kind, fold(text)))


def other_layout(text: str) -> str:
    """Return what the same keys give on the other keyboard layout: «bdfyjd» is «иванов»."""
    return text.lower().translate(_LAYOUTS)


PEOPLE: Mapping[str, Reader] = {"phone": phone, "mail": mail}
