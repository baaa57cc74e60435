"""The sweep rings for every row whose time has come, and the jobs read refunds as well."""

from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.banks.registry import Account, Banks
from portal.domain import clock
from portal.domain.refunds import AccountMode, RefundStatus
from portal.jobs import deliveries, payments, refunds, sweep
from portal.jobs.queue import QUEUE
from portal.jobs.worker import warm_up
from portal.store.db import transaction
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.letters import Letter
from portal.store.payments import Payment
from portal.store.refunds import Refund
from portal.usecases.deliveries import Envelope, receive_delivery
from tests import builders
from tests.builders import PRICE, purse, rub
from tests.fakes import FakeBank


@pytest.fixture
def bank(app):
    """Give a bank that the jobs reach."""
    bank = FakeBank()
    account = Account("tochka", "Точка", bank, AccountMode.ACTIVE, "Консультация")
    app.extensions["banks"] = Banks({"tochka": account})
    with app.app_context():
        yield bank


@pytest.fixture
def cancelled(bank):
    """Give the number of a paid payment whose consultation is cancelled, and who acts."""
    anna = builders.staff()
    consultation = builders.book(builders.customer())
    payment = builders.start_to_pay(bank, consultation)
    builders.pay(bank, payment)
    builders.cancel(anna, consultation)
    return payment, anna


@pytest.fixture
def refund_id(cancelled):
    """Give a refund of the whole sum that is due now."""
    payment, anna = cancelled
    refund_id = builders.ask(anna, payment)
    make_due(Refund, refund_id, "next_step_at")
    return refund_id


@pytest.fixture
def delivery_id(bank, cancelled):
    """Give a delivery about the payment that came a minute ago and was not applied."""
    payment, _ = cancelled
    body = bank.event(builders.operation_of(payment))
    envelope, a_minute_ago = Envelope("tochka", "", "192.0.2.1"), clock.now() - timedelta(minutes=1)
    return receive_delivery(envelope, bank.parse_webhook(body), now=a_minute_ago)


def make_due(model, row_id, column):
    """Let the time of a row have come a minute ago."""
    with transaction() as session:
        setattr(session.get_one(model, row_id), column, clock.now() - timedelta(minutes=1))


def waiting_charge(payment_id):
    """Let a press have asked to charge a card a minute ago; return the payment's number."""
    due = clock.now() - timedelta(minutes=1)
    with transaction() as session:
        paid = session.get_one(Payment, payment_id)
        charge = Payment(
            consultation_id=paid.consultation_id,
            user_id=paid.user_id,
            account="tochka",
            reference="c1-charge",
            amount_minor=PRICE,
            currency=paid.currency,
            method=paid.method,
            charged_operation="op-9",
            next_read_at=due,
            created_at=due,
            search_text="",
        )
        session.add(charge)
        session.flush()
        return charge.id


def rung(redis_url):
    """Return the names of the jobs that wait."""
    queue = Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=JSONSerializer)
    return queue.job_ids


def test_a_worker_begins_with_what_has_waited_for_one(app, refund_id, redis_url):
    warm_up(app)

    assert f"refunds-submit-{refund_id}" in rung(redis_url)


def test_the_sweep_rings_for_a_payment_to_read(cancelled, redis_url):
    payment, _ = cancelled
    make_due(Payment, payment, "next_read_at")
    sweep.ring()
    assert f"payments-read-{payment}" in rung(redis_url)


def test_whoever_waits_longest_is_rung_for_however_new_the_row_is(bank, redis_url):
    client, now = builders.customer(), clock.now()
    dues = [now - timedelta(minutes=1)] * sweep.BATCH + [now - timedelta(minutes=2)]
    with transaction() as session:
        session.add_all(
            Letter(kind="access_link", user_id=client, facts={}, created_at=now, next_try_at=due)
            for due in dues
        )

    sweep.ring()

    assert rung(redis_url) == [f"letters-deliver-{number}" for number in (201, *range(1, 200))]


def test_a_refund_is_rung_for_before_anything_else(refund_id, redis_url):
    make_due(Payment, 1, "next_read_at")

    sweep.ring()

    letters = ["letters-deliver-1", "letters-deliver-2"]
    assert rung(redis_url) == [f"refunds-submit-{refund_id}", "payments-read-1", *letters]


