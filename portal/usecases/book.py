"""The book is added up again, and what was found stays for the first page of staff (C3)."""

from collections.abc import Sequence
from datetime import datetime

from portal.domain.book import WrongSum
from portal.store.book_checks import check_of
from portal.store.db import db, transaction
from portal.store.verifications import verify


def check_book(*, now: datetime) -> Sequence[WrongSum]:
    """Add up every sum, keep what was found, and return each that does not hold.

    It reads outside any transaction of ours: adding up may take a minute, and nobody waits.
    """
    found = list(verify(db.session()))
    db.session.rollback()
    with transaction() as session:
        session.add(check_of(found, now=now))
    return found
