"""A list leaves the portal as a file: the journal says who took which rows (I-45)."""

from datetime import datetime

from portal.domain.actors import Actor
from portal.store.audit import note
from portal.store.db import Base, transaction


def record_export(about: Base, address: str, rows: int, *, actor: Actor, now: datetime) -> None:
    """Write down an export before its first byte; ``about`` is the person or an empty row."""
    with transaction() as session:
        note(session, actor, "list.export", about, now=now, address=address, rows=rows)
