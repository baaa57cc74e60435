"""A kept card is charged by its token, once, whatever answers are lost (B3, D6, I-13, I-14)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.banks.registry import Account, Banks
from portal.domain import clock
from portal.domain.consultations import CancelledBy
from portal.domain.letters import LetterKind
from portal.domain.money import Currency, Money
from portal.domain.payments import Decline, PaymentMethod, PaymentStatus
from portal.domain.ports import BindingOutcome
from portal.domain.refunds import AccountMode, RefundStatus
from portal.jobs import cards, charges, payments, refunds
from portal.store.bindings import Binding
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.usecases.bindings import hear_outcome, start_binding
from portal.usecases.bookings import Booking, book_consultation
from portal.usecases.card_checks import unbind_card
from portal.usecases.charges import (
    claim_charge,
    record_not_sent,
    record_prepared,
    token_order_of,
)
from portal.usecases.checkouts import Checkout, create_payment
from portal.usecases.consultations import Cancellation, cancel_consultation
from portal.usecases.payments import apply_operation
from portal.usecases.refunds import request_refund
from tests import builders
from tests.banks.freedompay_world import FreedomPayWorld
from tests.builders import person

PRICE = Money(2_132_100, Currency.KZT)
GOOD, SILENT, BROKE, SLOW = (
    "4716047261941981",
    "4000000000000408",
    "4939770956154989",
    "4000000000000060",
)
PAID, PENDING, FAILED = PaymentStatus.PAID, PaymentStatus.PENDING, PaymentStatus.FAILED


@dataclass(frozen=True)
class Scene:
    """Кирилл, who has a consultation for tenge and a card at the bank."""

    bank: FreedomPayWorld
    kirill: int
    meeting: int

    def binds(self, pan: str) -> int:
        """Bind a card on the bank's page; return its number."""
        number = start_binding(self.kirill, "kazakh", actor=person(self.kirill), now=clock.now())
        cards.open_page(number)
        with transaction() as session:
            operation = session.get_one(Binding, number).operation_id
        self.bank.bind(operation, pan)
        hear_outcome(number, BindingOutcome.BOUND, now=clock.now())
        cards.look(number)
        with transaction() as session:
            return session.get_one(Binding, number).bound_card_id

    def presses(self, card: int) -> int:
        """Press «Списать»; return the payment's number."""
        with transaction() as session:
            token = session.get_one(Consultation, self.meeting).pay_token
        wish = Checkout("kazakh", PaymentMethod.CARD, PRICE.currency, card_id=card, by_token=True)
        return create_payment(token, wish, actor=person(self.kirill), now=clock.now())

    @property
    def taken(self) -> list[Money]:
        """What the bank has really charged."""
        return [amount for _, amount in self.bank.executed_charges()]


@pytest.fixture
def scene(app, freedompay_world):
    with app.app_context():
        bank = freedompay_world.connector
        account = Account("kazakh", "Банк", bank, AccountMode.ACTIVE, "Консультация")
        app.extensions["banks"] = Banks({"kazakh": account})
        kirill, starts = builders.customer(), clock.now() + timedelta(days=2)
        booking = Booking(kirill, "Седова", starts, starts + timedelta(hours=1), PRICE)
        meeting = book_consultation(booking, actor=person(kirill), now=clock.now())
        yield Scene(freedompay_world, kirill, meeting)


def letters():
    with transaction() as session:
        return session.scalars(select(Letter.kind).order_by(Letter.id)).all()


def assert_paid_once(scene, number):
    found = builders.payment(number)
    assert (found.status, found.captured, scene.taken) == (PAID, PRICE, [PRICE])
    assert (found.operation_id, found.incident, builders.errors_in_the_book()) == (
        scene.bank.executed_charges()[0][0],
        None,
        [],
    )


@pytest.mark.parametrize("pan", [GOOD, SILENT], ids=["answers", "is silent"])
def test_a_press_charges_once_however_often_its_job_runs(scene, pan):
    number = scene.presses(scene.binds(pan))

    for _ in range(3):
        charges.send(number)
        payments.read(number)

    assert_paid_once(scene, number)


def test_presses_in_two_tabs_are_one_charge(scene):
    card = scene.binds(GOOD)
    first, second = scene.presses(card), scene.presses(card)
    for number in (first, second):
        charges.send(number)
    payments.read(first)

    assert first == second
    assert_paid_once(scene, first)


def test_an_operation_whose_answer_was_lost_is_prepared_again_as_the_same(scene):
    number = scene.presses(scene.binds(GOOD))
    scene.bank.fault("card_init", "lost_after")

    charges.send(number)
    waiting = builders.payment(number)
    charges.send(number)
    payments.read(number)

    assert (waiting.status, waiting.operation_id) == (PaymentStatus.CREATED, None)
    assert_paid_once(scene, number)


