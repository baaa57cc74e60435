"""What a personal right lets a person return: its limit, its end, and a client's own money (D5)."""

from datetime import timedelta

import pytest

from portal.domain.access import Offer
from portal.domain.errors import NotFound
from portal.domain.money import Currency, Money
from portal.domain.permissions import Permission, Role
from portal.domain.refunds import NotRefundable, RefundRule, RefundStatus
from portal.store.db import transaction
from portal.store.refund_rights import refund_rights
from portal.store.users import get_user
from portal.usecases import access
from portal.usecases.refunds import cancel_refund
from tests import builders
from tests.builders import DURING, NOW, PRICE, purse, rub

OTHER_FORM = "22222222-2222-4222-8222-222222222222"
OWN = Permission.OWN_REFUND


@pytest.fixture
def gleb(cancelled):
    """Give the super-admin who hands rights over."""
    return builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")


def hand(gleb, user_id, permission=OWN, until=None, limit=None):
    offer = Offer(permission, until, limit)
    return access.hand_over(user_id, offer, "Просил", actor=gleb, now=NOW)


def left(user_id, *, own=True, now=DURING):
    """Return what is left of the person's limit; None when there is no limit."""
    with transaction() as session:
        return refund_rights(session, get_user(session, user_id), own=own, now=now).limit


def asks(scene, **changes):
    """Let Кирилл ask for his own money."""
    return builders.ask(builders.person(scene.kirill), scene.payment, own=True, **changes)


def refuse(scene, rule, **changes):
    with pytest.raises(NotRefundable) as refused:
        asks(scene, **changes)
    assert refused.value.rule.code is rule
    assert builders.payment(scene.payment).last_refund_id is None
    assert purse(scene.kirill) == (PRICE, 0, 0)
    assert scene.bank.refunds == []


def test_a_client_returns_the_money_of_their_cancelled_consultation(cancelled, gleb):
    grant_id = hand(gleb, cancelled.kirill)

    refund = builders.refund(asks(cancelled))

    assert (refund.status, refund.amount) == (RefundStatus.REQUESTED, rub(PRICE))
    assert (refund.requested_by_id, refund.grant_id) == (cancelled.kirill, grant_id)
    assert purse(cancelled.kirill) == (0, 0, PRICE)


def test_without_the_right_a_client_returns_nothing(cancelled):
    refuse(cancelled, RefundRule.NO_RIGHT)


def test_a_right_that_was_taken_back_returns_nothing(cancelled, gleb):
    access.revoke(hand(gleb, cancelled.kirill), "Хватит", actor=gleb, now=NOW)
    refuse(cancelled, RefundRule.NO_RIGHT)


def test_a_right_that_has_ended_returns_nothing(cancelled, gleb):
    hand(gleb, cancelled.kirill, until=DURING)
    refuse(cancelled, RefundRule.NO_RIGHT)


def test_a_right_works_until_the_last_moment(cancelled, gleb):
    hand(gleb, cancelled.kirill, until=DURING + timedelta(microseconds=1))
    assert builders.refund(asks(cancelled)).amount == rub(PRICE)


def test_who_is_disabled_returns_nothing(cancelled, gleb):
    hand(gleb, cancelled.kirill)
    access.set_active(cancelled.kirill, "Просил", is_active=False, actor=gleb, now=NOW)
    refuse(cancelled, RefundRule.NO_RIGHT)


def test_the_limit_bars_a_larger_sum_and_lets_a_part_through(cancelled, gleb):
    hand(gleb, cancelled.kirill, limit=rub(PRICE - 1))
    refuse(cancelled, RefundRule.OVER_LIMIT)
    assert builders.refund(asks(cancelled, amount=rub(PRICE - 1))).amount == rub(PRICE - 1)
    assert left(cancelled.kirill) == rub(0)


def test_a_limit_in_another_currency_allows_nothing(cancelled, gleb):
    tenge = Money(PRICE, Currency.KZT)
    hand(gleb, cancelled.kirill, limit=tenge)
    refuse(cancelled, RefundRule.OVER_LIMIT)


def test_refunds_add_up_to_the_limit(cancelled, gleb):
    hand(gleb, cancelled.kirill, limit=rub(1000))
    builders.send(cancelled.bank, asks(cancelled, amount=rub(600)))
    builders.hear(cancelled.bank, cancelled.payment, DURING)

    assert left(cancelled.kirill) == rub(400)
    more = {"intent_key": OTHER_FORM, "expected_remaining": rub(PRICE - 600)}
    with pytest.raises(NotRefundable) as refused:
        asks(cancelled, amount=rub(401), **more)
    assert refused.value.rule.code is RefundRule.OVER_LIMIT
    assert builders.refund(asks(cancelled, amount=rub(400), **more)).amount == rub(400)


def test_an_undone_refund_gives_its_sum_back_to_the_limit(cancelled, gleb):
    hand(gleb, cancelled.kirill, limit=rub(1000))
    refund_id = asks(cancelled, amount=rub(600))
    cancel_refund(refund_id, actor=builders.person(cancelled.kirill), now=DURING)

    assert left(cancelled.kirill) == rub(1000)


def test_a_failed_refund_gives_its_sum_back_to_the_limit(cancelled, gleb):
    hand(gleb, cancelled.kirill, limit=rub(1000))
    cancelled.bank.refuses("refund")
    refund_id = asks(cancelled, amount=rub(600))
    builders.send(cancelled.bank, refund_id)

    assert builders.refund(refund_id).status is RefundStatus.FAILED
    assert left(cancelled.kirill) == rub(1000)


def test_the_same_right_given_anew_begins_its_sum_anew(cancelled, gleb):
    hand(gleb, cancelled.kirill, limit=rub(1000))
    asks(cancelled, amount=rub(600))
    hand(gleb, cancelled.kirill, limit=rub(1000))

    assert left(cancelled.kirill) == rub(1000)


def test_nobody_returns_the_money_of_another_client(cancelled, gleb):
    stranger = builders.customer("stranger@example.test")
    hand(gleb, stranger)

    with pytest.raises(NotFound):
        builders.ask(builders.person(stranger), cancelled.payment, own=True)

    assert builders.payment(cancelled.payment).last_refund_id is None
    assert purse(cancelled.kirill) == (PRICE, 0, 0)


def test_a_client_does_not_return_what_took_place(completed):
    gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
    hand(gleb, completed.kirill)

    with pytest.raises(NotRefundable) as refused:
        asks(completed)

    assert refused.value.rule.code is RefundRule.AFTER_COMPLETION
    assert builders.payment(completed.payment).last_refund_id is None


def test_a_client_with_a_right_of_staff_returns_anybodys_money(cancelled, gleb):
    helper = builders.customer("helper@example.test")
    grant_id = hand(gleb, helper, Permission.REFUNDS_CREATE, limit=rub(PRICE))

    refund = builders.refund(builders.ask(builders.person(helper), cancelled.payment))

    assert (refund.requested_by_id, refund.grant_id) == (helper, grant_id)
    assert left(helper, own=False) == rub(0)


def test_the_right_of_ones_own_returns_nobody_elses_money_as_staff(cancelled, gleb):
    hand(gleb, cancelled.kirill)

    with pytest.raises(NotRefundable) as refused:
        builders.ask(builders.person(cancelled.kirill), cancelled.payment)

    assert refused.value.rule.code is RefundRule.NO_RIGHT
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
