"""The jobs bind a card on the bank's page and let the bank forget it, over real HTTP (B1-B4)."""

import pytest
from sqlalchemy import select

from portal.banks.registry import Account, Banks
from portal.domain import clock
from portal.domain.bindings import BindingStatus
from portal.domain.money import Currency
from portal.domain.refunds import AccountMode
from portal.jobs import cards, deliveries
from portal.store.bindings import Binding
from portal.store.cards import BoundCard, cards_of
from portal.store.db import transaction
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.ledger import Transfer
from portal.store.users import User
from portal.usecases.bindings import start_binding
from portal.usecases.card_checks import unbind_card
from portal.usecases.deliveries import Envelope, receive_delivery
from tests import builders
from tests.builders import person

GOOD, DECLINED, RUSSIAN = "4716047261941981", "5548398681700148", "4000000000000643"


@pytest.fixture
def kirill(app, freedompay_world):
    with app.app_context():
        bank = freedompay_world.connector
        account = Account("kazakh", "Банк", bank, AccountMode.ACTIVE, "Консультация")
        app.extensions["banks"] = Banks({"kazakh": account})
        assert (account.binds_cards, bank.currency) == (True, Currency.KZT)
        yield builders.customer()


def begun(client):
    number = start_binding(client, "kazakh", actor=person(client), now=clock.now())
    cards.open_page(number)
    return number


def load(number):
    with transaction() as session:
        return session.get_one(Binding, number)


def hears(world, number):
    """Store the bank's message about a binding and apply it; return the delivery."""
    heard = world.hear_binding(load(number).operation_id)
    event = world.connector.parse_webhook(heard.body, "binding")
    delivery = receive_delivery(Envelope("kazakh", event.kept, "192.0.2.1"), event, now=clock.now())
    deliveries.apply(delivery)
    with transaction() as session:
        return session.get_one(Delivery, delivery)


def listed(world, client):
    """Tell which cards the client sees, and which the bank keeps."""
    with transaction() as session:
        ours = [card.last4 for card in cards_of(session, client)]
        consumer_id = session.get_one(User, client).consumer_id
    return ours, [card.last4 for card in world.connector.list_cards(consumer_id)]


ENDS = {
    "bound": (GOOD, BindingStatus.BOUND, (["1981"], ["1981"])),
    "declined": (DECLINED, BindingStatus.DECLINED, ([], [])),
    "Russian": (RUSSIAN, BindingStatus.RUSSIAN, ([], ["0643"])),
}


@pytest.mark.parametrize(("pan", "status", "seen"), ENDS.values(), ids=ENDS.keys())
def test_the_banks_message_brings_its_list_to_be_read(kirill, freedompay_world, pan, status, seen):
    number = begun(kirill)
    freedompay_world.bind(load(number).operation_id, pan)

    delivery = hears(freedompay_world, number)

    assert (delivery.status, load(number).status) == (DeliveryStatus.APPLIED, status)
    assert listed(freedompay_world, kirill) == seen
    with transaction() as session:
        assert session.scalars(select(Transfer)).all() == []


def test_a_russian_card_is_forgotten_at_the_bank_by_the_next_job(kirill, freedompay_world):
    number = begun(kirill)
    freedompay_world.bind(load(number).operation_id, RUSSIAN)
    hears(freedompay_world, number)

    cards.forget(load(number).bound_card_id)

    assert listed(freedompay_world, kirill) == ([], [])


def test_an_answer_that_was_lost_is_another_page_and_the_card_is_bound_once(
    kirill, freedompay_world
):
    freedompay_world.fault("card_add", "lost_after")
    number = begun(kirill)
    assert load(number).status is BindingStatus.ASKED

    cards.open_page(number)
    freedompay_world.bind(load(number).operation_id, GOOD)
    hears(freedompay_world, number)
    cards.look(number)

    assert listed(freedompay_world, kirill) == (["1981"], ["1981"])


def test_a_list_that_is_silent_keeps_the_delivery_for_later(kirill, freedompay_world):
    number = begun(kirill)
    freedompay_world.bind(load(number).operation_id, GOOD)
    freedompay_world.fault("card_list", "lost_before")

    delivery = hears(freedompay_world, number)
    assert (delivery.status, load(number).status) == (DeliveryStatus.RECEIVED, BindingStatus.PAGE)
    deliveries.apply(delivery.id)

    assert listed(freedompay_world, kirill) == (["1981"], ["1981"])


def test_unbinding_reaches_the_bank_also_when_it_was_silent_at_first(kirill, freedompay_world):
    number = begun(kirill)
    freedompay_world.bind(load(number).operation_id, GOOD)
    hears(freedompay_world, number)
    card = load(number).bound_card_id
    unbind_card(card, actor=person(kirill), owner_id=kirill, now=clock.now(), at_bank=True)
    for call in ("card_remove", "card_list"):
        freedompay_world.fault(call, "lost_before")

    cards.forget(card)
    assert listed(freedompay_world, kirill) == ([], ["1981"])
    cards.forget(card)
    cards.forget(card)

    assert listed(freedompay_world, kirill) == ([], [])
    with transaction() as session:
        assert session.get_one(BoundCard, card).token_id is None
