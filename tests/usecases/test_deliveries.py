"""A delivery is stored before it is believed, tried until it is done, parked when it never is."""

from datetime import timedelta

import pytest

from portal.domain.actors import SYSTEM
from portal.domain.errors import NotFound
from portal.domain.ports import BankEvent, EventKind
from portal.store.db import transaction
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.usecases.deliveries import (
    Envelope,
    finish_delivery,
    receive_delivery,
    requeue_delivery,
)
from tests import builders
from tests.builders import NOW
from tests.fakes import FakeBank

LATER = NOW + timedelta(minutes=1)
#: Seconds until the next try after the first, the second … failure.
WAITS = [10, 20, 40, 80, 160, 320, 640]


@pytest.fixture(autouse=True)
def inside(app):
    with app.app_context():
        yield


def receive(kind=EventKind.PAYMENT, *, is_ours=True, operation="op-1", reference="c1-1"):
    event = BankEvent(kind, is_ours, operation, reference, {"amount": 1, "list": ["x"]})
    return receive_delivery(Envelope("tochka", "a.b.c", "192.0.2.1"), event, now=NOW)


def load(delivery_id=1):
    with transaction() as session:
        return session.get_one(Delivery, delivery_id)


def test_an_event_of_ours_waits_for_its_reading():
    delivery_id = receive()

    row = load(delivery_id)
    assert (row.status, row.next_try_at, row.finished_at) == (DeliveryStatus.RECEIVED, NOW, None)
    assert (row.account, row.body, row.remote_addr) == ("tochka", "a.b.c", "192.0.2.1")
    assert (row.operation_id, row.reference, row.tries) == ("op-1", "c1-1", 0)
    assert row.claims == {"amount": "1", "list": "['x']"}


ASK_FOR_NOTHING = {
    "another company's": ({"is_ours": False}, DeliveryStatus.FOREIGN),
    "nobody's": ({"operation": None, "reference": None}, DeliveryStatus.FOREIGN),
    "of another kind": ({"kind": EventKind.OTHER}, DeliveryStatus.UNSUPPORTED),
}


@pytest.mark.parametrize(("what", "status"), ASK_FOR_NOTHING.values(), ids=ASK_FOR_NOTHING.keys())
def test_an_event_that_asks_for_nothing_is_kept_and_finished(what, status):
    assert receive(**what) is None

    row = load()
    assert (row.status, row.next_try_at, row.finished_at) == (status, None, NOW)


def test_an_event_without_an_operation_is_read_by_our_reference():
    assert load(receive(operation=None)).status is DeliveryStatus.RECEIVED


def test_a_long_reference_is_cut_to_what_is_kept():
    assert load(receive(reference="r" * 65)).reference == "r" * 64


@pytest.mark.parametrize(
    ("payment_id", "status"), [(7, DeliveryStatus.APPLIED), (None, DeliveryStatus.FOREIGN)]
)
def test_a_delivery_ends_as_applied_or_nobodys(payment_id, status):
    delivery_id = receive()

    finish_delivery(delivery_id, now=LATER, payment_id=payment_id)

    row = load(delivery_id)
    assert (row.status, row.payment_id, row.tries) == (status, payment_id, 1)
    assert (row.finished_at, row.next_try_at, row.error) == (LATER, None, None)


def test_a_failing_delivery_waits_twice_as_long_each_time_and_is_parked_after_eight():
    delivery_id, waits = receive(), []

    for _ in range(7):
        finish_delivery(delivery_id, now=NOW, payment_id=7, error="read timeout")
        waits.append((load().next_try_at - NOW).total_seconds())
    waiting = load()
    finish_delivery(delivery_id, now=LATER, payment_id=7, error="read timeout")

    parked = load()
    assert waits == WAITS
    assert (waiting.status, waiting.finished_at) == (DeliveryStatus.RECEIVED, None)
    assert (parked.status, parked.tries, parked.next_try_at) == (DeliveryStatus.FAILED, 8, None)
    assert (parked.finished_at, parked.error) == (LATER, "read timeout")


def test_a_delivery_that_succeeds_at_last_forgets_its_error():
    delivery_id = receive()
    finish_delivery(delivery_id, now=NOW, payment_id=7, error="read timeout")

    finish_delivery(delivery_id, now=LATER, payment_id=7)

    assert (load().status, load().error, load().tries) == (DeliveryStatus.APPLIED, None, 2)


@pytest.mark.parametrize(("parked_for", "status"), [(0, "applied"), (1, "failed")])
def test_a_reading_of_the_payment_applies_what_was_parked(parked_for, status):
    bank = FakeBank()
    payment = builders.start_to_pay(bank, builders.book(builders.customer()))
    delivery_id = receive()
    for _ in range(8):
        finish_delivery(delivery_id, now=NOW, payment_id=payment + parked_for, error="timeout")

    builders.hear(bank, payment, now=LATER)

    assert load(delivery_id).status == status
    assert load(delivery_id).error == {"applied": None, "failed": "timeout"}[status]


def test_a_parked_delivery_may_be_read_again_from_the_beginning():
    delivery_id = receive()
    for _ in range(8):
        finish_delivery(delivery_id, now=NOW, payment_id=7, error="read timeout")

    requeue_delivery(delivery_id, actor=SYSTEM, now=LATER)

    row = load()
    assert (row.status, row.tries, row.next_try_at) == (DeliveryStatus.RECEIVED, 0, LATER)
    assert (row.finished_at, row.error) == (None, None)


def test_a_delivery_that_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        requeue_delivery(999, actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        finish_delivery(999, now=NOW, payment_id=None)
