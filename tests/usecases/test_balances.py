"""The free balance pays for the next consultation, and the payment behind it is known (C1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from portal.domain.errors import AlreadyPaid, NotFound, NotPayable
from portal.domain.fundings import BalanceTooLow
from portal.domain.payments import PaymentMethod
from portal.domain.permissions import Permission
from portal.domain.refunds import NotRefundable
from portal.store.access import PersonalGrant
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.fundings import Funding
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import DURING, NOW, PRICE, errors_in_the_book, payment, purse, rub


def pays(scene, price=PRICE, **more):
    """Book another consultation and pay it from the balance; return its number."""
    number = builders.book(scene.kirill, price)
    pay_from_balance(number, actor=scene.anna, now=NOW, **more)
    return number


def pays_by_bank(scene, price=PRICE):
    """Pay one more consultation at the bank and cancel it; return the payment's number."""
    consultation = builders.book(scene.kirill, price)
    paid = builders.start_to_pay(scene.bank, consultation)
    builders.pay(scene.bank, paid)
    builders.cancel(scene.anna, consultation)
    return paid


def fundings(number):
    """Return which payments gave how much for a consultation."""
    with transaction() as session:
        found = session.scalars(select(Funding).where(Funding.consultation_id == number))
        return [(one.payment_id, one.amount_minor) for one in found]


def shares(payment_id):
    """Return what of a payment waits for other consultations, and what they have spent."""
    found = payment(payment_id)
    return found.booked_minor, found.spent_minor


def is_paid(number):
    with transaction() as session:
        return session.get_one(Consultation, number).is_paid


def test_free_money_pays_at_once_and_the_payment_behind_it_is_known(cancelled):
    number = pays(cancelled)

    assert is_paid(number)
    assert purse(cancelled.kirill) == (0, PRICE, 0)
    assert fundings(number) == [(cancelled.payment, PRICE)]
    assert shares(cancelled.payment) == (PRICE, 0)
    assert errors_in_the_book() == []


def test_the_oldest_payment_gives_first_and_the_next_only_what_is_lacking(cancelled):
    later = pays_by_bank(cancelled, 50_000)

    number = pays(cancelled, PRICE + 20_000)

    assert fundings(number) == [(cancelled.payment, PRICE), (later, 20_000)]
    assert purse(cancelled.kirill) == (30_000, PRICE + 20_000, 0)
    assert errors_in_the_book() == []


def test_a_balance_that_is_too_low_pays_nothing_and_says_what_is_lacking(cancelled):
    number = builders.book(cancelled.kirill, PRICE + 1)

    with pytest.raises(BalanceTooLow) as refusal:
        pay_from_balance(number, actor=cancelled.anna, now=NOW)

    assert refusal.value.facts == {"free": rub(PRICE), "lacking": rub(1)}
    assert (is_paid(number), fundings(number)) == (False, [])
    assert purse(cancelled.kirill) == (PRICE, 0, 0)


def test_a_second_press_pays_nothing(cancelled):
    pays_by_bank(cancelled)
    number = pays(cancelled)

    with pytest.raises(AlreadyPaid):
        pay_from_balance(number, actor=cancelled.anna, now=NOW)

    assert purse(cancelled.kirill) == (PRICE, PRICE, 0)
    assert fundings(number) == [(cancelled.payment, PRICE)]


def test_nobody_pays_for_anothers_consultation(cancelled):
    number = builders.book(cancelled.kirill)
    stranger = builders.customer("other@example.test")

    with pytest.raises(NotFound):
        pay_from_balance(number, actor=cancelled.anna, now=NOW, owner_id=stranger)
    with pytest.raises(BalanceTooLow):
        pay_from_balance(builders.book(stranger), actor=cancelled.anna, now=NOW)

    assert (is_paid(number), purse(cancelled.kirill)) == (False, (PRICE, 0, 0))


def test_nothing_is_paid_once_the_hour_that_was_told_is_past(cancelled):
    number = builders.book(cancelled.kirill)
    with transaction() as session:
        session.get_one(Consultation, number).pay_until = NOW

    with pytest.raises(NotPayable):
        pay_from_balance(number, actor=cancelled.anna, now=NOW)

    assert purse(cancelled.kirill) == (PRICE, 0, 0)


