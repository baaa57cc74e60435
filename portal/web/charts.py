"""A chart of days drawn by the server: bars with their words, and a table of the same (1.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.money import Currency, Money

STEP = 20
BAR = 14
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: its sum, and where its bar stands in the units of the drawing."""

    day: date
    sum: Money
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The days of a period in one currency, oldest first; the tallest bar fills the height."""

    currency: Currency
    bars: Sequence[Bar]

    @property
    def width(self) -> int:
        """How wide the drawing is."""
        return STEP * len(self.bars)


def chart(currency: Currency, sums: Mapping[date, Money], first: date, last: date) -> Chart:
    """Draw every day from the first to the last; a day without a sum has no bar."""
    most = max((sum_.minor for sum_ in sums.values()), default=0) or 1
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    bars = []
    for number, day in enumerate(days):
        taken = sums.get(day, Money(0, currency))
        height = round(HEIGHT * taken.minor / most)
        x = STEP * number + (STEP - BAR) // 2
        bars.append(Bar(day, taken, x, HEIGHT - height, height))
    return Chart(currency, bars)
