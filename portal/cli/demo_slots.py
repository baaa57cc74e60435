"""Time on offer in the local stack: two days of a specialist whom no story of the demo needs."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.domain.money import Currency, Money
from portal.domain.slots import SlotOffer, Span

MOSCOW = ZoneInfo("Europe/Moscow")
SPECIALIST = "Седова Анна"
PRICE = {Currency.RUB: Money(350_000, Currency.RUB), Currency.KZT: Money(2_100_000, Currency.KZT)}
#: Hours of the day in Moscow, and whether they cost anything.
HOURS = ((time(10), False), (time(12), True), (time(18, 30), True))


def demo_slots(now: datetime) -> list[SlotOffer]:
    """Return the slots of the day after tomorrow and the day after that; mornings are free."""
    days = [(now.astimezone(MOSCOW) + timedelta(days=number)).date() for number in (2, 3)]
    return [
        _slot(datetime.combine(day, hour, MOSCOW), is_paid=is_paid)
        for day in days
        for hour, is_paid in HOURS
    ]


def _slot(starts_at: datetime, *, is_paid: bool) -> SlotOffer:
    span = Span(starts_at, starts_at + timedelta(minutes=50))
    return SlotOffer(SPECIALIST, span, PRICE if is_paid else {})
