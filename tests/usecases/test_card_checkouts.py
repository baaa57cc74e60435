"""Paying a consultation by card: whose cards the bank offers, and which it may keep (B1, B2)."""

import pytest

from portal.domain.actors import SYSTEM
from portal.domain.payments import PaymentMethod
from portal.store.cards import cards_of
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.checkouts import Checkout, create_payment, order_of, record_link
from tests.builders import NOW, PRICE, errors_in_the_book, hear, operation_of, person, purse

CARD, SBP = PaymentMethod.CARD, PaymentMethod.SBP


def begin(scene, actor, method=CARD, *, save_card=False) -> int:
    """Begin to pay the consultation, with a link of the bank."""
    with transaction() as session:
        token = session.get_one(Consultation, scene.consultation).pay_token
    checkout = Checkout("tochka", method, save_card=save_card)
    number = create_payment(token, checkout, actor=actor, now=NOW)
    order = order_of(number, success_url="-", failure_url="-", item_name="Консультация")
    if order is not None:
        record_link(number, scene.bank.create_payment(order), now=NOW)
    return number


def asked(scene, number) -> tuple[bool, bool]:
    """Tell whether the bank knows the payer, and whether it may offer to keep the card."""
    order = scene.bank.payments[operation_of(number)].order
    return order.consumer_id is not None, order.save_card


@pytest.mark.parametrize("save_card", [True, False])
def test_the_client_pays_by_card_with_their_cards_at_hand(booked, save_card):
    number = begin(booked, person(booked.kirill), save_card=save_card)

    assert asked(booked, number) == (True, save_card)


@pytest.mark.parametrize("method", [CARD, SBP])
def test_whoever_has_only_the_link_sees_no_cards(booked, method):
    number = begin(booked, SYSTEM, method, save_card=True)

    assert asked(booked, number) == (False, False)


def test_sbp_keeps_no_card(booked):
    number = begin(booked, person(booked.kirill), SBP, save_card=True)

    assert asked(booked, number) == (False, False)


def test_a_link_with_cards_is_not_given_to_another(booked):
    own = begin(booked, person(booked.kirill))

    assert begin(booked, SYSTEM) != own
    assert begin(booked, person(booked.anna.user_id)) != own
    assert begin(booked, person(booked.kirill)) == own


def test_a_card_kept_while_paying_is_bound_without_a_check(booked):
    number = begin(booked, person(booked.kirill), save_card=True)
    booked.bank.pay_by_new_card(operation_of(number))

    hear(booked.bank, number)

    with transaction() as session:
        cards = [(card.brand, card.last4) for card in cards_of(session, booked.kirill)]
    assert cards == [("Mir", "0792")]
    assert (purse(booked.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_a_card_that_was_not_to_be_kept_is_not_bound(booked):
    number = begin(booked, person(booked.kirill))
    booked.bank.pay_by_new_card(operation_of(number))

    hear(booked.bank, number)

    with transaction() as session:
        assert list(cards_of(session, booked.kirill)) == []
