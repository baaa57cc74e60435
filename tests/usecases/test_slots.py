"""Staff offer time, clients take it once, and it is free again when a client lets it go (G1)."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from portal.domain.consultations import CancelledBy, ConsultationStatus
from portal.domain.errors import NotFound
from portal.domain.money import Currency
from portal.domain.slots import SlotFault, SlotGone, SlotOffer, SlotRefused, SlotStatus, Span
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.lists import PageRequest
from portal.store.slot_lists import free_slots, free_specialists, list_slots
from portal.usecases.bookings import Taking, take_slot
from portal.usecases.consultations import Cancellation, cancel_consultation
from portal.usecases.slots import offer_slots, withdraw_slot
from tests import builders
from tests.builders import NOW, PRICE, STARTS_AT, person, rub

HOLD = timedelta(minutes=30)
HOUR = timedelta(hours=1)
PAID = {Currency.RUB: rub(PRICE)}
FREE_OF_CHARGE: dict = {}


def offer(starts_at=STARTS_AT, prices=PAID, specialist="Доктор Орлова"):
    return SlotOffer(specialist, Span(starts_at, starts_at + HOUR), prices)


def take(slot_id, client_id, currency=Currency.RUB):
    return take_slot(Taking(slot_id, client_id, currency, HOLD), actor=person(client_id), now=NOW)


def consultation(number):
    with transaction() as session:
        return session.get_one(Consultation, number)


def free():
    with transaction() as session:
        return [slot.id for slot in free_slots(session, now=NOW, hold=HOLD)]


@pytest.fixture
def anna(app):
    with app.app_context():
        yield builders.staff()


@pytest.fixture
def kirill(anna):
    return builders.customer()


@pytest.fixture
def slot(anna):
    return offer_slots([offer()], actor=anna, now=NOW)[0]


def test_whoever_takes_a_slot_has_its_consultation_scheduled(slot, kirill):
    taken = consultation(take(slot, kirill))

    assert (taken.client_id, taken.slot_id, taken.specialist) == (kirill, slot, "Доктор Орлова")
    assert (taken.starts_at, taken.ends_at) == (STARTS_AT, STARTS_AT + HOUR)
    assert (taken.price, taken.status) == (rub(PRICE), ConsultationStatus.SCHEDULED)
    assert (taken.is_paid, taken.pay_until) == (False, NOW + HOLD)
    assert free() == []


def test_a_slot_free_of_charge_waits_for_no_money(anna, kirill):
    (slot,) = offer_slots([offer(prices=FREE_OF_CHARGE)], actor=anna, now=NOW)

    taken = consultation(take(slot, kirill))

    assert (taken.price, taken.pay_until) == (rub(0), None)


def test_a_taken_slot_is_refused_to_another_and_the_same_to_who_has_it(slot, kirill):
    zoya = builders.customer("zoya@example.test")
    first = take(slot, kirill)

    with pytest.raises(SlotGone) as refusal:
        take(slot, zoya)

    assert refusal.value.status is SlotStatus.TAKEN
    assert take(slot, kirill) == first


def test_a_slot_that_a_client_lets_go_is_free_again(slot, kirill):
    zoya = builders.customer("zoya@example.test")
    first = take(slot, kirill)
    cancel_consultation(first, Cancellation(CancelledBy.CLIENT, ""), actor=person(kirill), now=NOW)

    second = take(slot, zoya)

    assert second != first
    assert consultation(first).status is ConsultationStatus.CANCELLED


def test_a_slot_that_we_call_off_is_off_the_offer(slot, kirill, anna):
    taken = take(slot, kirill)

    cancel_consultation(taken, Cancellation(CancelledBy.STAFF, "Болезнь"), actor=anna, now=NOW)

    assert free() == []
    with pytest.raises(SlotGone) as refusal:
        take(slot, kirill)
    assert refusal.value.status is SlotStatus.WITHDRAWN


def test_the_database_itself_lets_a_slot_be_taken_once(slot, kirill):
    take(slot, kirill)
    other = builders.book(kirill)

    with pytest.raises(IntegrityError), transaction() as session:
        session.get_one(Consultation, other).slot_id = slot

    assert consultation(other).slot_id is None


def test_a_withdrawn_slot_is_no_longer_taken(slot, kirill, anna):
    withdraw_slot(slot, actor=anna, now=NOW)

    with pytest.raises(SlotGone) as refusal:
        take(slot, kirill)

    assert refusal.value.status is SlotStatus.WITHDRAWN


def test_a_taken_slot_is_not_withdrawn(slot, kirill, anna):
    take(slot, kirill)

    with pytest.raises(SlotGone) as refusal:
        withdraw_slot(slot, actor=anna, now=NOW)

    assert refusal.value.status is SlotStatus.TAKEN


def test_one_wrong_slot_of_a_row_stops_the_whole_row(anna):
    with pytest.raises(SlotRefused) as refusal:
        offer_slots([offer(), offer(STARTS_AT + HOUR / 2)], actor=anna, now=NOW)

    assert (refusal.value.fault, refusal.value.starts_at) == (
        SlotFault.OVERLAPS,
        STARTS_AT + HOUR / 2,
    )
    assert free() == []


def test_a_slot_does_not_overlap_what_was_booked_without_one(anna, kirill):
    builders.book(kirill)

    with pytest.raises(SlotRefused):
        offer_slots([offer()], actor=anna, now=NOW)

    assert len(offer_slots([offer(specialist="Доктор Седов")], actor=anna, now=NOW)) == 1


def test_a_slot_without_a_price_in_a_currency_is_not_taken_in_it(slot, kirill):
    with pytest.raises(NotFound):
        take(slot, kirill, Currency.KZT)

    assert free() == [slot]


def test_what_is_free_is_told_by_specialist_and_only_while_it_may_be_taken(anna):
    near = offer(NOW + HOLD), offer(NOW + HOLD, FREE_OF_CHARGE, "Доктор Седов")
    _, by_sedov = offer_slots(near, actor=anna, now=NOW)
    (later,) = offer_slots([offer()], actor=anna, now=NOW)

    with transaction() as session:
        names = free_specialists(session, now=NOW, hold=HOLD)
        of_orlova = free_slots(session, now=NOW, hold=HOLD, specialist="Доктор Орлова")

    assert free() == [by_sedov, later]
    assert (names, [one.id for one in of_orlova]) == (["Доктор Орлова", "Доктор Седов"], [later])


@pytest.fixture
def four(anna, kirill):
    spans = [STARTS_AT + number * HOUR for number in range(4)]
    slots = offer_slots([offer(one) for one in spans], actor=anna, now=NOW)
    take(slots[0], kirill)
    withdraw_slot(slots[1], actor=anna, now=NOW)
    return slots


@pytest.mark.parametrize(
    ("status", "places"),
    {None: [3, 2, 1, 0], SlotStatus.TAKEN: [0], SlotStatus.WITHDRAWN: [1]}.items(),
)
def test_the_list_tells_where_each_slot_stands(four, status, places):
    with transaction() as session:
        page = list_slots(session, PageRequest(), status, now=NOW)

    assert [row.slot.id for row in page.items] == [four[place] for place in places]


def test_the_list_tells_who_has_taken_a_slot_and_which_are_over(four):
    later = STARTS_AT + 2 * HOUR
    with transaction() as session:
        page = list_slots(session, PageRequest(), None, now=later)
        over = list_slots(session, PageRequest(), SlotStatus.PAST, now=later)
        left = list_slots(session, PageRequest(per=25), SlotStatus.FREE, now=later)

    assert [(row.status.value, row.client_name) for row in page.items] == [
        ("free", None),
        ("past", None),
        ("withdrawn", None),
        ("taken", "Кирилл"),
    ]
    assert [row.slot.id for row in over.items] == [four[2]]
    assert [row.slot.id for row in left.items] == [four[3]]
