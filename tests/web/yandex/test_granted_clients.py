"""A client who was handed a right of staff passes the second step as staff do (domain.md §6)."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.domain import clock
from portal.domain.access import Offer
from portal.domain.actors import Actor
from portal.domain.permissions import Permission, Role
from portal.store.db import transaction
from portal.store.refunds import Refund
from portal.usecases.access import hand_over
from tests import builders
from tests.builders import NOW
from tests.fakes import FakeBank
from tests.web.yandex.conftest import arrives, chosen, employ, switch

FORM = {
    "mode": "all",
    "reason": "cancelled_by_client",
    "comment": "",
    "intent_key": "11111111-1111-4111-8111-111111111111",
    "expected_remaining": "300000",
}


@pytest.fixture
def payment(portal):
    """Give the number of a payment of somebody else that may be refunded."""
    bank = FakeBank()
    with portal.app_context():
        consultation = builders.book(builders.customer())
        payment = builders.start_to_pay(bank, consultation)
        builders.pay(bank, payment)
        builders.cancel(Actor(None, "portal"), consultation)
        return payment


@pytest.fixture
def lena(portal):
    """Give Лена, a client who was handed the rights to look at payments and to refund them."""
    user_id = employ(portal, "lena", Role.CLIENT, None)
    with portal.app_context():
        gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
        for right in (Permission.PAYMENTS_READ, Permission.REFUNDS_CREATE):
            hand_over(user_id, Offer(right, None, None), "Замещает Анну", actor=gleb, now=NOW)
    return arrives(portal, user_id)


def refunds(portal):
    with portal.app_context(), transaction() as session:
        return session.scalar(select(func.count()).select_from(Refund))


def binds_and_confirms(lena):
    lena.client.get(chosen(lena.posts("/profile/yandex").location, "ivanov"))
    assert lena.confirms("ivanov").location == "/payments"


def test_the_handed_rights_wait_for_the_step(portal, lena, payment):
    paths = ["/payments", f"/payments/{payment}", f"/payments/{payment}/refund"]
    asked = [lena.client.get(path).location for path in paths]
    sent = lena.posts(f"/payments/{payment}/refund", FORM)

    assert asked == [f"/confirm/yandex?next={path.replace('/', '%2F')}" for path in paths]
    assert (sent.status_code, sent.location) == (303, asked[2])
    assert refunds(portal) == 0


def test_what_is_the_clients_own_opens_without_it(lena):
    assert lena.client.get("/account").status_code == 200


def test_without_a_bound_account_she_is_told_what_to_do(portal, lena, payment):
    answer = lena.posts("/confirm/yandex", query_string={"next": "/payments"})

    assert (answer.status_code, "Привяжите его в профиле" in answer.text) == (403, True)
    assert lena.client.get("/payments").status_code == 303
    assert (lena.confirmed, refunds(portal)) == ([None], 0)


def test_after_the_step_the_handed_rights_open(portal, lena, payment):
    binds_and_confirms(lena)

    opened = lena.client.get("/payments").status_code
    sent = lena.posts(f"/payments/{payment}/refund", FORM)

    assert (opened, sent.status_code, sent.location) == (200, 303, "/refunds/1")
    assert refunds(portal) == 1


@pytest.mark.parametrize(("hours", "passed", "made"), [(12, 719, 1), (1, 59, 1), (1, 61, 0)])
def test_the_step_counts_for_refunds_as_long_as_the_setting_says(
    portal, lena, payment, hours, passed, made
):
    switch(portal, session_idle_minutes=24 * 60, yandex_hours=hours)
    binds_and_confirms(lena)

    with time_machine.travel(clock.now() + timedelta(minutes=passed)):
        lena.posts(f"/payments/{payment}/refund", FORM)

    assert refunds(portal) == made


def test_the_step_gives_no_right(portal, lena, payment):
    binds_and_confirms(lena)

    assert lena.client.get("/audit").status_code == 403


def test_switched_off_the_handed_rights_open_at_once(portal, lena, payment):
    switch(portal, yandex_required=False)

    assert lena.client.get(f"/payments/{payment}/refund").status_code == 200
