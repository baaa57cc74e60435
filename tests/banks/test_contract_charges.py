"""What a connector promises about cards that it may charge without their payer (B3, §7).

A bank without such cards says so by its flag; a new one whose bank has them joins the list.
"""

import pytest

from portal.domain import clock
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.ports import (
    BankRefused,
    BankUnavailable,
    CardCharging,
    LineKind,
    RefusedBecause,
)
from portal.domain.transactions import IS_OPEN
from tests.banks.orders import CARD, half, order, price

WORLDS = ("fake_world", "tochka_world")


@pytest.fixture(params=WORLDS)
def world(request):
    """Give every world whose bank charges kept cards."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def bank(world):
    """Give the connector of an account that allows it."""
    return world.charges_cards()


def chargeable(world, **changes):
    fields = {"methods": (CARD,), "chargeable": True, "consumer_id": "client-1"}
    return order(world, **{**fields, **changes})


def bound(world, bank):
    """Let the payer pay a chargeable order, and so bind the card."""
    operation_id = bank.create_payment(chargeable(world)).operation_id
    world.pay(operation_id, CARD)
    return operation_id


def captures(bank, operation_id):
    lines = bank.read_operation(operation_id).lines
    return [line.amount for line in lines if line.kind is LineKind.CAPTURE]


def test_it_is_off_until_the_account_allows_it(world):
    assert world.connector.capabilities.charges_without_payer is False


def test_an_account_that_allows_it_says_that_its_charges_are_returned_by_hand(bank):
    can = bank.capabilities

    assert (can.charges_without_payer, can.returns_charges) == (True, False)
    assert isinstance(bank, CardCharging)


def test_the_first_payment_takes_its_sum_and_binds_the_card(world, bank):
    operation_id = bound(world, bank)

    found = bank.read_operation(operation_id)

    assert (found.status, found.method, found.amount) == (PaymentStatus.PAID, CARD, price(world))
    assert captures(bank, operation_id) == [price(world)]
    assert found.card.token_id


def test_a_charge_is_one_more_line_of_its_own_sum(world, bank):
    operation_id = bound(world, bank)

    bank.charge(operation_id, half(world))

    assert captures(bank, operation_id) == [price(world), half(world)]
    assert world.executed_charges() == [(operation_id, half(world))]
    assert bank.read_operation(operation_id).amount == price(world)


def test_a_refused_charge_takes_nothing(world, bank):
    operation_id = bound(world, bank)
    world.refuse_charges()

    with pytest.raises(BankRefused) as refused:
        bank.charge(operation_id, half(world))

    assert refused.value.because is RefusedBecause.DECLINED
    assert (captures(bank, operation_id), world.executed_charges()) == ([price(world)], [])


@pytest.mark.parametrize(("mood", "times"), [("lose_the_answer", 1), ("swallow", 0)])
def test_a_charge_whose_answer_was_lost_is_known_by_its_line_alone(world, bank, mood, times):
    operation_id = bound(world, bank)
    getattr(world, mood)("charge")

    with pytest.raises(BankUnavailable) as lost:
        bank.charge(operation_id, half(world))

    assert lost.value.sent is True
    assert captures(bank, operation_id) == [price(world), *[half(world)] * times]


def test_a_card_that_nobody_has_bound_is_not_charged(world, bank):
    operation_id = bank.create_payment(chargeable(world)).operation_id

    with pytest.raises((BankRefused, BankUnavailable)):
        bank.charge(operation_id, half(world))

    assert (captures(bank, operation_id), world.executed_charges()) == ([], [])


@pytest.mark.parametrize("minor", [150_000, 75_000, 1])
def test_no_part_of_it_is_returned_by_the_api(world, bank, minor):
    operation_id = bound(world, bank)

    with pytest.raises(BankRefused):
        bank.refund(operation_id, Money(minor, bank.currency))

    assert world.executed_refunds() == []


def test_what_was_returned_in_the_cabinet_is_a_line(world, bank):
    operation_id = bound(world, bank)
    bank.charge(operation_id, half(world))

    world.return_in_cabinet(operation_id, half(world))

    lines = bank.read_operation(operation_id).lines
    assert [line.amount for line in lines if line.kind is LineKind.REFUND] == [half(world)]


def test_a_link_whose_answer_was_lost_is_found(world, bank):
    asked = chargeable(world)
    link = bank.create_payment(asked)

    found = bank.find_payment(asked.reference, clock.now())

    assert (found.operation_id, found.url) == (link.operation_id, link.url)


def test_no_charge_is_made_inside_a_transaction(world, bank):
    token = IS_OPEN.set(True)

    with pytest.raises(RuntimeError):
        bank.charge("operation", half(world))

    IS_OPEN.reset(token)
