"""What a call came to, before the bank seals and sends it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Done:
    """What a call came to: the answer's pairs, and what the journal says of it."""

    message: list[tuple[str, Any]]
    payment_id: str | None = None
    amount_minor: int | None = None
    executed: bool = True
    is_cut: bool = False
    details: dict[str, str | int | None] = field(default_factory=dict)
