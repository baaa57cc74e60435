"""The journal looks after itself: its chain is walked, and what was found is kept (I-46)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.journal import Break, Head
from portal.store.audit import AuditCheck, walk
from portal.store.db import db, transaction


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk over the chain has found: its end, and the first broken entry if any."""

    head: Head
    broken: Break | None


def verify_journal(*, known: dict[int, str]) -> Checked:
    """Walk the chain and change nothing; ``known`` are heads kept elsewhere, number -> hash.

    Nobody waits meanwhile: it reads one moment of the database, outside any transaction of ours.
    """
    db.session.rollback()
    with Session(db.engine) as session:
        return Checked(*walk(session, known))


def check_journal(*, now: datetime) -> Checked:
    """Walk the chain and keep what was found, for the journal's page and for later checks."""
    checked = verify_journal(known={})
    head, broken = checked.head, checked.broken
    with transaction() as session:
        session.add(
            AuditCheck(
                at=now,
                number=head.number,
                hash=head.hash,
                broken_id=broken.number if broken else None,
                fault=broken.fault if broken else None,
            )
        )
    return checked
