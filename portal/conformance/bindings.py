"""What a bank promises that binds cards on its page and charges them by itself (B1-B4)."""

from uuid import uuid4

import pytest

from portal.conformance.orders import half, price, read, refund_lines
from portal.domain.card_ports import BindingOrder, ChargeOrder
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankRefused, BankUnavailable, RefusedBecause


def bound(world, card=None):
    """Bind a card of a new client; return the client's name at the bank and the card's."""
    consumer_id = f"u-{uuid4().hex[:12]}"
    order = BindingOrder(uuid4().hex, consumer_id, "https://pay.example.ru/account/cards")
    world.bind(world.connector.open_binding(order).operation_id, card or world.good_card)
    (kept,) = world.connector.list_cards(consumer_id)
    return consumer_id, kept.token_id


def prepared(world, **changes):
    consumer_id, token_id = bound(world, **changes)
    asked = ChargeOrder(uuid4().hex, price(world), "Консультация № 7", consumer_id, token_id)
    return asked, world.connector.prepare_charge(asked)


def test_a_card_bound_on_the_banks_page_is_listed_once(binding):
    consumer_id, token_id = bound(binding)

    (card,) = binding.connector.list_cards(consumer_id)

    assert (card.token_id, card.last4) == (token_id, binding.good_card[-4:])
    assert binding.connector.list_cards("somebody-else") == []


def test_the_flag_says_that_cards_are_bound(binding):
    assert binding.connector.capabilities.binds_cards is True


def test_a_card_that_was_declined_is_not_kept(binding):
    order = BindingOrder(uuid4().hex, "u-8", "https://pay.example.ru/account/cards")

    binding.bind(binding.connector.open_binding(order).operation_id, binding.declined_card)

    assert binding.connector.list_cards("u-8") == []


def test_an_unbound_card_is_gone_and_unbinding_it_again_is_no_error(binding):
    consumer_id, token_id = bound(binding)

    binding.connector.unbind_card(consumer_id, token_id)
    binding.connector.unbind_card(consumer_id, token_id)

    assert binding.connector.list_cards(consumer_id) == []


def test_a_prepared_charge_has_moved_nothing(charging):
    asked, operation_id = prepared(charging)

    assert charging.connector.prepare_charge(asked) == operation_id
    assert read(charging, operation_id).status is PaymentStatus.PENDING
    assert charging.executed_charges() == []


def test_a_charge_takes_the_sum_once_and_is_refunded_like_any_payment(charging):
    _, operation_id = prepared(charging)

    charging.connector.send_charge(operation_id)
    with pytest.raises(BankRefused) as again:
        charging.connector.send_charge(operation_id)
    charging.connector.refund(operation_id, half(charging))

    assert again.value.because is RefusedBecause.DUPLICATE
    assert charging.executed_charges() == [(operation_id, price(charging))]
    assert read(charging, operation_id).status is PaymentStatus.PAID
    assert refund_lines(read(charging, operation_id)) == [half(charging)]


def test_a_charge_whose_answer_was_lost_was_made_once_and_is_found_by_reading(charging):
    _, operation_id = prepared(charging, card=charging.silent_card)

    with pytest.raises(BankUnavailable) as lost:
        charging.connector.send_charge(operation_id)

    assert lost.value.sent is True
    assert read(charging, operation_id).status is PaymentStatus.PAID
    assert charging.executed_charges() == [(operation_id, price(charging))]


def test_a_swallowed_charge_is_still_waiting_and_may_be_sent_again(charging):
    _, operation_id = prepared(charging)
    charging.swallow("charge")
    with pytest.raises(BankUnavailable) as lost:
        charging.connector.send_charge(operation_id)
    assert (lost.value.sent, read(charging, operation_id).status) == (True, PaymentStatus.PENDING)

    charging.connector.send_charge(operation_id)

    assert read(charging, operation_id).status is PaymentStatus.PAID
    assert charging.executed_charges() == [(operation_id, price(charging))]


def test_an_unbound_card_is_not_charged(charging):
    consumer_id, token_id = bound(charging)
    charging.connector.unbind_card(consumer_id, token_id)
    asked = ChargeOrder(uuid4().hex, price(charging), "Консультация", consumer_id, token_id)

    with pytest.raises(BankRefused):
        charging.connector.prepare_charge(asked)

    assert charging.executed_charges() == []
