"""What was denied is in the journal too: who tried, at which door, and what stood against it."""

from dataclasses import dataclass
from datetime import datetime

from portal.domain.actors import Actor
from portal.domain.errors import Refusal
from portal.store.audit import About, note_denied
from portal.store.db import transaction


@dataclass(frozen=True, slots=True)
class Knock:
    """The door that somebody tried, as «GET /audit», and what it is about if it tells."""

    door: str
    about: About = "doors"


def note_denial(knock: Knock, *, actor: Actor, now: datetime) -> None:
    """Write down that a person without the right knocked at a door; nothing else moved."""
    with transaction() as session:
        note_denied(
            session,
            actor,
            "access.denied",
            knock.about,
            now=now,
            door=knock.door,
        )


def note_refusal(knock: Knock, refusal: Refusal, *, actor: Actor, now: datetime) -> None:
    """Write down that a person who may knock was refused by a rule; nothing else moved."""
    rule = getattr(getattr(refusal, "rule", None), "code", None)
    with transaction() as session:
        note_denied(
            session,
            actor,
            "action.refused",
            knock.about,
            now=now,
            door=knock.door,
            refusal=refusal.code,
            **({"rule": rule} if rule else {}),
        )
