"""When money may go back: each rule broken alone, and each state of a consultation."""

from dataclasses import replace

import pytest

from portal.domain.consultations import ConsultationStatus
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentStatus
from portal.domain.refunds import (
    ALL_RIGHTS,
    AccountMode,
    NextStep,
    NotRefundable,
    RefundFacts,
    RefundRights,
    RefundRule,
    RefundStatus,
    broken_rule,
    check_refund,
    require_refundable,
)


def rub(minor):
    return Money(minor, Currency.RUB)


FINE = RefundFacts(
    payment_status=PaymentStatus.PAID,
    consultation=ConsultationStatus.CANCELLED,
    funds_consultation=True,
    captured=rub(1000),
    succeeded=rub(0),
    under_way=rub(0),
    external=rub(0),
    booked=rub(0),
    spent=rub(0),
    available=rub(1000),
    open_refund=None,
    incident=False,
    account_mode=AccountMode.ACTIVE,
    rights=ALL_RIGHTS,
)
LOOKER = RefundRights(create=False, after_completion=False)
TENGE = Money(100_000, Currency.KZT)
ORDINARY = RefundRights(create=True, after_completion=False)
OVER = {"consultation": ConsultationStatus.COMPLETED, "available": rub(0)}
BROKEN = [
    ("no_right", "ask_a_holder", {"rights": LOOKER}),
    ("incident", "open_payment", {"incident": True}),
    ("not_captured", "ask_bank", {"payment_status": PaymentStatus.CREATED}),
    ("not_captured", "ask_bank", {"payment_status": PaymentStatus.PENDING}),
    ("not_captured", "ask_bank", {"payment_status": PaymentStatus.EXPIRED}),
    ("not_captured", "ask_bank", {"payment_status": PaymentStatus.FAILED}),
    ("refund_unknown", "open_refund", {"open_refund": RefundStatus.UNKNOWN}),
    ("open_refund", "open_refund", {"open_refund": RefundStatus.REQUESTED}),
    ("open_refund", "open_refund", {"open_refund": RefundStatus.SUBMITTED}),
    ("nothing_left", "open_refund", {"succeeded": rub(1000)}),
    ("nothing_left", "open_refund", {"external": rub(1000)}),
    (
        "consultation_scheduled",
        "cancel_consultation",
        {"consultation": ConsultationStatus.SCHEDULED},
    ),
    ("consultation_open", "open_consultation", {"consultation": ConsultationStatus.OPEN}),
    ("after_completion", "ask_a_holder", {**OVER, "rights": ORDINARY}),
    ("account_closed", "ask_a_holder", {"account_mode": AccountMode.CLOSED}),
    ("amount_range", "change_amount", {"amount": rub(0)}),
    ("amount_range", "change_amount", {"amount": rub(-1)}),
    ("amount_range", "change_amount", {"amount": rub(1001), "available": rub(5000)}),
    ("over_limit", "change_amount", {"rights": replace(ALL_RIGHTS, limit=rub(999))}),
    ("over_limit", "change_amount", {"rights": replace(ALL_RIGHTS, limit=TENGE)}),
    ("balance_spent", "open_user", {"available": rub(999)}),
    ("funds_another", "open_funded", {"booked": rub(1000)}),
    ("after_completion", "ask_a_holder", {"spent": rub(1000), "rights": ORDINARY}),
    ("amount_range", "change_amount", {"booked": rub(400), "amount": rub(601)}),
    ("amount_range", "change_amount", {"spent": rub(400), "amount": rub(601)}),
]


@pytest.mark.parametrize(("code", "step", "changes"), BROKEN)
def test_a_rule_broken_alone_is_the_one_that_is_named(code, step, changes):
    facts = replace(FINE, **changes)
    broken = [(rule.code.value, rule.next_step.value) for rule in check_refund(facts)]
    unmet = [rule.code.value for rule in check_refund(facts) if not rule.ok]

    assert unmet == [code]
    assert broken_rule(facts).code.value == code
    assert (code, step) in broken


def test_every_rule_is_broken_by_some_line_of_the_table():
    assert {code for code, _, _ in BROKEN} == {rule.value for rule in RefundRule}


@pytest.mark.parametrize(("code", "step", "changes"), BROKEN)
def test_a_broken_rule_refuses_the_refund(code, step, changes):
    with pytest.raises(NotRefundable) as refusal:
        require_refundable(replace(FINE, **changes))
    assert refusal.value.rule.code.value == code
    assert refusal.value.rule.next_step.value == step
    assert refusal.value.rule.next_step is not NextStep.NONE


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"amount": rub(1)},
        {"amount": rub(1000)},
        {"account_mode": AccountMode.REFUND_ONLY},
        {"rights": ORDINARY},
        OVER,
        {"consultation": ConsultationStatus.UNSUCCESSFUL, "available": rub(0)},
        {"succeeded": rub(400), "external": rub(500), "available": rub(100)},
    ],
)
def test_a_refund_that_breaks_no_rule_may_be_made(changes):
    facts = replace(FINE, **changes)
    require_refundable(facts)
    assert all(rule.ok for rule in check_refund(facts))


@pytest.mark.parametrize("state", ConsultationStatus)
def test_a_surplus_is_refundable_whatever_the_consultation_does(state):
    surplus = replace(FINE, funds_consultation=False, consultation=state, rights=ORDINARY)
    assert broken_rule(surplus) is None
    assert surplus.is_from_revenue is False


@pytest.mark.parametrize("state", ConsultationStatus)
def test_a_surplus_that_was_spent_is_not_refundable(state):
    spent = replace(FINE, funds_consultation=False, consultation=state, available=rub(0))
    assert broken_rule(spent).code is RefundRule.BALANCE_SPENT


@pytest.mark.parametrize(
    ("state", "from_revenue"),
    [
        (ConsultationStatus.SCHEDULED, False),
        (ConsultationStatus.OPEN, False),
        (ConsultationStatus.CANCELLED, False),
        (ConsultationStatus.COMPLETED, True),
        (ConsultationStatus.UNSUCCESSFUL, True),
    ],
)
def test_revenue_pays_only_once_the_consultation_is_over(state, from_revenue):
    assert replace(FINE, consultation=state).is_from_revenue is from_revenue


@pytest.mark.parametrize(
    ("booked", "spent", "external", "refundable", "from_revenue"),
    [
        (0, 0, 0, 1000, False),
        (400, 0, 0, 600, False),
        (400, 500, 0, 100, False),
        (400, 600, 0, 600, True),
        (0, 1000, 0, 1000, True),
        (1000, 0, 0, 0, False),
        (0, 1000, 300, 700, True),
        (800, 200, 300, 0, True),
    ],
)
def test_free_money_goes_back_before_what_others_have_spent_and_what_waits_stays(
    booked, spent, external, refundable, from_revenue
):
    shares = {"booked": rub(booked), "spent": rub(spent), "external": rub(external)}
    facts = replace(FINE, **shares)

    assert (facts.refundable, facts.is_from_revenue) == (rub(refundable), from_revenue)


def test_the_remainder_is_what_neither_went_back_nor_is_on_its_way():
    facts = replace(FINE, succeeded=rub(100), under_way=rub(20), external=rub(3))
    assert facts.remaining == rub(877)


def test_the_most_telling_rule_comes_first_when_many_are_broken():
    worst = replace(FINE, rights=LOOKER, incident=True, payment_status=PaymentStatus.FAILED)
    assert [rule.code.value for rule in check_refund(worst) if not rule.ok] == [
        "no_right",
        "incident",
        "not_captured",
    ]
