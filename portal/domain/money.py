"""Money is whole minor units with a currency: no floats, no mixed currencies."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from portal.domain.errors import BadAmount

MINOR_PER_MAJOR = 100
MAX_MINOR = 99_999_999_99
_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f")  # as people and spreadsheets group
_AMOUNT = re.compile(r"(?a:(\d{1,10})(?:[.,](\d{1,2}))?)")


class Currency(StrEnum):
    """The currencies in which accounts are held; none is ever converted into another."""

    RUB = "RUB"
    KZT = "KZT"

    @property
    def place(self) -> int:
        """Where its sums stand among those of others: roubles first, most payments are theirs."""
        return list(Currency).index(self)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """A sum in minor units (kopecks, tiyn) of one currency; negative only as a difference."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("money is a whole number of minor units")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: "Money") -> int:
        if other.currency is not self.currency:
            raise TypeError(f"{self.currency} and {other.currency} are never added or compared")
        return other.minor

    @property
    def major(self) -> Decimal:
        """The sum in roubles or tenge, exactly two decimals."""
        return Decimal(self.minor).scaleb(-2).quantize(Decimal("0.01"))

    @classmethod
    def from_major(cls, amount: Decimal, currency: Currency) -> "Money":
        """Turn a decimal of roubles or tenge into Money; raise BadAmount when it is not exact."""
        if not amount.is_finite() or abs(amount) > MAX_MINOR:
            raise BadAmount
        minor = amount * MINOR_PER_MAJOR
        if minor != minor.to_integral_value():
            raise BadAmount
        return cls(int(minor), currency)


def parse_amount(text: str, currency: Currency) -> Money:
    """Read what a person typed («1 500», «1500,50»); raise BadAmount rather than guess.

    Positive sums up to 99 999 999.99 only: no signs, exponents, grouping tricks or foreign digits.
    """
    found = _AMOUNT.fullmatch(text.strip().translate(_SPACES)) if len(text) <= 40 else None
    if found is None:
        raise BadAmount
    minor = int(found[1]) * MINOR_PER_MAJOR + int((found[2] or "").ljust(2, "0"))
    if not 0 < minor <= MAX_MINOR:
        raise BadAmount
    return Money(minor, currency)
