"""What a connector promises about cards that it may charge without their payer (B3, §7).

A bank without such cards says so by its flag; a new one whose bank has them joins the list.
"""

import pytest

from portal.conformance.orders import CARD, half, order, price
from portal.domain import clock
from portal.domain.card_ports import CardCharging
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankRefused, BankUnavailable, LineKind, RefusedBecause
from portal.domain.transactions import IS_OPEN


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


def test_it_is_off_until_the_account_allows_it(paying_again):
    assert paying_again.connector.capabilities.charges_without_payer is False


def test_an_account_that_allows_it_says_that_its_charges_are_returned_by_hand(bank):
    can = bank.capabilities

    assert (can.charges_without_payer, can.returns_charges) == (True, False)
    assert isinstance(bank, CardCharging)


def test_the_first_payment_takes_its_sum_and_binds_the_card(paying_again, bank):
    operation_id = bound(paying_again, bank)

    found = bank.read_operation(operation_id)

    assert (found.status, found.method, found.amount) == (
        PaymentStatus.PAID,
        CARD,
        price(paying_again),
    )
    assert captures(bank, operation_id) == [price(paying_again)]
    assert found.card.token_id


def test_a_charge_is_one_more_line_of_its_own_sum(paying_again, bank):
    operation_id = bound(paying_again, bank)

    bank.charge(operation_id, half(paying_again))

    assert captures(bank, operation_id) == [price(paying_again), half(paying_again)]
    assert paying_again.executed_charges() == [(operation_id, half(paying_again))]
    assert bank.read_operation(operation_id).amount == price(paying_again)


def test_a_refused_charge_takes_nothing(paying_again, bank):
    operation_id = bound(paying_again, bank)
    paying_again.refuse_charges()

    with pytest.raises(BankRefused) as refused:
        bank.charge(operation_id, half(paying_again))

    assert refused.value.because is RefusedBecause.DECLINED
    assert (captures(bank, operation_id), paying_again.executed_charges()) == (
        [price(paying_again)],
        [],
    )


@pytest.mark.parametrize(("mood", "times"), [("lose_the_answer", 1), ("swallow", 0)])
def test_a_charge_whose_answer_was_lost_is_known_by_its_line_alone(paying_again, bank, mood, times):
    operation_id = bound(paying_again, bank)
    getattr(paying_again, mood)("charge")

    with pytest.raises(BankUnavailable) as lost:
        bank.charge(operation_id, half(paying_again))

    assert lost.value.sent is True
    assert captures(bank, operation_id) == [price(paying_again), *[half(paying_again)] * times]


def test_a_card_that_nobody_has_bound_is_not_charged(paying_again, bank):
    operation_id = bank.create_payment(chargeable(paying_again)).operation_id

    with pytest.raises((BankRefused, BankUnavailable)):
        bank.charge(operation_id, half(paying_again))

    assert (captures(bank, operation_id), paying_again.executed_charges()) == ([], [])


@pytest.mark.parametrize("minor", [150_000, 75_000, 1])
def test_no_part_of_it_is_returned_by_the_api(paying_again, bank, minor):
    operation_id = bound(paying_again, bank)

    with pytest.raises(BankRefused):
        bank.refund(operation_id, Money(minor, bank.currency))

    assert paying_again.executed_refunds() == []


def test_what_was_returned_in_the_cabinet_is_a_line(paying_again, bank):
    operation_id = bound(paying_again, bank)
    bank.charge(operation_id, half(paying_again))

    paying_again.return_in_cabinet(operation_id, half(paying_again))

    lines = bank.read_operation(operation_id).lines
    assert [line.amount for line in lines if line.kind is LineKind.REFUND] == [half(paying_again)]


def test_a_link_whose_answer_was_lost_is_found(paying_again, bank):
    asked = chargeable(paying_again)
    link = bank.create_payment(asked)

    found = bank.find_payment(asked.reference, clock.now())

    assert (found.operation_id, found.url) == (link.operation_id, link.url)


def test_no_charge_is_made_inside_a_transaction(paying_again, bank):
    token = IS_OPEN.set(True)

    with pytest.raises(RuntimeError):
        bank.charge("operation", half(paying_again))

    IS_OPEN.reset(token)
