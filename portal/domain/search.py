"""How people search: folded words, and pieces recognised by their form (ux.md §3.3)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

MIN_LETTERS = 3
MAX_QUERY_CHARACTERS = 200
MAX_TOKENS = 8
#: Parts the names of a search line from the contacts; no text that was folded has it.
CONTACTS = "\x1f"


class TokenKind(StrEnum):
    """What one word of the query seems to be."""

    WORD = "word"
    EXCLUDED = "excluded"
    ID = "id"
    NUMBER = "number"
    AMOUNT = "amount"
    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"
    OPERATION = "operation"
    REFERENCE = "reference"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the query: what it is, its text ready to be compared, where it may be found."""

    kind: TokenKind
    text: str
    is_of_name: bool = False

    def within_names(self) -> "Token":
        """Return what whoever may not see contacts asks: nothing tells a part of an e-mail."""
        is_contact = self.kind in (TokenKind.EMAIL, TokenKind.PHONE)
        kind = TokenKind.WORD if is_contact else self.kind
        return replace(self, kind=kind, is_of_name=True)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a query as typed: a word, a phrase in quotes, or an operator ``name:value``."""

    typed: str
    name: str
    value: str
    is_phrase: bool
    is_excluded: bool

    @property
    def token(self) -> Token:
        """What the value is when it is searched as a text."""
        if not (self.is_phrase or self.is_excluded):
            return _token(fold(self.value))
        text = fold(self.value).strip()
        if len(text) < MIN_LETTERS:
            return Token(TokenKind.SHORT, text)
        return Token(TokenKind.EXCLUDED if self.is_excluded else TokenKind.WORD, text)


_PIECE = re.compile(
    r'(?P<minus>-(?=[^\W\d_"]))?(?:(?P<name>[^\W\d_]+):\s*)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))?'
)
# «№ 42», «3 500,00» and «8 (916) 123-45-67» are one word each, whatever stands between the digits.
_SPACED_ID = re.compile(r"№\s+(?=\d)")
_SPACED_THOUSANDS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")
_SPACED_PHONE = re.compile(r"(?<!\S)(?:\+\d|8)[\d\s()-]{8,18}\d(?!\S)", re.ASCII)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}")
_OPERATION = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{3,28}")
_REFERENCE = re.compile(r"c\d{1,9}-[0-9a-f]{12}", re.ASCII)
# Folding has turned «№» into "no" by then.
_ID = re.compile(r"no(\d{1,9})", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
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
    contacts = fold(f"{email} {phone_digits(phone)}".strip())
    return f"{fold(name)}{CONTACTS}{contacts}"


def meeting_text(specialist: str, client_line: str) -> str:
    """Return the line of a consultation: the specialist's name before the line of the client."""
    return f"{fold(specialist)} {client_line}"


def pieces(query: str) -> list[Piece]:
    """Split a query into its pieces; too long a query is cut, never refused."""
    return list(_pieces(query[:MAX_QUERY_CHARACTERS].replace("\x00", " ")))[:MAX_TOKENS]


def _pieces(query: str) -> Iterator[Piece]:
    joined = _SPACED_THOUSANDS.sub("", _SPACED_ID.sub("№", query))
    joined = _SPACED_PHONE.sub(lambda found: "".join(found[0].split()), joined)
    for found in _PIECE.finditer(joined):
        typed = found[0].strip()
        if typed:
            phrase = found["phrase"]
            yield Piece(
                typed=typed,
                name=fold(found["name"] or ""),
                value=found["word"] or phrase or "",
                is_phrase=phrase is not None,
                is_excluded=bool(found["minus"]),
            )


def _token(word: str) -> Token:
    if _EMAIL.fullmatch(word):
        return Token(TokenKind.EMAIL, word)
    if _OPERATION.fullmatch(word):
        return Token(TokenKind.OPERATION, word)
    if _REFERENCE.fullmatch(word):
        return Token(TokenKind.REFERENCE, word)
    amount = _AMOUNT.fullmatch(word)
    if amount:
        return Token(TokenKind.AMOUNT, f"{amount[1]}{amount[2].ljust(2, '0')}")
    return _digits_or_word(word)


def _digits_or_word(word: str) -> Token:
    number = _ID.fullmatch(word)
    if number:
        return Token(TokenKind.ID, number[1])
    if _NUMBER.fullmatch(word):
        return Token(TokenKind.NUMBER, word)
    if _PHONE.fullmatch(word):
        return Token(TokenKind.PHONE, phone_digits(word))
    return Token(TokenKind.WORD if len(word) >= MIN_LETTERS else TokenKind.SHORT, word)
