"""What every connector promises about refunds, tried against its bank (domain.md §7)."""

import pytest

from portal.conformance.orders import created, half, order, paid, price, read, refund_lines
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankRefused, BankUnavailable, RefusedBecause


def test_a_whole_refund_is_one_line(world):
    operation_id = paid(world)

    world.connector.refund(operation_id, price(world))

    assert world.executed_refunds() == [(operation_id, price(world))]
    assert refund_lines(read(world, operation_id)) == [price(world)]
    assert read(world, operation_id).status is PaymentStatus.PAID


def test_two_halves_are_two_lines_with_names_of_their_own(world):
    operation_id = paid(world)

    world.connector.refund(operation_id, half(world))
    world.connector.refund(operation_id, half(world))

    found = read(world, operation_id)
    assert refund_lines(found) == [half(world), half(world)]
    assert len({line.line_id for line in found.lines}) == 3


def test_a_line_keeps_its_name_between_readings(world):
    operation_id = paid(world)
    world.connector.refund(operation_id, half(world))

    assert read(world, operation_id).lines == read(world, operation_id).lines


def test_more_than_was_paid_is_refused_and_nothing_moves(world):
    operation_id = paid(world)

    with pytest.raises(BankRefused):
        world.connector.refund(operation_id, price(world) + Money(1, world.connector.currency))

    assert world.executed_refunds() == []
    assert refund_lines(read(world, operation_id)) == []


def test_an_unpaid_operation_is_not_refunded(world):
    operation_id = created(world)

    with pytest.raises(BankRefused):
        world.connector.refund(operation_id, price(world))

    assert world.executed_refunds() == []


def test_a_refused_refund_moves_nothing(world):
    operation_id = paid(world)
    world.refuse_refunds()

    with pytest.raises(BankRefused) as refused:
        world.connector.refund(operation_id, price(world))

    assert refused.value.because is RefusedBecause.DECLINED
    assert world.executed_refunds() == []
    assert refund_lines(read(world, operation_id)) == []


def test_a_refund_whose_answer_was_lost_is_there_when_read_and_was_made_once(world):
    operation_id = paid(world)
    world.lose_the_answer("refund")

    with pytest.raises(BankUnavailable) as lost:
        world.connector.refund(operation_id, price(world))

    assert lost.value.sent is True
    assert world.executed_refunds() == [(operation_id, price(world))]
    assert refund_lines(read(world, operation_id)) == [price(world)]


def test_a_swallowed_refund_looks_the_same_and_is_not_there_when_read(world):
    operation_id = paid(world)
    world.swallow("refund")

    with pytest.raises(BankUnavailable) as lost:
        world.connector.refund(operation_id, price(world))

    assert lost.value.sent is True
    assert world.executed_refunds() == []
    assert refund_lines(read(world, operation_id)) == []


def test_a_bank_that_nobody_reaches_was_sent_nothing(world):
    operation_id = paid(world)
    connector = world.go_down()

    for call in (
        lambda: connector.refund(operation_id, price(world)),
        lambda: connector.create_payment(order(world)),
    ):
        with pytest.raises(BankUnavailable) as lost:
            call()
        assert lost.value.sent is False

    assert world.executed_refunds() == []


def test_a_slow_refund_is_in_progress_until_it_is_settled(world, way):
    operation_id = paid(world, way)
    world.settle_slowly()
    world.connector.refund(operation_id, half(world))

    during = read(world, operation_id)
    world.settle()
    after = read(world, operation_id)

    assert (during.status, during.refund_in_progress) == (PaymentStatus.PAID, True)
    assert (after.status, after.refund_in_progress) == (PaymentStatus.PAID, False)
    assert refund_lines(after) == [half(world)]


def test_a_refund_made_in_the_cabinet_is_a_line_that_we_did_not_ask_for(world):
    operation_id = paid(world)

    world.return_in_cabinet(operation_id, half(world))

    assert refund_lines(read(world, operation_id)) == [half(world)]
    assert world.executed_refunds() == []
