"""Who acts: a person at a screen, or the portal itself."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Actor:
    """The one whom the journal names; ``user_id`` is None for the portal's own jobs.

    ``started_by_id`` is the person whose wish a job carries out.
    """

    user_id: int | None
    label: str
    ip: str | None = None
    request_id: str | None = None
    user_agent: str | None = None
    started_by_id: int | None = None


SYSTEM = Actor(user_id=None, label="portal")


def for_wish_of(user_id: int | None) -> Actor:
    """Return the portal acting on the wish of a person."""
    return replace(SYSTEM, started_by_id=user_id)
