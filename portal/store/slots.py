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
    def prices(self) -> list[Money]:
        """Every price it has, roubles first; none when it is free of charge."""
        both = ((Currency.RUB, self.price_rub_minor), (Currency.KZT, self.price_kzt_minor))
        return [Money(minor, currency) for currency, minor in both if minor is not None]

    def asked_price(self, wanted: Currency) -> Money:
        """Return what it costs in the currency that is wanted, else in the one that it is sold in.

        Nothing is converted: whoever has no price in roubles is shown tenge (domain.md §8).
        """
        named = [price for price in self.prices if price.currency is wanted]
        return next(iter(named or self.prices), Money(0, wanted))

    def price(self, currency: Currency) -> Money:
        """Return the price in a currency, zero when free of charge; raise NotFound without one."""
        price = self.asked_price(currency)
        if price.currency is not currency:
            raise NotFound(what="Slot", id=self.id)
        return price

    def facts(self, *, is_taken: bool) -> SlotFacts:
        """Return what decides where it stands."""
        return SlotFacts(self.starts_at, self.is_paid, is_taken, self.withdrawn_at is not None)
