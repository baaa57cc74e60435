"""Consultations as they are stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from portal.domain.consultations import (
    PAYABLE,
    CancelledBy,
    ConsultationStatus,
    PaidState,
    paid_state,
    status_at,
)
from portal.domain.errors import AlreadyPaid, NotFound, NotPayable
from portal.domain.money import Currency, Money
from portal.store.db import Base, partial_index
from portal.store.slots import Slot
from portal.store.users import User

UNFINISHED = (ConsultationStatus.SCHEDULED, ConsultationStatus.OPEN)
#: What waits for its money until an hour, in the words of its partial index.
UNPAID_IN_TIME = "status = 'scheduled' AND paid_at IS NULL AND pay_until IS NOT NULL"
_KEEPS_SLOT = text("status <> 'cancelled'")


class Consultation(Base):
    """One booked meeting of a client with a specialist, and its price."""

    __tablename__ = "consultations"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_consultations_starts_at_id", "starts_at", "id"),
        Index("ix_consultations_client_starts_at", "client_id", "starts_at"),
        Index("ix_consultations_status_starts_at_id", "status", "starts_at", "id"),
        Index("ix_consultations_price_starts_at", "price_minor", "starts_at", "id"),
        partial_index(
            "ix_consultations_unfinished",
            "starts_at",
            "id",
            where="status IN ('scheduled', 'open')",
        ),
        Index(
            "one_consultation_per_slot",
            "slot_id",
            unique=True,
            postgresql_where=_KEEPS_SLOT,
            sqlite_where=_KEEPS_SLOT,
        ),
        partial_index("ix_consultations_pay_until", "pay_until", "id", where=UNPAID_IN_TIME),
        partial_index("ix_consultations_unpaid", "starts_at", "id", where="paid_at IS NULL"),
        Index(
            "ix_consultations_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Unguessable name of the checkout page, ``/pay/<token>``.
    pay_token: Mapped[str] = mapped_column(String(43), unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    specialist: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    price_minor: Mapped[int]
    currency: Mapped[Currency]
    status: Mapped[ConsultationStatus] = mapped_column(default=ConsultationStatus.SCHEDULED)
    #: The slot that it has taken; one that is cancelled lets it go (G1).
    slot_id: Mapped[int | None] = mapped_column(ForeignKey(Slot.id))
    #: Until when the slot waits for the money, as the client was told; None waits for ever.
    pay_until: Mapped[datetime | None]
    #: When the first payment was booked; paid is a property of money, not a state (I-34).
    paid_at: Mapped[datetime | None]
    #: How often money left the reserve; names the next ``consultation:<id>:settle:<n>`` event.
    settlements: Mapped[int] = mapped_column(default=0)
    #: Whose wish it was; nobody's when the portal let an unpaid slot go.
    cancelled_by: Mapped[CancelledBy | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closing_reason: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(Text)

    client: Mapped[User] = relationship(foreign_keys=client_id, lazy="raise_on_sql")
    slot: Mapped[Slot | None] = relationship(lazy="raise_on_sql")
    closed_by: Mapped[User | None] = relationship(foreign_keys=closed_by_id, lazy="raise_on_sql")

    @property
    def price(self) -> Money:
        """The price, VAT included."""
        return Money(self.price_minor, self.currency)

    def price_in(self, currency: Currency, slot: Slot | None) -> Money | None:
        """Return the price in a currency, its own or its slot's; None where none was written.

        Nothing is converted. A gift costs nothing in any currency.
        """
        if currency is self.currency or not self.price_minor:
            return Money(self.price_minor, currency)
        prices = slot.prices if slot is not None else []
        return next((price for price in prices if price.currency is currency), None)

    @property
    def prices(self) -> Sequence[Money]:
        """Every price that it may be bought at, its own first; its slot must be loaded."""
        if self.slot is None or self.is_paid or not self.price_minor:
            return [self.price]
        others = (price for price in self.slot.prices if price.currency is not self.currency)
        return [self.price, *others]

    def is_sold_for(self, price: Money) -> None:
        """Take the price that was shown and paid for its own: all else follows its currency."""
        self.price_minor, self.currency = price.minor, price.currency

    @property
    def is_paid(self) -> bool:
        """Whether money was captured for it: «Оплачено» or «Не оплачено» (E2)."""
        return self.paid_at is not None

    @property
    def paid_state(self) -> PaidState:
        """Whether it is paid, in one word; its slot must be loaded, which tells a gift by."""
        is_gift = self.slot is not None and self.slot.is_paid
        return paid_state(self.price, is_paid=self.is_paid, is_gift=is_gift)

    def is_payable_at(self, now: datetime) -> bool:
        """Whether one may begin to pay: not over, not free, and the hour that was told not past."""
        is_too_late = self.pay_until is not None and self.pay_until <= now
        return self.status_at(now) in PAYABLE and self.price_minor > 0 and not is_too_late

    def status_at(self, now: datetime) -> ConsultationStatus:
        """The state as of ``now``, also before the job has written that it is open."""
        return status_at(self.status, self.starts_at, now)


def is_unfinished() -> ColumnElement[bool]:
    """Say in SQL that a consultation has not ended, in the words of its partial index."""
    words: list[ColumnElement[str]] = [literal_column(f"'{status.value}'") for status in UNFINISHED]
    return Consultation.status.in_(words)


def due_to_lapse(session: Session, *, now: datetime, grace: timedelta, limit: int) -> list[int]:
    """List the open consultations that ended more than ``grace`` ago and nobody closed."""
    rows = session.scalars(
        select(Consultation.id)
        .where(
            Consultation.status == ConsultationStatus.OPEN,
            Consultation.ends_at <= now - grace,
        )
        .order_by(Consultation.id)
        .limit(limit)
    )
    return list(rows)


def consultation_card(session: Session, consultation_id: int) -> Consultation:
    """Load a consultation with the people that its card names; raise NotFound."""
    consultation = session.scalars(
        select(Consultation)
        .where(Consultation.id == consultation_id)
        .options(
            joinedload(Consultation.client),
            joinedload(Consultation.closed_by),
            joinedload(Consultation.slot),
        )
    ).one_or_none()
    if consultation is None:
        raise NotFound(what="Consultation", id=consultation_id)
    return consultation


def consultation_by_token(session: Session, pay_token: str) -> Consultation:
    """Load a consultation by the unguessable name of its checkout; raise NotFound."""
    consultation = session.scalars(
        select(Consultation)
        .where(Consultation.pay_token == pay_token)
        .options(joinedload(Consultation.client), joinedload(Consultation.slot))
    ).one_or_none()
    if consultation is None:
        raise NotFound(what="Consultation")
    return consultation


def require_payable(consultation: Consultation, now: datetime) -> None:
    """Raise AlreadyPaid or NotPayable unless money may be taken for it now."""
    if consultation.is_paid:
        raise AlreadyPaid(consultation=consultation.id)
    if not consultation.is_payable_at(now):
        raise NotPayable(status=consultation.status_at(now))
