"""A link that the bank does not give is asked for again, but not for ever (F3)."""

from datetime import timedelta

import pytest

from portal.domain.actors import SYSTEM
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.checkouts import Checkout, create_payment, record_no_link
from tests import builders
from tests.builders import NOW

AGAIN = NOW + timedelta(minutes=30)
TOO_LATE = AGAIN + timedelta(seconds=1)


@pytest.fixture
def payment_id(app):
    """Give a payment that waits for its link."""
    with app.app_context():
        consultation_id = builders.book(builders.customer())
        with transaction() as session:
            token = session.get_one(Consultation, consultation_id).pay_token
        checkout = Checkout("tochka", PaymentMethod.SBP)
        yield create_payment(token, checkout, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("now", "is_final", "status", "next_read_at"),
    [
        (AGAIN, False, PaymentStatus.CREATED, AGAIN + timedelta(seconds=15)),
        (TOO_LATE, False, PaymentStatus.FAILED, None),
        (NOW, True, PaymentStatus.FAILED, None),
    ],
    ids=["silence", "silence for too long", "refusal"],
)
def test_a_missing_link_is_asked_for_while_the_payer_may_wait(
    payment_id, now, is_final, status, next_read_at
):
    record_no_link(payment_id, "timeout", now=now, is_final=is_final)

    payment = builders.payment(payment_id)
    assert (payment.status, payment.next_read_at) == (status, next_read_at)
    assert (payment.failure, payment.captured_minor) == ("timeout", 0)
