"""The book: accounts, transfers that never change, and the one function that posts them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.domain.actors import Actor
from portal.domain.ledger import USER_KINDS, AccountCode, AccountKind, Movement, TransferReason
from portal.domain.money import Currency, Money
from portal.store.db import Base, partial_index


class LedgerAccount(Base):
    """One account of the book and its cached balance; a client's never falls below zero."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("code", "currency"),
        CheckConstraint("user_id IS NULL OR balance_minor >= 0", name="user_balance_not_negative"),
        Index("ix_ledger_accounts_user_kind", "user_id", "kind"),
        partial_index(
            "ix_ledger_accounts_held",
            *("kind", "user_id", "currency", "balance_minor"),
            where="balance_minor > 0 AND user_id IS NOT NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[AccountKind]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    currency: Mapped[Currency]
    balance_minor: Mapped[int] = mapped_column(default=0)

    @property
    def balance(self) -> Money:
        """The sum of what came in less what went out."""
        return Money(self.balance_minor, self.currency)


class Transfer(Base):
    """Money that moved: immutable, positive, once for each event (C3)."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("source_id <> destination_id", name="moves_somewhere"),
        Index("ix_transfers_source", "source_id", "id"),
        Index("ix_transfers_destination", "destination_id", "id"),
        Index("ix_transfers_payment", "payment_id"),
        Index("ix_transfers_consultation", "consultation_id"),
        Index("ix_transfers_refund", "refund_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_key: Mapped[str] = mapped_column(String(160), unique=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    destination_id: Mapped[int] = mapped_column(ForeignKey("ledger_accounts.id"))
    amount_minor: Mapped[int]
    currency: Mapped[Currency]
    reason: Mapped[TransferReason]
    payment_id: Mapped[int | None]
    consultation_id: Mapped[int | None]
    refund_id: Mapped[int | None]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    source: Mapped[LedgerAccount] = relationship(foreign_keys=source_id, lazy="raise_on_sql")
    destination: Mapped[LedgerAccount] = relationship(
        foreign_keys=destination_id, lazy="raise_on_sql"
    )

    @property
    def amount(self) -> Money:
        """What moved."""
        return Money(self.amount_minor, self.currency)


def post(
    session: Session,
    movements: Sequence[Movement],
    *,
    actor: Actor,
    now: datetime,
    **about: int | None,
) -> list[Transfer]:
    """Post movements within the caller's transaction and return their transfers, in order.

    ``about`` names the ``payment_id``, ``consultation_id`` or ``refund_id`` that caused them. The
    accounts are locked in one global order; an event key that is known already raises
    IntegrityError, so an event can never move money twice.
    """
    accounts = lock_accounts(session, movements)
    transfers = []
    for movement in movements:
        amount = movement.amount
        source = accounts[movement.source, amount.currency]
        destination = accounts[movement.destination, amount.currency]
        _add(session, source, -amount.minor)
        _add(session, destination, amount.minor)
        transfers.append(
            Transfer(
                event_key=movement.event_key,
                source_id=source,
                destination_id=destination,
                amount_minor=amount.minor,
                currency=amount.currency,
                reason=movement.reason,
                actor_id=actor.user_id,
                at=now,
                **about,
            )
        )
        session.add(transfers[-1])
        session.flush()
    return transfers


def _add(session: Session, account_id: int, minor: int) -> None:
    session.execute(
        update(LedgerAccount)
        .where(LedgerAccount.id == account_id)
        .values(balance_minor=LedgerAccount.balance_minor + minor)
        .execution_options(synchronize_session=False)
    )


def lock_accounts(
    session: Session, movements: Sequence[Movement]
) -> dict[tuple[AccountCode, Currency], int]:
    """Lock the accounts of ``movements`` in the one global order and return their numbers.

    Whoever posts more than once in a transaction locks everything first, or two could deadlock.
    """
    wanted = {
        (code, movement.amount.currency)
        for movement in movements
        for code in (movement.source, movement.destination)
    }
    ids = {key: _account_id(session, *key) for key in sorted(wanted, key=_order)}
    for account_id in sorted(ids.values()):
        session.execute(
            update(LedgerAccount)
            .where(LedgerAccount.id == account_id)
            .values(balance_minor=LedgerAccount.balance_minor)
            .execution_options(synchronize_session=False)
        )
    return ids


def _order(key: tuple[AccountCode, Currency]) -> tuple[str, str]:
    return key[0].text, key[1].value


def _account_id(session: Session, code: AccountCode, currency: Currency) -> int:
    query = select(LedgerAccount.id).where(
        LedgerAccount.code == code.text, LedgerAccount.currency == currency
    )
    found = session.scalar(query)
    if found is not None:
        return found
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    session.execute(
        insert(LedgerAccount)
        .values(
            code=code.text,
            kind=code.kind,
            currency=currency,
            user_id=int(code.owner) if code.kind in USER_KINDS else None,
            balance_minor=0,
        )
        .on_conflict_do_nothing()
    )
    return session.scalars(query).one()


def balance(session: Session, code: AccountCode, currency: Currency) -> Money:
    """Return the cached balance of an account, zero when nothing ever moved on it."""
    minor = session.scalar(
        select(LedgerAccount.balance_minor).where(
            LedgerAccount.code == code.text, LedgerAccount.currency == currency
        )
    )
    return Money(minor or 0, currency)
