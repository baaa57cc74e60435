"""Who acts: a person at a screen, or the portal itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The one whom the journal names; ``user_id`` is None for the portal's own jobs."""

    user_id: int | None
    label: str
    ip: str | None = None
    request_id: str | None = None


SYSTEM = Actor(user_id=None, label="portal")