def test_a_charge_that_was_lost_on_its_way_is_never_sent_again(scene):
    number = scene.presses(scene.binds(GOOD))
    scene.bank.swallow("charge")

    for _ in range(3):
        charges.send(number)
        payments.read(number)

    assert (builders.payment(number).status, scene.taken) == (PENDING, [])


def test_a_worker_that_died_after_preparing_goes_on_with_the_same_operation(scene):
    number = scene.presses(scene.binds(GOOD))
    order = token_order_of(number, item_name="Консультация", now=clock.now())
    prepared = scene.bank.connector.prepare_charge(order)
    record_prepared(number, prepared)
    payments.read(number)

    charges.send(number)
    payments.read(number)

    assert builders.payment(number).operation_id == prepared
    assert_paid_once(scene, number)


def test_a_worker_that_died_after_claiming_leaves_only_readings(scene):
    number = scene.presses(scene.binds(GOOD))
    order = token_order_of(number, item_name="Консультация", now=clock.now())
    record_prepared(number, scene.bank.connector.prepare_charge(order))
    claim_charge(number, None, now=clock.now())

    charges.send(number)
    payments.read(number)

    assert (builders.payment(number).status, scene.taken) == (PENDING, [])


def test_a_declined_card_ends_it_at_once_and_its_client_is_written_to(scene):
    number = scene.presses(scene.binds(BROKE))

    charges.send(number)
    payments.read(number)

    found = builders.payment(number)
    assert (found.status, found.decline, scene.taken) == (FAILED, Decline.BY_BANK, [])
    assert letters() == [LetterKind.CHARGE_FAILED]
    assert builders.purse(scene.kirill) == (0, 0, 0)


def test_a_charge_in_process_is_waited_for(scene):
    number = scene.presses(scene.binds(SLOW))
    charges.send(number)
    payments.read(number)
    assert builders.payment(number).status is PENDING

    scene.bank.wait(61)
    payments.read(number)

    assert builders.payment(number).status is PAID


def test_a_card_that_was_unbound_after_the_press_is_not_charged(scene):
    card = scene.binds(GOOD)
    number = scene.presses(card)
    actor = person(scene.kirill)
    unbind_card(card, actor=actor, owner_id=scene.kirill, now=clock.now(), at_bank=True)

    charges.send(number)

    assert (builders.payment(number).status, scene.taken) == (FAILED, [])


def test_a_shop_that_may_not_charge_takes_nothing(scene):
    number = scene.presses(scene.binds(GOOD))
    scene.bank.rules(allow_charges=False)

    charges.send(number)

    assert (builders.payment(number).status, scene.taken) == (FAILED, [])


def test_its_money_goes_back_as_any_other(scene):
    number = scene.presses(scene.binds(GOOD))
    charges.send(number)
    payments.read(number)
    anna = builders.staff()
    cancellation = Cancellation(CancelledBy.CLIENT, "Заболел")
    cancel_consultation(scene.meeting, cancellation, actor=anna, now=clock.now())

    wish = builders.wish(number, expected_remaining=PRICE)
    refund = request_refund(wish, actor=anna, now=clock.now())
    refunds.submit(refund)
    refunds.reconcile(refund)

    operation = builders.payment(number).operation_id
    assert builders.refund(refund).status is RefundStatus.SUCCEEDED
    assert scene.bank.executed_refunds() == [(operation, PRICE)]
    assert builders.errors_in_the_book() == []


def test_a_run_that_comes_late_to_prepare_ends_nothing_that_was_sent(scene):
    number = scene.presses(scene.binds(GOOD))
    charges.send(number)

    record_not_sent(number, "order exists", now=clock.now())

    assert (builders.payment(number).status, builders.payment(number).failure) == (PENDING, None)
    assert scene.taken == [PRICE]


def test_of_two_prepared_operations_the_kept_one_is_sent(scene):
    number = scene.presses(scene.binds(GOOD))
    order = token_order_of(number, item_name="Консультация", now=clock.now())
    first = record_prepared(number, scene.bank.connector.prepare_charge(order))

    assert record_prepared(number, "999999") == first
    assert builders.payment(number).operation_id == first


def test_a_reading_does_not_put_off_a_charge_that_is_still_to_be_sent(scene):
    number = scene.presses(scene.binds(GOOD))
    order = token_order_of(number, item_name="Консультация", now=clock.now())
    operation_id = record_prepared(number, scene.bank.connector.prepare_charge(order))
    due = builders.payment(number).next_read_at

    seen = scene.bank.connector.read_operation(operation_id)
    apply_operation(number, seen, now=clock.now() + timedelta(seconds=88))

    assert builders.payment(number).next_read_at == due
    assert (builders.payment(number).status, scene.taken) == (PaymentStatus.CREATED, [])
