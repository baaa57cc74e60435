"""The bank's signature: MD5 over values in the order of their names (freedompay.md §3.2).

It seals values and no names, so whatever carries a right one is still only a hint (B13).
"""

import hashlib
import re
import secrets
import string
from collections.abc import Iterable, Iterator
from hmac import compare_digest

from portal.banks.freedompay.messages import Node

SALT_LENGTH = 16
SIGNATURE = "pg_sig"
_ALPHABET = string.ascii_letters + string.digits
_FORM = re.compile(r"[0-9a-f]{32}", re.ASCII)


def make_salt() -> str:
    """Return a new salt: random for each message."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(SALT_LENGTH))


def sign(script: str, fields: Iterable[Node], secret: str) -> str:
    """Seal fields for a script, the last segment of the address that is called.

    An empty script leaves the first element out, as some answers do (§3.4).
    """
    head = [script] if script else []
    text = ";".join([*head, *_values(fields), secret])
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def signed(script: str, fields: Iterable[tuple[str, str]], secret: str) -> list[tuple[str, str]]:
    """Add a salt and the signature to fields of ours; empty ones are never sent (§3.2)."""
    sent = [(name, value) for name, value in fields if value]
    sent.append(("pg_salt", make_salt()))
    nodes = [Node(name, value) for name, value in sent]
    return [*sent, (SIGNATURE, sign(script, nodes, secret))]


def is_signed(scripts: Iterable[str], fields: Iterable[Node], keys: Iterable[str]) -> bool:
    """Tell whether one of the secrets seals the fields for one of the scripts, in constant time."""
    told = list(fields)
    seals = [each.text for each in told if each.name == SIGNATURE]
    if len(seals) != 1 or not _FORM.fullmatch(seals[0]):
        return False
    rest, known = [each for each in told if each.name != SIGNATURE], list(keys)
    found = [
        compare_digest(sign(script, rest, key), seals[0]) for script in scripts for key in known
    ]
    return any(found)


def _values(fields: Iterable[Node]) -> Iterator[str]:
    """Yield the leaves: containers in the order of names, equal names as they came (§3.3)."""
    for node in sorted(fields, key=lambda each: each.name.encode()):
        if node.children:
            yield from _values(node.children)
        else:
            yield node.text
