"""What the nightly check of the book has found: one row for each run (C3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.book import SumFault, WrongSum
from portal.store.db import Base

#: So many of the sums that do not hold are kept by name, the rest is only counted.
NAMED = 20


class BookCheck(Base):
    """One run: how many sums did not hold, and the first of them; none means that it holds."""

    __tablename__ = "book_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    wrong: Mapped[int]
    named: Mapped[list[Any]] = mapped_column(JSON)

    @property
    def sums(self) -> Sequence[WrongSum]:
        """The first sums that did not hold."""
        return [WrongSum(SumFault(fault), row, numbers) for fault, row, numbers in self.named]


def check_of(found: Sequence[WrongSum], *, now: datetime) -> BookCheck:
    """Make the row of a run that has found these sums wrong."""
    named = [[one.fault.value, one.row, list(one.numbers)] for one in found[:NAMED]]
    return BookCheck(at=now, wrong=len(found), named=named)


def last_book_check(session: Session) -> BookCheck | None:
    """Return the latest run; None when there was none yet."""
    return session.scalars(select(BookCheck).order_by(BookCheck.id.desc()).limit(1)).first()
