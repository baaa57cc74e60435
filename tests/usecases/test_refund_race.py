"""Eight wishes at once from four processes on PostgreSQL: one refund, whoever is first."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.domain.refunds import NotRefundable, RefundStatus
from portal.store.db import transaction
from portal.store.refunds import Refund
from tests import builders
from tests.builders import PRICE, purse, rub
from tests.duels import APART, portal_of

PROCESSES, WISHES_EACH = 4, 2
PATIENCE = 90


def ask_in_a_process(database_url, gate, answers, payment_id, user_id, keys):
    """Ask from as many threads as there are keys, all processes at the same moment."""
    app = portal_of(database_url)
    wish = partial(ask_in_a_thread, app, gate, payment_id, user_id)
    with ThreadPoolExecutor(len(keys)) as pool:
        for answer in pool.map(wish, keys):
            answers.put(answer)


def ask_in_a_thread(app, gate, payment_id, user_id, key):
    """Ask once and return the refund's number, or the rule that refused it."""
    with app.app_context():
        gate.wait(PATIENCE)
        try:
            return builders.ask(builders.person(user_id), payment_id, intent_key=key)
        except NotRefundable as refusal:
            return refusal.rule.code.value


def race(database_url, payment_id, user_id, keys):
    """Let four processes ask and return their eight answers."""
    gate, answers = APART.Barrier(len(keys)), APART.Queue()
    told = (database_url, gate, answers, payment_id, user_id)
    runners = [
        APART.Process(target=ask_in_a_process, args=(*told, keys[start::PROCESSES]))
        for start in range(PROCESSES)
    ]
    for runner in runners:
        runner.start()
    heard = [answers.get(timeout=PATIENCE) for _ in keys]
    for runner in runners:
        runner.join(PATIENCE)
    assert [runner.exitcode for runner in runners] == [0] * PROCESSES
    return heard


def count_refunds():
    """Return how many refunds there are."""
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Refund))


def assert_one_refund(cancelled, refund_id):
    assert count_refunds() == 1
    refund = builders.refund(refund_id)
    assert (refund.status, refund.amount) == (RefundStatus.REQUESTED, rub(PRICE))
    assert builders.payment(cancelled.payment).under_way == rub(PRICE)
    assert purse(cancelled.kirill) == (0, 0, PRICE)
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_form_sent_eight_times_at_once_is_one_refund(cancelled, database_url):
    keys = ["one form"] * PROCESSES * WISHES_EACH

    heard = race(database_url, cancelled.payment, cancelled.anna.user_id, keys)

    assert len(set(heard)) == 1
    assert_one_refund(cancelled, heard[0])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_eight_forms_at_once_make_one_refund_and_seven_refusals(cancelled, database_url):
    keys = [f"form {number}" for number in range(PROCESSES * WISHES_EACH)]

    heard = race(database_url, cancelled.payment, cancelled.anna.user_id, keys)

    assert heard.count("open_refund") == len(keys) - 1
    (refund_id,) = [answer for answer in heard if answer != "open_refund"]
    assert_one_refund(cancelled, refund_id)
