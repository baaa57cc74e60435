"""Time on offer: when a slot may be offered, taken and withdrawn (G1, domain.md §2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.errors import Refusal
from portal.domain.money import Currency, Money

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=8)


class SlotStatus(StrEnum):
    """Where a slot stands; it follows from its moments and its consultation, and is not stored."""

    FREE = "free"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    PAST = "past"


class SlotFault(StrEnum):
    """Why a slot cannot be offered."""

    IN_THE_PAST = "in_the_past"
    LENGTH = "length"
    OVERLAPS = "overlaps"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, its end left out."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        """Tell whether the two have a moment in common; one may begin where another ends."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class SlotOffer:
    """A specialist's time and its price in each currency; without any it is free of charge."""

    specialist: str
    span: Span
    prices: Mapping[Currency, Money]


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """What decides where a slot stands."""

    starts_at: datetime
    is_paid: bool
    is_taken: bool
    is_withdrawn: bool


class SlotRefused(Refusal):
    """The slot cannot be offered like this; ``fault`` says why and ``starts_at`` which one."""

    code = "slot_refused"

    def __init__(self, fault: SlotFault, starts_at: datetime) -> None:
        super().__init__(fault=fault.value, starts_at=starts_at)
        self.fault, self.starts_at = fault, starts_at


class SlotGone(Refusal):
    """The slot is no longer free: somebody was faster, it was withdrawn, or its time is near."""

    code = "slot_gone"

    def __init__(self, status: SlotStatus) -> None:
        super().__init__(status=status.value)
        self.status = status


def require_offerable(offer: SlotOffer, busy: Iterable[Span], now: datetime) -> None:
    """Raise SlotRefused unless the slot may be offered beside what keeps the specialist busy."""
    fault = _fault(offer, busy, now)
    if fault is not None:
        raise SlotRefused(fault, offer.span.starts_at)


def _fault(offer: SlotOffer, busy: Iterable[Span], now: datetime) -> SlotFault | None:
    if offer.span.starts_at <= now:
        return SlotFault.IN_THE_PAST
    if not SHORTEST <= offer.span.ends_at - offer.span.starts_at <= LONGEST:
        return SlotFault.LENGTH
    if any(price.minor <= 0 for price in offer.prices.values()):
        return SlotFault.PRICE
    if any(offer.span.overlaps(other) for other in busy):
        return SlotFault.OVERLAPS
    return None


def closes_at(starts_at: datetime, hold: timedelta, *, is_paid: bool) -> datetime:
    """Say until when a slot may be taken: a paid one only while its time to pay still fits."""
    return starts_at - hold if is_paid else starts_at


def slot_status(facts: SlotFacts, hold: timedelta, now: datetime) -> SlotStatus:
    """Say where a slot stands now; ``hold`` is how long a paid one waits for its money."""
    if facts.is_taken:
        return SlotStatus.TAKEN
    if facts.is_withdrawn:
        return SlotStatus.WITHDRAWN
    is_over = now >= closes_at(facts.starts_at, hold, is_paid=facts.is_paid)
    return SlotStatus.PAST if is_over else SlotStatus.FREE


def require_free(facts: SlotFacts, hold: timedelta, now: datetime) -> None:
    """Raise SlotGone unless the slot may be taken now."""
    status = slot_status(facts, hold, now)
    if status is not SlotStatus.FREE:
        raise SlotGone(status)
