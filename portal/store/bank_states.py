"""What accounts at banks said when they were asked, and which of them take no payments (F2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, func, select, text
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from portal.domain.errors import AccountSuspended
from portal.domain.ports import Finding, Severity
from portal.store.db import Base, beside
from portal.store.users import User

_ASKED = text("finished_at IS NULL")
_SUSPENDED = text("resumed_at IS NULL")
_BADNESS = list(Severity)
#: Whoever changes the state of an account waits for whoever does so, or pays there, before.
TURN = 7_004


class BankCheck(Base):
    """One question to a bank whether all works: asked by a row, answered by a job."""

    __tablename__ = "bank_checks"
    __table_args__ = (
        Index("ix_bank_checks_account", "account", "id"),
        Index(
            "one_open_check_per_account",
            "account",
            unique=True,
            postgresql_where=_ASKED,
            sqlite_where=_ASKED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: Milliseconds from the first question of the check to its last answer.
    took_ms: Mapped[int | None] = mapped_column(Integer)
    findings: Mapped[list[Any]] = mapped_column(JSON, default=list)

    @property
    def told(self) -> Sequence[Finding]:
        """What the bank and our settings told."""
        return [Finding(Severity(severity), *words) for severity, *words in self.findings]

    @property
    def worst(self) -> Severity:
        """How bad the worst of it is."""
        return max((one.severity for one in self.told), key=_BADNESS.index, default=Severity.OK)


class BankSuspension(Base):
    """Why an account takes no new payments, since when; over once it has ``resumed_at``."""

    __tablename__ = "bank_suspensions"
    __table_args__ = (
        Index(
            "one_open_suspension_per_account",
            "account",
            unique=True,
            postgresql_where=_SUSPENDED,
            sqlite_where=_SUSPENDED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500))
    suspended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    suspended_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    suspended_by: Mapped[User | None] = relationship(lazy="raise")


def suspensions(session: Session) -> Mapping[str, BankSuspension]:
    """Load the open suspensions with who made them, by the name of the account."""
    found = select(BankSuspension).where(BankSuspension.resumed_at.is_(None))
    rows = session.scalars(found.options(joinedload(BankSuspension.suspended_by)))
    return {row.account: row for row in rows}


def find_suspension(session: Session, account: str) -> BankSuspension | None:
    """Find the open suspension of an account."""
    return session.scalars(
        select(BankSuspension).where(
            BankSuspension.account == account, BankSuspension.resumed_at.is_(None)
        )
    ).one_or_none()


def is_taking(session: Session, account: str) -> bool:
    """Tell whether an account takes payments, and keep it so until this transaction ends.

    Payments start beside each other; who suspends waits for them, and they for who suspends.
    """
    beside(session, TURN)
    return find_suspension(session, account) is None


def require_taking(session: Session, account: str) -> None:
    """Raise AccountSuspended unless the account takes payments until this transaction ends (F2)."""
    if not is_taking(session, account):
        raise AccountSuspended(account=account)


def suspended_accounts(session: Session) -> frozenset[str]:
    """Name the accounts that take no new payments now."""
    found = select(BankSuspension.account).where(BankSuspension.resumed_at.is_(None))
    return frozenset(session.scalars(found))


def find_open_check(session: Session, account: str) -> BankCheck | None:
    """Find the check of an account that still waits for its answer."""
    return session.scalars(
        select(BankCheck).where(BankCheck.account == account, BankCheck.finished_at.is_(None))
    ).one_or_none()


def last_checks(session: Session) -> Mapping[str, BankCheck]:
    """Load the latest answered check of every account, by its name."""
    newest = (
        select(func.max(BankCheck.id))
        .where(BankCheck.finished_at.is_not(None))
        .group_by(BankCheck.account)
    )
    rows = session.scalars(select(BankCheck).where(BankCheck.id.in_(newest)))
    return {row.account: row for row in rows}


def open_checks(session: Session) -> Mapping[str, BankCheck]:
    """Load the checks that still wait for their answers, by the name of the account."""
    rows = session.scalars(select(BankCheck).where(BankCheck.finished_at.is_(None)))
    return {row.account: row for row in rows}