def test_what_the_bank_may_have_been_paid_is_read_before_a_card_is_charged(
    delivery_id, cancelled, redis_url
):
    payment, _ = cancelled
    make_due(Payment, payment, "next_read_at")
    charge = waiting_charge(payment)

    sweep.ring()

    first = [
        f"payments-read-{payment}",
        f"deliveries-apply-{delivery_id}",
        f"charges-send-{charge}",
    ]
    assert rung(redis_url)[:3] == first


def test_the_sweep_rings_for_a_refund_to_send(refund_id, redis_url):
    sweep.ring()
    assert f"refunds-submit-{refund_id}" in rung(redis_url)


@pytest.mark.parametrize("status", [RefundStatus.SUBMITTED, RefundStatus.UNKNOWN])
def test_the_sweep_rings_for_a_refund_to_read(refund_id, redis_url, status):
    with transaction() as session:
        session.get_one(Refund, refund_id).status = status
    sweep.ring()
    assert f"refunds-reconcile-{refund_id}" in rung(redis_url)


def test_the_sweep_rings_for_a_delivery_that_was_not_applied(delivery_id, redis_url):
    sweep.ring()
    assert f"deliveries-apply-{delivery_id}" in rung(redis_url)


def test_an_applied_delivery_is_not_rung_for(delivery_id, redis_url):
    deliveries.apply(delivery_id)
    sweep.ring()
    assert f"deliveries-apply-{delivery_id}" not in rung(redis_url)


def test_a_delivery_books_what_was_returned_in_the_cabinet(bank, cancelled, delivery_id):
    payment, _ = cancelled
    bank.made_in_cabinet(builders.operation_of(payment), rub(1000))

    deliveries.apply(delivery_id)

    with transaction() as session:
        assert session.get_one(Delivery, delivery_id).status is DeliveryStatus.APPLIED
    assert builders.payment(payment).external == rub(1000)
    assert builders.errors_in_the_book() == []


def test_a_delivery_ends_a_refund_whose_answer_was_lost(bank, refund_id, delivery_id):
    bank.goes_silent("refund")
    builders.send(bank, refund_id)

    deliveries.apply(delivery_id)

    refund = builders.refund(refund_id)
    assert refund.status is RefundStatus.SUCCEEDED
    assert purse(builders.payment(refund.payment_id).user_id) == (0, 0, 0)
    assert builders.errors_in_the_book() == []


def test_reading_a_payment_books_what_was_returned_in_the_cabinet(bank, cancelled):
    payment, _ = cancelled
    bank.made_in_cabinet(builders.operation_of(payment), rub(1000))
    payments.read(payment)
    assert builders.payment(payment).external == rub(1000)
    assert builders.errors_in_the_book() == []


def test_the_job_stops_a_refund_whose_money_was_returned_in_the_cabinet(bank, cancelled, refund_id):
    payment, _ = cancelled
    bank.made_in_cabinet(builders.operation_of(payment), rub(PRICE))
    refunds.submit(refund_id)
    assert builders.refund(refund_id).failure == "bank:returned_there"
    assert bank.refunds == []
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize("trouble", ["down", "foreign"])
def test_without_a_baseline_nothing_is_sent_and_it_is_tried_later(
    bank, cancelled, refund_id, trouble
):
    payment, _ = cancelled
    moods = {
        "down": lambda: bank.is_down("read"),
        "foreign": lambda: bank.shows(builders.operation_of(payment), is_ours=False),
    }
    moods[trouble]()
    refunds.submit(refund_id)
    refund = builders.refund(refund_id)
    assert (refund.status, refund.sent_at, refund.send_attempts) == (
        RefundStatus.REQUESTED,
        None,
        1,
    )
    assert refund.next_step_at > clock.now()
    assert bank.refunds == []


def test_a_call_that_never_left_is_one_attempt(bank, refund_id):
    bank.is_down("refund")

    refunds.submit(refund_id)

    refund = builders.refund(refund_id)
    assert (refund.status, refund.send_attempts) == (RefundStatus.REQUESTED, 1)


def test_the_rules_are_checked_again_just_before_sending(bank, cancelled, refund_id):
    payment, _ = cancelled
    with transaction() as session:
        session.get_one(Payment, payment).incident = "wrong_amount"
    refunds.submit(refund_id)
    refund = builders.refund(refund_id)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "rule:incident")
    assert bank.refunds == []
    assert purse(builders.payment(payment).user_id) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []
