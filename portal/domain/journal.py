"""The chain of the journal: every entry carries the hash of the one before it (I-46)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: What the first entry is chained to.
GENESIS = "0" * 64


class Outcome(StrEnum):
    """How an action ended: it was done, or it was denied and nothing moved."""

    DONE = "done"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as the chain sees it: its number, everything that it says, and its hash."""

    number: int
    content: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the number of its last entry (0: none yet) and that entry's hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that is not what was written, and in one word what is wrong with it."""

    number: int
    fault: str


def link_hash(before: str, content: Mapping[str, Any]) -> str:
    """Return SHA-256 of the hash before and the canonical JSON of an entry (I-46).

    ``content`` holds what JSON knows; keys are sorted, so that both databases give the same text.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def first_break(links: Iterable[Link], *, start: Head, end: Head | None) -> Break | None:
    """Return the first entry after ``start`` that is missing, moved or changed; None when whole.

    ``end`` is the head that the last entry must meet: without it a cut tail is not seen.
    """
    head = start
    for link in links:
        if link.number != head.number + 1:
            return Break(head.number + 1, "missing")
        if link.hash != link_hash(head.hash, link.content):
            return Break(link.number, "changed")
        head = Head(link.number, link.hash)
    if end is not None and head != end:
        return Break(min(head.number, end.number) + 1, "missing")
    return None
