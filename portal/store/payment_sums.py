"""The sums of a payment as money, for its row in the database and for its line in a list."""

from typing import Protocol

from portal.domain.money import Currency, Money


class _Minor(Protocol):
    """A payment's currency and sums in minor units."""

    @property
    def currency(self) -> Currency: ...
    @property
    def captured_minor(self) -> int: ...
    @property
    def refunded_minor(self) -> int: ...
    @property
    def under_way_minor(self) -> int: ...
    @property
    def external_minor(self) -> int: ...


class PaymentSums:
    """Say as money what the fields of a payment say in minor units."""

    __slots__ = ()

    def _money(self: _Minor, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def captured(self: _Minor) -> Money:
        """What the bank took."""
        return Money(self.captured_minor, self.currency)

    @property
    def refunded(self: _Minor) -> Money:
        """What the bank has given back for our refunds."""
        return Money(self.refunded_minor, self.currency)

    @property
    def under_way(self: _Minor) -> Money:
        """What an open refund holds."""
        return Money(self.under_way_minor, self.currency)

    @property
    def external(self: _Minor) -> Money:
        """What was given back at the bank without us."""
        return Money(self.external_minor, self.currency)

    @property
    def remaining(self: _Minor) -> Money:
        """What is left to return."""
        gone = self.refunded_minor + self.under_way_minor + self.external_minor
        return Money(self.captured_minor - gone, self.currency)
