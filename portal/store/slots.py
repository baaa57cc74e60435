"""Slots as they are stored: a specialist's time on offer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.errors import NotFound
from portal.domain.money import Currency, Money
from portal.domain.slots import SlotFacts
from portal.store.db import Base


class Slot(Base):
    """A specialist's time on offer; taken by at most one consultation that is not cancelled.

    A price is written per currency; a slot without any price is free of charge.
    """

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("price_rub_minor > 0", name="price_rub_positive"),
        CheckConstraint("price_kzt_minor > 0", name="price_kzt_positive"),
        Index("ix_slots_starts_at_id", "starts_at", "id"),
        Index("ix_slots_specialist_starts_at", "specialist", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    specialist: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    price_rub_minor: Mapped[int | None]
    price_kzt_minor: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    @property
    def is_paid(self) -> bool:
        """Whether it costs anything in any currency."""
        return self.price_rub_minor is not None or self.price_kzt_minor is not None

    @property
    def price_rub(self) -> Money | None:
        """The price in roubles, if it has one."""
        minor = self.price_rub_minor
        return None if minor is None else Money(minor, Currency.RUB)

    def price(self, currency: Currency) -> Money:
        """Return the price in a currency, zero when free of charge; raise NotFound without one."""
        if not self.is_paid:
            return Money(0, currency)
        minor = self.price_rub_minor if currency is Currency.RUB else self.price_kzt_minor
        if minor is None:
            raise NotFound(what="Slot", id=self.id)
        return Money(minor, currency)

    def facts(self, *, is_taken: bool) -> SlotFacts:
        """Return what decides where it stands."""
        return SlotFacts(self.starts_at, self.is_paid, is_taken, self.withdrawn_at is not None)
