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


class Fault(StrEnum):
    """What is wrong with an entry: it is gone, not as written, not ours, or written anew."""

    MISSING = "missing"
    CHANGED = "changed"
    EXTRA = "extra"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that is not what was written, and what is wrong with it."""

    number: int
    fault: Fault


def link_hash(before: str, content: Mapping[str, Any]) -> str:
    """Return SHA-256 of the hash before and the canonical JSON of an entry (I-46).

    ``content`` holds what JSON knows; keys are sorted, so that both databases give the same text.
    A forger's half of a character is hashed as it is: it fits nothing, and stops nobody.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode(errors="surrogatepass")).hexdigest()


def first_break(
    links: Iterable[Link], *, end: Head, known: Mapping[int, str] | None = None
) -> Break | None:
    """Return the first entry that is missing, changed, extra or written anew; None when whole.

    ``end`` is the head that the last entry must meet: without it a cut tail is not seen. ``known``
    are heads of earlier checks, number -> hash: without them a chain that somebody wrote anew from
    some entry on would look whole.
    """
    known = {number: hash_ for number, hash_ in (known or {}).items() if number > 0}
    head = Head(0, GENESIS)
    for link in links:
        fault = _fault(link, head, end, known)
        if fault is not None:
            return Break(head.number + 1 if fault is Fault.MISSING else link.number, fault)
        head = Head(link.number, link.hash)
    if max([end.number, *known]) > head.number:
        return Break(head.number + 1, Fault.MISSING)
    return None if head == end else Break(head.number, Fault.REWRITTEN)


def _fault(link: Link, head: Head, end: Head, known: Mapping[int, str]) -> Fault | None:
    if link.number > head.number + 1:
        return Fault.MISSING
    if link.number <= head.number:
        return Fault.EXTRA
    if link.hash != link_hash(head.hash, link.content):
        return Fault.CHANGED
    if link.number > end.number:
        return Fault.EXTRA
    return Fault.REWRITTEN if known.get(link.number, link.hash) != link.hash else None
