"""Rights under concurrency on PostgreSQL: never no super-admin, never one limit spent twice."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.domain.access import Offer
from portal.domain.permissions import Permission, Role
from portal.domain.refunds import NotRefundable
from portal.store.db import transaction
from portal.store.refunds import Refund
from portal.usecases.access import hand_over
from portal.usecases.refunds import request_refund
from tests import builders
from tests.builders import DURING, NOW, PRICE, rub
from tests.duels import KINDS, duel, make_duellists

DUELS = 100


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("acts", KINDS, ids=" against ".join)
def test_two_super_admins_who_strike_each_other_never_both_succeed(app, database_url, acts):
    with app.app_context():
        told = duel(database_url, make_duellists(), acts, DUELS)

    assert told == [(1, ["done", "not_held"])] * DUELS


def spend(app, user_id, payment_id, key):
    """Ask for a refund under one limit; return whether it was taken, or the rule against it."""
    wish = builders.wish(payment_id, intent_key=key, amount=rub(PRICE))
    with app.app_context():
        try:
            request_refund(wish, actor=builders.person(user_id), now=DURING)
        except NotRefundable as refusal:
            return refusal.rule.code.value
    return "taken"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_refunds_at_once_do_not_spend_one_limit_twice(app, cancelled):
    gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
    helper = builders.customer("helper@example.test")
    offer = Offer(Permission.REFUNDS_CREATE, None, rub(PRICE))
    hand_over(helper, offer, "Помогает", actor=gleb, now=NOW)
    payments = [cancelled.payment, *(another_payment(cancelled, n) for n in range(7))]

    with ThreadPoolExecutor(len(payments)) as pool:
        answers = list(pool.map(partial(spend, app, helper), payments, map(str, payments)))

    assert sorted(answers) == ["over_limit"] * 7 + ["taken"]
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Refund)) == 1


def another_payment(scene, number):
    """Let another client pay and cancel; return the payment's number."""
    client = builders.customer(f"payer{number}@example.test")
    consultation = builders.book(client)
    payment_id = builders.start_to_pay(scene.bank, consultation)
    builders.pay(scene.bank, payment_id)
    builders.cancel(scene.anna, consultation)
    return payment_id
