"""The bank's XML, read without guesses: no DTD, no entities, no attributes, a shallow tree."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

MAX_BYTES = 256 * 1024
MAX_DEPTH, MAX_LEAVES = 6, 2000
ROOTS = ("response", "request")
_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Node:
    """One element: its name, and either its text or its children, in the order of the message."""

    name: str
    text: str = ""
    children: tuple["Node", ...] = ()

    def all(self, name: str) -> list["Node"]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]

    def find(self, name: str) -> str | None:
        """Return the text of the only child of a name; None when there is none, or it is empty.

        Raises ValueError for a second one: two readers would believe two different values.
        """
        found = self.all(name)
        if len(found) > 1:
            raise ValueError(f"{name} is given twice")
        return found[0].text or None if found and not found[0].children else None


def read_message(data: bytes) -> Node:
    """Read a whole message; raise ValueError for what a careful reader does not accept.

    Source: freedompay.md §3.1; DTDs, entities and other files are refused, never expanded.
    """
    if len(data) > MAX_BYTES:
        raise ValueError("the message is too long")
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, UnicodeError):
        raise ValueError("not XML that we read") from None
    if root.tag not in ROOTS:
        raise ValueError("a message of another kind")
    node = _node(root, MAX_DEPTH)
    if sum(1 for _ in _leaves(node)) > MAX_LEAVES:
        raise ValueError("too many values")
    return node


def write_message(fields: Iterable[tuple[str, str]]) -> bytes:
    """Write a flat answer of ours; values are escaped."""
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<response>{inner}</response>'.encode()


def _node(element: Any, depth: int) -> Node:
    name, text = element.tag, element.text or ""
    if depth == 0 or not isinstance(name, str) or not _NAME.fullmatch(name) or element.attrib:
        raise ValueError("an element of a kind that the bank does not use")
    children = tuple(_node(child, depth - 1) for child in element)
    if children and (text.strip() or any((child.tail or "").strip() for child in element)):
        raise ValueError("text beside elements")
    return Node(name, "" if children else text, children)


def _leaves(node: Node) -> Iterator[Node]:
    if not node.children:
        yield node
    for child in node.children:
        yield from _leaves(child)
