"""Rights under concurrency on PostgreSQL: never no super-admin, never one limit spent twice."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select, update

from portal.domain.access import LastSuperAdmin, NotHeld, Offer
from portal.domain.permissions import Permission, Role
from portal.domain.refunds import NotRefundable
from portal.factory import create_app
from portal.settings import Settings
from portal.store.db import transaction
from portal.store.refunds import Refund
from portal.store.users import User
from portal.usecases.access import change_role, hand_over
from portal.usecases.refunds import request_refund
from tests import builders
from tests.builders import DURING, NOW, PRICE, rub
from tests.conftest import TOCHKA

DUELS = 200
PATIENCE = 60


def portal_of(database_url):
    """Make the portal of another process."""
    return create_app(
        Settings(
            _env_file=None,
            mode="local",
            secret_key="test-secret",
            accounts={"tochka": TOCHKA},
            database_url=database_url,
            redis_url="unix:///nowhere",
        )
    )


def demote_again_and_again(database_url, gate, answers, mine, other):
    """Be a super-admin who demotes the other, at the same moment as the other, in every duel."""
    with portal_of(database_url).app_context():
        for _ in range(DUELS):
            gate.wait(PATIENCE)
            answers.put(demote(mine, other))
            gate.wait(PATIENCE)


def demote(mine, other):
    """Demote the other; return whether it was done, or the refusal's code."""
    try:
        change_role(other, Role.VIEWER, "Дуэль", actor=builders.person(mine), now=NOW)
    except (NotHeld, LastSuperAdmin) as refusal:
        return refusal.code
    return "done"


def count_super_admins():
    with transaction() as session:
        return session.scalar(
            select(func.count()).where(User.role == Role.SUPER_ADMIN.value, User.is_active)
        )


def crown_both(duellists):
    with transaction() as session:
        session.execute(
            update(User).where(User.id.in_(duellists)).values(role=Role.SUPER_ADMIN.value)
        )


def duel(database_url, duellists):
    """Let two processes fight it out; return how many super-admins were left, and what was said."""
    spawn = multiprocessing.get_context("spawn")
    gate, answers = spawn.Barrier(3), spawn.Queue()
    runners = [
        spawn.Process(
            target=demote_again_and_again, args=(database_url, gate, answers, mine, other)
        )
        for mine, other in (duellists, duellists[::-1])
    ]
    for runner in runners:
        runner.start()
    left, said = [], []
    for _ in range(DUELS):
        crown_both(duellists)
        gate.wait(PATIENCE)
        gate.wait(PATIENCE)
        said.append(sorted(answers.get(timeout=PATIENCE) for _ in runners))
        left.append(count_super_admins())
    for runner in runners:
        runner.join(PATIENCE)
    assert [runner.exitcode for runner in runners] == [0, 0]
    return left, said


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_super_admins_who_demote_each_other_never_both_succeed(app, database_url):
    with app.app_context():
        duellists = [
            builders.staff(Role.SUPER_ADMIN, name, f"{name}@example.test").user_id
            for name in ("gleb", "gala")
        ]

        left, said = duel(database_url, duellists)

    assert left == [1] * DUELS
    assert said == [["done", "not_held"]] * DUELS


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
