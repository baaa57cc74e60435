"""How people search: folded words, and tokens recognised by their form (ux.md §3.3)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

MIN_LETTERS = 3
MAX_QUERY_CHARACTERS = 200
MAX_TOKENS = 8


class TokenKind(StrEnum):
    """What one word of the query seems to be."""

    WORD = "word"
    NUMBER = "number"
    AMOUNT = "amount"
    PHONE = "phone"
    EMAIL = "email"
    OPERATION = "operation"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the query: what it is, and its text ready to be compared."""

    kind: TokenKind
    text: str


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}")
_OPERATION = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{3,28}")
# Folding has turned «№» into "no" by then.
_NUMBER = re.compile(r"(?:no)?(\d{1,9})", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,9})[.,](\d{1,2})", re.ASCII)
_PHONE = re.compile(r"\+?\d[\d()-]{6,18}", re.ASCII)

_ANY_EMAIL = re.compile(r"\S*@\S*")
# Ten digits in the groups of a phone, with or without the code of the country.
_ANY_PHONE = re.compile(
    r"(?<![\w-])(?:\+?\d[\s(-]*)?\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?![\w-])", re.ASCII
)


def fold(text: str) -> str:
    """Fold case, ё and compatibility forms, so that what looks the same is found as the same."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return "".join(character for character in plain if character.isprintable())


def phone_digits(phone: str | None) -> str:
    """Return the last ten digits: +7, 8, brackets and spaces make no difference."""
    return "".join(character for character in phone or "" if character in "0123456789")[-10:]


def without_contacts(text: str) -> str:
    """Hide e-mails and phones in a text that somebody typed and others will read for ever."""
    return _ANY_PHONE.sub("•••", _ANY_EMAIL.sub("•••", text))


def search_text(name: str, email: str, phone: str | None) -> str:
    """Join what a person is found by into one folded line, kept beside every row to be searched."""
    return fold(f"{name} {email} {phone_digits(phone)}".strip())


def tokens(query: str) -> list[Token]:
    """Split a query into recognised words; too long a query is cut, never refused."""
    words = fold(query[:MAX_QUERY_CHARACTERS]).replace("\x00", " ").split()
    return [_token(word) for word in _joined_phones(words)[:MAX_TOKENS]]


def _joined_phones(words: list[str]) -> list[str]:
    """Join «+7 916 123-45-67» into one word: people paste phones with spaces."""
    joined = "".join(words)
    if len(words) > 1 and joined.startswith(("+", "8")) and _PHONE.fullmatch(joined):
        return [joined]
    return words


def _token(word: str) -> Token:
    if _EMAIL.fullmatch(word):
        return Token(TokenKind.EMAIL, word)
    if _OPERATION.fullmatch(word):
        return Token(TokenKind.OPERATION, word)
    amount = _AMOUNT.fullmatch(word)
    if amount:
        return Token(TokenKind.AMOUNT, f"{amount[1]}{amount[2].ljust(2, '0')}")
    return _digits_or_word(word)


def _digits_or_word(word: str) -> Token:
    number = _NUMBER.fullmatch(word)
    if number:
        return Token(TokenKind.NUMBER, number[1])
    if _PHONE.fullmatch(word):
        return Token(TokenKind.PHONE, phone_digits(word))
    return Token(TokenKind.WORD if len(word) >= MIN_LETTERS else TokenKind.SHORT, word)
