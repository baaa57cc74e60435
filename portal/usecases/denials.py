"""What was denied is in the journal too: who tried, and at which door."""

from datetime import datetime

from portal.domain.actors import Actor
from portal.store.audit import note_denied
from portal.store.db import transaction


def note_denial(door: str, method: str, *, actor: Actor, now: datetime) -> None:
    """Write down that a person without the right knocked at a door; nothing else moved."""
    with transaction() as session:
        note_denied(session, actor, "access.denied", "doors", now=now, door=door, method=method)
