"""A refund is wished for, undone, refused: what moves on the balance, and what does not."""

from datetime import timedelta

import pytest

from portal.domain import ledger
from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.permissions import Role
from portal.domain.refunds import (
    AccountMode,
    NotRefundable,
    RefundStatus,
    RemainderChanged,
)
from portal.usecases.refunds import cancel_refund, request_refund
from tests import builders
from tests.builders import DURING, NOW, PRICE, purse, rub

OTHER_FORM = "22222222-2222-4222-8222-222222222222"


def refunds_of(payment_id):
    """Return the number of the last refund of the payment."""
    return builders.payment(payment_id).last_refund_id


def test_a_requested_refund_is_on_its_way_from_the_free_balance(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)
    refund, payment = builders.refund(refund_id), builders.payment(cancelled.payment)
    assert (refund.status, refund.amount) == (RefundStatus.REQUESTED, rub(PRICE))
    assert (payment.under_way, payment.remaining) == (rub(PRICE), rub(0))
    assert purse(cancelled.kirill) == (0, 0, PRICE)
    assert cancelled.bank.refunds == []
    assert builders.errors_in_the_book() == []


def test_a_refund_after_completion_is_paid_by_a_contra_account_of_revenue(completed):
    builders.ask(completed.anna, completed.payment)
    assert purse(completed.kirill) == (0, 0, PRICE)
    assert builders.account(ledger.REFUNDS) == -PRICE
    assert builders.account(ledger.REVENUE) == PRICE
    assert builders.errors_in_the_book() == []


def test_a_part_of_the_remainder_may_go_back(cancelled):
    builders.ask(cancelled.anna, cancelled.payment, amount=rub(1))
    assert purse(cancelled.kirill) == (PRICE - 1, 0, 1)
    assert builders.errors_in_the_book() == []


def test_an_undone_refund_gives_the_money_back_to_the_balance(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)
    cancel_refund(refund_id, actor=cancelled.anna, now=DURING)
    assert builders.refund(refund_id).status is RefundStatus.CANCELLED
    assert builders.payment(cancelled.payment).remaining == rub(PRICE)
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_an_undone_refund_after_completion_gives_the_money_back_to_revenue(completed):
    refund_id = builders.ask(completed.anna, completed.payment)
    cancel_refund(refund_id, actor=completed.anna, now=DURING)
    assert purse(completed.kirill) == (0, 0, 0)
    assert builders.account(ledger.REFUNDS) == 0
    assert builders.errors_in_the_book() == []


def test_a_refund_is_not_undone_twice(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)
    cancel_refund(refund_id, actor=cancelled.anna, now=DURING)
    with pytest.raises(AlreadyMoved):
        cancel_refund(refund_id, actor=cancelled.anna, now=DURING)
    assert purse(cancelled.kirill) == (PRICE, 0, 0)


def test_an_undone_refund_is_never_sent(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)
    cancel_refund(refund_id, actor=cancelled.anna, now=DURING)
    builders.send(cancelled.bank, refund_id)
    assert cancelled.bank.calls.count("refund") == 0


def test_a_refund_is_not_sent_before_its_undo_window_closes(cancelled):
    window = timedelta(seconds=30)
    refund_id = builders.ask(cancelled.anna, cancelled.payment, undo=window)
    builders.send(cancelled.bank, refund_id, now=DURING + timedelta(seconds=29))
    assert cancelled.bank.calls.count("refund") == 0
    builders.send(cancelled.bank, refund_id, now=DURING + window)
    assert cancelled.bank.calls.count("refund") == 1


def test_the_same_form_sent_twice_is_one_refund(cancelled):
    first = builders.ask(cancelled.anna, cancelled.payment)
    assert builders.ask(cancelled.anna, cancelled.payment) == first
    assert purse(cancelled.kirill) == (0, 0, PRICE)
    assert builders.errors_in_the_book() == []


def test_the_form_of_somebody_else_shows_them_nothing(cancelled):
    builders.ask(cancelled.anna, cancelled.payment)
    vera = builders.customer("vera@example.test")
    with pytest.raises(NotFound):
        builders.ask(builders.person(vera), cancelled.payment)
    assert purse(cancelled.kirill) == (0, 0, PRICE)


def test_a_second_form_finds_the_first_refund_open(cancelled):
    first = builders.ask(cancelled.anna, cancelled.payment, amount=rub(1))
    with pytest.raises(NotRefundable) as refusal:
        builders.ask(cancelled.anna, cancelled.payment, intent_key=OTHER_FORM)
    assert refusal.value.rule.code.value == "open_refund"
    assert refunds_of(cancelled.payment) == first
    assert purse(cancelled.kirill) == (PRICE - 1, 0, 1)


@pytest.mark.parametrize("amount", [None, rub(1)])
def test_a_changed_remainder_is_refused_and_nothing_moves(cancelled, amount):
    with pytest.raises(RemainderChanged) as refusal:
        builders.ask(
            cancelled.anna,
            cancelled.payment,
            amount=amount,
            expected_remaining=rub(PRICE - 1),
        )
    assert refusal.value.facts == {"remaining": rub(PRICE)}
    assert refunds_of(cancelled.payment) is None
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mode": AccountMode.CLOSED}, "account_closed"),
        ({"amount": rub(0)}, "amount_range"),
        ({"amount": rub(PRICE + 1)}, "amount_range"),
    ],
)
def test_a_broken_rule_refuses_the_wish_and_nothing_moves(cancelled, changes, code):
    with pytest.raises(NotRefundable) as refusal:
        builders.ask(cancelled.anna, cancelled.payment, **changes)
    assert refusal.value.rule.code.value == code
    assert refunds_of(cancelled.payment) is None
    assert purse(cancelled.kirill) == (PRICE, 0, 0)


def test_vera_who_may_only_look_returns_nothing(cancelled):
    vera = builders.staff(Role.VIEWER, "Вера", "vera@example.test")

    with pytest.raises(NotRefundable) as refusal:
        builders.ask(vera, cancelled.payment)

    assert refusal.value.rule.code.value == "no_right"
    assert refunds_of(cancelled.payment) is None
    assert purse(cancelled.kirill) == (PRICE, 0, 0)


@pytest.mark.parametrize(
    ("now", "code"), [(NOW, "consultation_scheduled"), (DURING, "consultation_open")]
)
def test_money_of_a_coming_consultation_does_not_go_back(paid, now, code):
    with pytest.raises(NotRefundable) as refusal:
        request_refund(builders.wish(paid.payment), actor=paid.anna, now=now)
    assert refusal.value.rule.code.value == code
    assert refunds_of(paid.payment) is None
    assert purse(paid.kirill) == (0, PRICE, 0)


def test_a_refund_of_no_payment_is_not_found(cancelled):
    with pytest.raises(NotFound):
        builders.ask(cancelled.anna, cancelled.payment + 1000)
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
