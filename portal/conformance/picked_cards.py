"""What every connector promises about cards that the bank keeps (domain.md §7, B1-B3)."""

from uuid import uuid4

import pytest

from portal.conformance.orders import CARD, created, order, read
from portal.domain.card_ports import TokenCharging


def asked(world, **changes):
    return world.connector.create_payment(order(world, methods=(CARD,), **changes)).operation_id


def kept(world, consumer_id):
    operation_id = asked(world, consumer_id=consumer_id, save_card=True)
    world.pay_by_new_card(operation_id)
    return read(world, operation_id).card


def test_what_it_says_of_cards_is_what_it_offers(world):
    can, bank = world.connector.capabilities, world.connector

    assert not can.charges_without_payer or isinstance(bank, TokenCharging)


def test_a_card_that_the_payer_lets_the_bank_keep_is_named(picking):
    card = kept(picking, str(uuid4()))

    assert card.token_id
    assert card.brand == picking.brand
    assert (len(card.last4), card.last4.isdigit()) == (4, True)


def test_a_card_that_is_not_kept_is_not_named(picking):
    operation_id = asked(picking, consumer_id=str(uuid4()))

    picking.pay(operation_id, CARD)

    assert read(picking, operation_id).card is None


def test_a_link_that_nobody_has_paid_names_no_card(world):
    assert read(world, created(world)).card is None


def test_a_kept_card_pays_again_under_the_same_name(picking):
    consumer_id = str(uuid4())
    card = kept(picking, consumer_id)
    again = asked(picking, consumer_id=consumer_id)

    picking.pay_by_kept_card(again, card.token_id)

    assert read(picking, again).card == card


@pytest.mark.parametrize("save_card", [True, False])
def test_asking_for_a_card_does_not_change_the_sum(picking, save_card):
    operation_id = asked(picking, consumer_id=str(uuid4()), save_card=save_card)

    picking.pay_by_new_card(operation_id)

    found = read(picking, operation_id)
    assert [line.amount for line in found.lines] == [found.amount]
