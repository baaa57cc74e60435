"""Settings of an account as people may look at them: secrets never, whatever they are called (F7).

A connector that was installed from elsewhere tells nobody which of its settings are secrets, so a
value is shown only under a name that is known to hold none.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

HIDDEN = "задано, скрыто"
#: Names that hold no secret: the portal's own of an account, and what banks ask of their accounts.
_OPEN = re.compile(
    r"check_minor|check_name|connector|item_name|mode|priority|title"
    r"|currency|receipt|measure|binding|charges|chargeable_cards|merchant|merchant_id|customer_code"
    r"|[a-z_]+_(minutes|seconds|percent|modes?|type|system|method|object)"
)


def masked(settings: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Name every setting that is given, with its value or with words that it is hidden."""
    return [(name.upper(), _shown(name, value)) for name, value in sorted(settings.items())]


def _shown(name: str, value: Any) -> str:
    text = str(value)
    if name.endswith("_url"):
        return _host(text)
    return text if _OPEN.fullmatch(name) else HIDDEN


def _host(text: str) -> str:
    """Show whom an address names, without what may come before or after it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return HIDDEN
    return f"{parts.scheme}://{parts.hostname}" if parts.hostname else HIDDEN
