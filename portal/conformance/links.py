"""What every connector promises about links and events, tried against its bank (domain.md §7)."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from portal.conformance.orders import asked_again, created, order, paid, price, read, refund_lines
from portal.domain import clock
from portal.domain.payments import PaymentStatus
from portal.domain.ports import (
    BadSignature,
    BankRefused,
    BankUnavailable,
    EventKind,
    LineKind,
    RefusedBecause,
    Severity,
)
from portal.domain.transactions import IS_OPEN

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def parsed(world, heard):
    """Let the connector verify and read what came to its door."""
    return world.connector.parse_webhook(heard.body, world.door, heard.headers)


def test_a_new_link_waits_for_its_payer(world):
    asked = order(world)

    link = world.connector.create_payment(asked)

    found = read(world, link.operation_id)
    assert (found.reference, found.amount, found.status) == (
        asked.reference,
        price(world),
        PaymentStatus.PENDING,
    )
    assert (found.is_ours, found.lines, found.paid_at) == (True, (), None)
    assert link.expires_at > clock.now()


def test_a_paid_operation_has_one_capture_of_the_whole_sum(world, way):
    operation_id = paid(world, way)

    found = read(world, operation_id)

    assert (found.status, found.method, found.refund_in_progress) == (
        PaymentStatus.PAID,
        way,
        False,
    )
    assert [(line.kind, line.amount) for line in found.lines] == [(LineKind.CAPTURE, price(world))]
    assert found.paid_at is not None


def test_a_declined_payer_may_try_again(world):
    operation_id = created(world)

    world.decline(operation_id)

    assert read(world, operation_id).status is PaymentStatus.PENDING


def test_a_link_whose_time_is_over_has_expired(world):
    operation_id = created(world)

    world.expire(operation_id)

    assert read(world, operation_id).status is PaymentStatus.EXPIRED


def test_a_reference_makes_one_link_only(world):
    asked = order(world)
    link = world.connector.create_payment(asked)

    again = asked_again(world, asked)

    assert (again.operation_id, again.url) == (link.operation_id, link.url)


def test_a_link_whose_answer_was_lost_is_not_made_twice(world):
    asked = order(world)
    world.lose_the_answer("create")

    with pytest.raises(BankUnavailable) as lost:
        world.connector.create_payment(asked)

    assert lost.value.sent is True
    link = asked_again(world, asked)
    assert read(world, link.operation_id).reference == asked.reference
    assert asked_again(world, asked).operation_id == link.operation_id


def test_a_link_that_was_never_made_is_not_found(world):
    asked = order(world)
    world.swallow("create")

    with pytest.raises(BankUnavailable) as lost:
        world.connector.create_payment(asked)

    assert lost.value.sent is True
    assert world.connector.find_payment(asked.reference, clock.now()) is None


def test_a_payer_who_was_declined_pays_with_another_card(world):
    operation_id = created(world)
    world.decline(operation_id)
    world.pay(operation_id, world.way)

    found = read(world, operation_id)
    world.connector.refund(found.operation_id, price(world))

    assert found.status is PaymentStatus.PAID
    assert read(world, found.operation_id).operation_id == found.operation_id
    assert refund_lines(read(world, found.operation_id)) == [price(world)]


def test_an_operation_that_the_bank_does_not_know_is_a_definite_no(world):
    with pytest.raises(BankRefused) as refused:
        read(world, str(uuid4()))

    assert refused.value.because is RefusedBecause.NOT_FOUND


def test_another_sum_is_told_as_the_bank_tells_it(world):
    operation_id = paid(world)
    world.show_another_amount(operation_id)

    assert read(world, operation_id).amount != price(world)


def test_a_status_that_nobody_knows_has_no_meaning(world):
    operation_id = paid(world)
    world.show_a_new_status(operation_id)

    found = read(world, operation_id)

    assert found.status is None
    assert found.bank_word != ""


def test_a_genuine_event_names_the_operation_and_changes_nothing(world):
    world.sample_event()
    asked = order(world)
    operation_id = world.connector.create_payment(asked).operation_id
    world.pay(operation_id, world.way)

    event = parsed(world, world.event(operation_id))

    assert (event.kind, event.is_ours) == (EventKind.PAYMENT, True)
    assert (event.operation_id, event.reference) == (operation_id, asked.reference)


def test_the_banks_sample_event_is_genuine_and_not_ours(world):
    created(world)

    event = parsed(world, world.sample_event())

    assert (event.kind, event.is_ours) == (EventKind.PAYMENT, False)


def test_a_forged_event_is_refused(world):
    world.sample_event()
    operation_id = paid(world)

    with pytest.raises(BadSignature):
        parsed(world, world.forged_event(operation_id))


def test_a_sound_connection_is_checked_without_a_problem(world):
    world.sample_event()

    found = world.connector.check()

    assert [each for each in found if each.severity is Severity.PROBLEM] == []


CALLS = {
    "create": lambda world: world.connector.create_payment(order(world)),
    "find": lambda world: world.connector.find_payment("reference", LONG_AGO),
    "read": lambda world: world.connector.read_operation("1234"),
    "refund": lambda world: world.connector.refund("1234", price(world)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_no_call_is_made_inside_a_transaction(world, call):
    token = IS_OPEN.set(True)

    with pytest.raises(RuntimeError):
        call(world)

    IS_OPEN.reset(token)
