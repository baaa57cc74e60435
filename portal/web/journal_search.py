"""The search box of the journal: who, «платёж 42», an IP address, the id of a request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType

from portal.domain.search import MAX_QUERY_CHARACTERS, MAX_TOKENS, MIN_LETTERS, fold

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
#: Endings vary, so that this many letters are compared.
STEM = 5
_REQUEST = re.compile(r"[0-9a-f]{16}")
#: How a person may call an object -> its table.
NOUNS: Mapping[str, str] = MappingProxyType(
    {
        "платеж": "payments",
        "возврат": "refunds",
        "консультация": "consultations",
        "пользователь": "users",
        "человек": "users",
        "клиент": "users",
        "событие": "deliveries",
        "сеанс": "sessions",
    }
)
#: Those who act without being a person: the words -> the label in the journal.
NOBODIES: Mapping[str, str] = MappingProxyType(
    {"портал": "portal", "система": "portal", "гость": "гость"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the words of a query mean; ``names`` are the rest: parts of a person's name."""

    number: int | None = None
    kind: str | None = None
    request_id: str | None = None
    ip: str | None = None
    label: str | None = None
    names: tuple[str, ...] = ()
    is_unsearchable: bool = False


def read_query(query: str) -> Asked:
    """Recognise every word of the query by its form; the last of a kind counts."""
    meanings: dict[str, str] = {}
    names = []
    for word in fold(query[:MAX_QUERY_CHARACTERS].replace("№", " ")).split()[:MAX_TOKENS]:
        name, value = _meaning(word)
        if name == "name":
            names.append(value)
        else:
            meanings[name] = value
    return Asked(
        number=int(meanings["number"]) if "number" in meanings else None,
        kind=meanings.get("kind"),
        request_id=meanings.get("request_id"),
        ip=meanings.get("ip"),
        label=meanings.get("label"),
        names=tuple(names),
        is_unsearchable=any(len(name) < MIN_LETTERS for name in names),
    )


def _meaning(word: str) -> tuple[str, str]:
    if _NUMBER.fullmatch(word):
        return "number", word
    if _REQUEST.fullmatch(word):
        return "request_id", word
    if word in NOBODIES:
        return "label", NOBODIES[word]
    table = _table(word)
    if table:
        return "kind", table
    address = _address(word)
    return ("ip", address) if address else ("name", word)


def _table(word: str) -> str | None:
    found = (table for noun, table in NOUNS.items() if noun[:STEM] == word[:STEM])
    return next(found, None)


def _address(word: str) -> str | None:
    try:
        return str(ip_address(word))
    except ValueError:
        return None
