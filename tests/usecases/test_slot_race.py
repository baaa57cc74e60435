"""Eight clients press at once on PostgreSQL: one has the slot, seven are told so (G1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.domain.money import Currency
from portal.domain.slots import SlotGone, SlotOffer, SlotRefused, Span
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.bookings import Taking, take_slot
from portal.usecases.slots import offer_slots
from tests import builders
from tests.builders import NOW, PRICE, STARTS_AT, person, rub

CLIENTS = 8
PATIENCE = 30
OFFER = SlotOffer(
    "Доктор Орлова",
    Span(STARTS_AT, STARTS_AT + timedelta(hours=1)),
    {Currency.RUB: rub(PRICE)},
)
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def at_once(app, act, numbers):
    """Let each number act in a thread of its own at the same moment; return the answers."""
    gate = Barrier(len(numbers))

    def run(number):
        with app.app_context():
            gate.wait(PATIENCE)
            try:
                return act(number)
            except (SlotGone, SlotRefused) as refusal:
                return refusal.code

    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(run, numbers))


def taken():
    """Return who has taken which slot."""
    with transaction() as session:
        return session.execute(select(Consultation.id, Consultation.slot_id)).all()


def test_one_of_eight_clients_has_the_slot(app):
    with app.app_context():
        (slot,) = offer_slots([OFFER], actor=builders.staff(), now=NOW)
        clients = [builders.customer(f"client{n}@example.test") for n in range(CLIENTS)]

    def take(client_id):
        wish = Taking(slot, client_id, Currency.RUB, timedelta(minutes=30))
        return take_slot(wish, actor=person(client_id), now=NOW)

    answers = at_once(app, take, clients)

    assert answers.count("slot_gone") == CLIENTS - 1
    with app.app_context():
        assert [(number, slot) for number in answers if number != "slot_gone"] == taken()


def test_one_of_eight_offers_of_the_same_time_stands(app):
    with app.app_context():
        anna = builders.staff()

    answers = at_once(app, lambda _: offer_slots([OFFER], actor=anna, now=NOW), range(CLIENTS))

    assert answers.count("slot_refused") == CLIENTS - 1
