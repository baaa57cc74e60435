"""The bank's seal: HMAC-SHA256 under the merchant's secret, in hexadecimal."""

import hashlib
import hmac

HEADER = "X-Toy-Seal"


def seal(secret: str, text: str) -> str:
    """Return the seal of a text."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_sealed(secret: str, text: str, shown: str) -> bool:
    """Compare in constant time; a seal that is no ASCII is none."""
    return shown.isascii() and hmac.compare_digest(seal(secret, text), shown)


def of_event(event: dict[str, object]) -> str:
    """Return what the seal of an event covers: not how its refund stands."""
    return ".".join(str(event.get(name, "")) for name in ("merchant", "id", "reference"))
