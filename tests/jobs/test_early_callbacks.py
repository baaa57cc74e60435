"""The bank's event comes before the answer that it belongs to: once is once (B9, I-25)."""

import json
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import select

from portal.domain.ledger import TransferReason
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankUnavailable, PaymentLink, PaymentOrder
from portal.jobs import charges, deliveries, payments
from portal.store.db import transaction
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.ledger import Transfer
from portal.usecases.deliveries import Envelope, receive_delivery
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, payment, rub
from tests.fakes import SEAL, FakeBank
from tests.usecases.charges import make_scene


class HastyBank(FakeBank):
    """Tells what it does before it has answered, once it hurries.

    ``lists`` says whether it finds orders, ``loses`` whether the answer never comes.
    """

    hurries = lists = loses = False

    def create_payment(self, order: PaymentOrder) -> PaymentLink:
        """Let the payer pay before the link has come back to us."""
        link = super().create_payment(order)
        if self.hurries:
            self.pay(link.operation_id)
            tells(self, link.operation_id)
        return link

    def find_payment(self, reference: str, created_at: datetime) -> PaymentLink | None:
        """Find nothing at a bank that lists no orders."""
        return super().find_payment(reference, created_at) if self.lists else None

    def charge(self, operation_id: str, amount: Money) -> None:
        """Tell of the new line, and answer then, or never."""
        super().charge(operation_id, amount)
        tells(self, operation_id)
        if self.loses:
            raise BankUnavailable("read timeout", sent=True)


def tells(bank: FakeBank, operation_id: str) -> None:
    """Send the portal an event and let its job work, while we still wait for the answer."""
    reference = bank.payments[operation_id].order.reference
    told = {"is_ours": True, "operation_id": operation_id, "reference": reference}
    body = SEAL + json.dumps(told).encode()
    envelope = Envelope("tochka", body.decode(), "127.0.0.1")
    number = receive_delivery(envelope, bank.parse_webhook(body), now=NOW)
    deliveries.apply(number)


@pytest.fixture
def scene(app):
    with app.app_context(), time_machine.travel(NOW, tick=False):
        yield make_scene(app, HastyBank(charges=True))


def booked(number):
    """Count how often the money of a payment was booked."""
    topped_up = Transfer.reason == TransferReason.TOP_UP
    with transaction() as session:
        found = select(Transfer.id).where(Transfer.payment_id == number, topped_up)
        return len(session.scalars(found).all())


def delivery():
    with transaction() as session:
        return session.scalars(select(Delivery)).one()


@pytest.mark.parametrize(
    ("lists", "before"), [(True, DeliveryStatus.APPLIED), (False, DeliveryStatus.RECEIVED)]
)
def test_a_payment_is_told_of_before_its_link_has_come(scene, lists, before):
    scene.bank.hurries, scene.bank.lists = True, lists
    number = scene.begins(builders.book(scene.kirill), card_id=None)

    payments.create_link(number)
    assert delivery().status is before
    deliveries.apply(delivery().id)

    row = payment(number)
    assert (row.status, row.operation_id) == (PaymentStatus.PAID, "op-2")
    assert row.link_url == "https://bank.test/pay/op-2"
    assert (delivery().status, delivery().payment_id) == (DeliveryStatus.APPLIED, number)
    assert (booked(number), errors_in_the_book()) == (1, [])


@pytest.mark.parametrize("loses", [False, True])
def test_a_charge_is_told_of_before_its_answer_has_come_or_was_lost(scene, loses):
    scene.bank.loses = loses
    number = scene.begins(builders.book(scene.kirill))

    charges.send(number)
    payments.read(number)

    assert payment(number).status is PaymentStatus.PAID
    assert scene.bank.charges == [(scene.operation, rub(PRICE))]
    assert (booked(number), errors_in_the_book()) == (1, [])