def test_money_that_a_refund_holds_does_not_pay(cancelled):
    builders.ask(cancelled.anna, cancelled.payment, amount=rub(1))

    with pytest.raises(BalanceTooLow) as refusal:
        pays(cancelled)

    assert refusal.value.facts["free"] == rub(PRICE - 1)
    assert purse(cancelled.kirill) == (PRICE - 1, 0, 1)


def test_money_that_was_paid_twice_pays_for_the_next(booked):
    second = builders.start_to_pay(booked.bank, booked.consultation, PaymentMethod.CARD)
    builders.pay(booked.bank, booked.payment)
    builders.pay(booked.bank, second)

    number = pays(booked)

    assert fundings(number) == [(second, PRICE)]
    assert purse(booked.kirill) == (0, 2 * PRICE, 0)
    assert errors_in_the_book() == []


def test_cancelled_its_money_is_free_again_and_goes_back_by_its_own_payment(cancelled):
    number = pays(cancelled)

    builders.cancel(cancelled.anna, number)
    refund = builders.ask(cancelled.anna, cancelled.payment)
    builders.send(cancelled.bank, refund)
    builders.hear(cancelled.bank, cancelled.payment, DURING + timedelta(minutes=1))

    assert shares(cancelled.payment) == (0, 0)
    assert purse(cancelled.kirill) == (0, 0, 0)
    assert payment(cancelled.payment).refunded_minor == PRICE
    assert errors_in_the_book() == []


def test_what_pays_for_a_scheduled_consultation_is_not_returned(cancelled):
    pays(cancelled)

    with pytest.raises(NotRefundable) as refusal:
        builders.ask(cancelled.anna, cancelled.payment, expected_remaining=rub(0))

    assert refusal.value.rule.code.value == "funds_another"
    assert purse(cancelled.kirill) == (0, PRICE, 0)
    assert payment(cancelled.payment).under_way_minor == 0


def test_only_what_is_free_is_returned_beside_a_scheduled_consultation(cancelled):
    pays(cancelled, PRICE - 10_000)
    wish = {"expected_remaining": rub(10_000)}

    with pytest.raises(NotRefundable):
        builders.ask(cancelled.anna, cancelled.payment, amount=rub(10_001), **wish)
    refund = builders.ask(cancelled.anna, cancelled.payment, **wish)

    assert builders.refund(refund).amount_minor == 10_000
    assert purse(cancelled.kirill) == (0, PRICE - 10_000, 10_000)
    assert errors_in_the_book() == []


def test_what_a_completed_consultation_took_is_returned_by_revenue(cancelled):
    builders.complete(cancelled.anna, pays(cancelled))
    assert shares(cancelled.payment) == (0, PRICE)

    refund = builders.ask(cancelled.anna, cancelled.payment)

    assert (builders.refund(refund).source, shares(cancelled.payment)) == ("refunds", (0, 0))
    assert purse(cancelled.kirill) == (0, 0, PRICE)
    assert errors_in_the_book() == []


def test_a_client_alone_gets_back_nothing_that_a_completed_consultation_took(cancelled):
    builders.complete(cancelled.anna, pays(cancelled))
    right = Permission.OWN_REFUND.value
    with transaction() as session:
        grant = {"permission_code": right, "reason": "Проверка", "created_at": NOW}
        session.add(PersonalGrant(user_id=cancelled.kirill, **grant))

    with pytest.raises(NotRefundable) as refusal:
        builders.ask(builders.person(cancelled.kirill), cancelled.payment, own=True)

    assert refusal.value.rule.code.value == "after_completion"
    assert (purse(cancelled.kirill), shares(cancelled.payment)) == ((0, 0, 0), (0, PRICE))


def test_a_refund_from_revenue_that_fails_leaves_it_spent(cancelled):
    builders.complete(cancelled.anna, pays(cancelled))
    refund = builders.ask(cancelled.anna, cancelled.payment)

    cancelled.bank.refuses("refund")
    builders.send(cancelled.bank, refund)

    assert builders.refund(refund).status.value == "failed"
    assert shares(cancelled.payment) == (0, PRICE)
    assert purse(cancelled.kirill) == (0, 0, 0)
    assert errors_in_the_book() == []


def test_the_database_keeps_fundings_as_they_are(cancelled):
    pays(cancelled)

    for rewriting in ("UPDATE fundings SET amount_minor = 1", "DELETE FROM fundings"):
        with pytest.raises(Exception, match="never changed"), transaction() as session:
            session.execute(text(rewriting))

    assert errors_in_the_book() == []
