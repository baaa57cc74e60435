"""The bank's own way to seal a message: values by the names' order, the secret last, MD5.

Written from the reference alone (freedompay.md §3.2): it shares nothing with any connector.
"""

import hashlib
import hmac
import random
from collections.abc import Sequence
from typing import Any

SALT_SIGNS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
#: A message is pairs of a name and either a text or the pairs inside it.
Pairs = Sequence[tuple[str, Any]]


def seal_of(script: str | None, message: Pairs, secret: str) -> str:
    """Return the seal of everything but `pg_sig`; no script leaves the first element out."""
    parts: list[str] = [] if script is None else [script]
    _collect([pair for pair in message if pair[0] != "pg_sig"], parts)
    parts.append(secret)
    digest = hashlib.new("md5", usedforsecurity=False)
    digest.update(";".join(parts).encode("utf-8"))
    return digest.hexdigest()


def is_sealed(script: str, message: Pairs, secret: str) -> bool:
    """Tell whether a message carries exactly one seal and it is the right one."""
    told = [value for name, value in message if name == "pg_sig"]
    if len(told) != 1 or not isinstance(told[0], str):
        return False
    return hmac.compare_digest(told[0].encode(), seal_of(script, message, secret).encode())


def with_seal(script: str | None, message: Pairs, secret: str) -> list[tuple[str, Any]]:
    """Add a fresh salt and the seal."""
    salt = "".join(random.choice(SALT_SIGNS) for _ in range(16))
    salted = [*message, ("pg_salt", salt)]
    return [*salted, ("pg_sig", seal_of(script, salted, secret))]


def _collect(message: Pairs, into: list[str]) -> None:
    names = sorted({name.encode("utf-8") for name, _ in message})
    for name in names:
        for told, value in message:
            if told.encode("utf-8") != name:
                continue
            if isinstance(value, str):
                into.append(value)
            else:
                _collect(value, into)
