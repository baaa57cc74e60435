"""A link that the bank does not give: asked again until it is refused or out of time (F3, B9)."""

from datetime import timedelta

import pytest

from portal.domain.errors import AlreadyPaid, NotFound, NotPayable
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.checkouts import Checkout, create_payment, order_of, record_no_link
from tests import builders
from tests.builders import NOW, STARTS_AT, SYSTEM

URLS = {"success_url": "https://p.test/{token}", "failure_url": "-", "item_name": "Консультация"}


def start(scene, method=PaymentMethod.CARD, now=NOW):
    """Start to pay without asking the bank."""
    with transaction() as session:
        token = session.get_one(Consultation, scene.consultation).pay_token
    return create_payment(token, Checkout("tochka", method), actor=SYSTEM, now=now)


def test_an_outage_leaves_the_link_to_be_asked_for_again(booked):
    payment_id = start(booked)

    record_no_link(payment_id, "x" * 700, now=NOW, is_final=False)

    row = builders.payment(payment_id)
    assert (row.status, row.failure) == (PaymentStatus.CREATED, "x" * 600)
    assert row.next_read_at == NOW + timedelta(seconds=15)


def test_a_refusal_ends_the_payment(booked):
    payment_id = start(booked)

    record_no_link(payment_id, "Банк отказал", now=NOW, is_final=True)

    row = builders.payment(payment_id)
    assert (row.status, row.failure) == (PaymentStatus.FAILED, "Банк отказал")
    assert row.next_read_at is None
    assert order_of(payment_id, **URLS) is None


@pytest.mark.parametrize(
    ("late", "status"), [(0, PaymentStatus.CREATED), (1, PaymentStatus.FAILED)]
)
def test_an_outage_is_waited_out_for_half_an_hour(booked, late, status):
    payment_id = start(booked)

    record_no_link(payment_id, "-", now=NOW + timedelta(minutes=30, seconds=late), is_final=False)

    assert builders.payment(payment_id).status is status


def test_a_link_that_came_first_is_not_taken_back(booked):
    record_no_link(booked.payment, "late", now=NOW, is_final=True)

    row = builders.payment(booked.payment)
    assert (row.status, row.failure) == (PaymentStatus.PENDING, None)


def test_after_a_refusal_a_new_payment_is_started(booked):
    refused = start(booked)
    record_no_link(refused, "-", now=NOW, is_final=True)

    assert start(booked) == refused + 1


def test_a_payment_that_waits_for_its_link_is_continued(booked):
    assert start(booked, PaymentMethod.CARD) == start(booked, PaymentMethod.CARD)


def test_a_paid_consultation_is_not_paid_again(paid):
    with pytest.raises(AlreadyPaid):
        start(paid)


def test_a_consultation_that_has_been_cancelled_is_not_paid(booked):
    builders.cancel(booked.anna, booked.consultation)

    with pytest.raises(NotPayable):
        start(booked)


def test_a_strange_address_pays_nothing(booked):
    checkout = Checkout("tochka", PaymentMethod.SBP)

    with pytest.raises(NotFound):
        create_payment("no-such-token", checkout, actor=SYSTEM, now=STARTS_AT)
