"""When a slot may be offered and taken: every rule, and the moments on both sides of it (G1)."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.money import Currency, Money
from portal.domain.slots import (
    SlotFacts,
    SlotFault,
    SlotGone,
    SlotOffer,
    SlotRefused,
    SlotStatus,
    Span,
    require_free,
    require_offerable,
    slot_status,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOLD = timedelta(minutes=30)
NEXT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
AT_TWO = NOW + 2 * HOUR
BUSY = (Span(AT_TWO, AT_TWO + HOUR),)
NO_PRICE: dict[Currency, Money] = {}


def rub(minor):
    return {Currency.RUB: Money(minor, Currency.RUB)}


def offer(starts_at=NOW + HOUR, length=HOUR, prices=NO_PRICE):
    return SlotOffer("Орлова", Span(starts_at, starts_at + length), prices)


REFUSED = {
    "now": (offer(NOW), SlotFault.IN_THE_PAST),
    "yesterday": (offer(NOW - 24 * HOUR), SlotFault.IN_THE_PAST),
    "no length": (offer(length=timedelta()), SlotFault.LENGTH),
    "an end before the beginning": (offer(length=-HOUR), SlotFault.LENGTH),
    "too short": (offer(length=timedelta(minutes=5) - NEXT), SlotFault.LENGTH),
    "too long": (offer(length=8 * HOUR + NEXT), SlotFault.LENGTH),
    "nothing to pay": (offer(prices=rub(0)), SlotFault.PRICE),
    "less than nothing": (offer(prices=rub(-1)), SlotFault.PRICE),
    "the same time": (offer(AT_TWO), SlotFault.OVERLAPS),
    "into the beginning": (offer(AT_TWO - HOUR + NEXT), SlotFault.OVERLAPS),
    "into the end": (offer(AT_TWO + HOUR - NEXT), SlotFault.OVERLAPS),
    "around": (offer(AT_TWO - HOUR, 3 * HOUR), SlotFault.OVERLAPS),
    "within": (offer(AT_TWO + NEXT, timedelta(minutes=5)), SlotFault.OVERLAPS),
}
OFFERED = {
    "a moment from now": offer(NOW + NEXT),
    "up to the beginning": offer(AT_TWO - HOUR),
    "from the end on": offer(AT_TWO + HOUR),
    "the shortest": offer(length=timedelta(minutes=5)),
    "the longest": offer(AT_TWO + HOUR, 8 * HOUR),
    "for a kopeck": offer(prices=rub(1)),
}


@pytest.mark.parametrize(("wanted", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_slot_that_breaks_a_rule_is_refused(wanted, fault):
    with pytest.raises(SlotRefused) as refusal:
        require_offerable(wanted, BUSY, NOW)

    assert (refusal.value.fault, refusal.value.starts_at) == (fault, wanted.span.starts_at)


@pytest.mark.parametrize("wanted", OFFERED.values(), ids=OFFERED)
def test_any_other_slot_is_offered(wanted):
    assert require_offerable(wanted, BUSY, NOW) is None


def facts(starts_at=AT_TWO, *, is_paid=True, is_taken=False, is_withdrawn=False):
    return SlotFacts(starts_at, is_paid, is_taken, is_withdrawn)


STANDINGS = {
    "offered": (facts(), SlotStatus.FREE),
    "taken": (facts(is_taken=True), SlotStatus.TAKEN),
    "withdrawn": (facts(is_withdrawn=True), SlotStatus.WITHDRAWN),
    "taken, then withdrawn": (facts(is_taken=True, is_withdrawn=True), SlotStatus.TAKEN),
    "taken and over": (facts(NOW - HOUR, is_taken=True), SlotStatus.TAKEN),
    "withdrawn and over": (facts(NOW - HOUR, is_withdrawn=True), SlotStatus.WITHDRAWN),
    "time to pay still fits": (facts(NOW + HOLD + NEXT), SlotStatus.FREE),
    "time to pay no longer fits": (facts(NOW + HOLD), SlotStatus.PAST),
    "free of charge, a moment before": (facts(NOW + NEXT, is_paid=False), SlotStatus.FREE),
    "free of charge, begun": (facts(NOW, is_paid=False), SlotStatus.PAST),
}


@pytest.mark.parametrize(("slot", "status"), STANDINGS.values(), ids=STANDINGS)
def test_where_a_slot_stands(slot, status):
    assert slot_status(slot, HOLD, NOW) is status


GONE = {name: row for name, row in STANDINGS.items() if row[1] is not SlotStatus.FREE}


@pytest.mark.parametrize(("slot", "status"), GONE.values(), ids=GONE)
def test_a_slot_that_is_not_free_cannot_be_taken(slot, status):
    with pytest.raises(SlotGone) as refusal:
        require_free(slot, HOLD, NOW)

    assert refusal.value.status is status


def test_a_free_slot_may_be_taken():
    assert require_free(facts(), HOLD, NOW) is None
