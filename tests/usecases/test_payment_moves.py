"""What a payment and its consultation do to the client's balance."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.domain import ledger
from portal.domain.consultations import CancelledBy, ConsultationStatus
from portal.domain.errors import AlreadyMoved, AlreadyPaid, NotFound, NotStarted
from portal.domain.payments import Incident, PaymentMethod, PaymentStatus
from portal.domain.ports import BankLine, LineKind
from portal.usecases.consultations import (
    Cancellation,
    Owner,
    cancel_consultation,
    complete_consultation,
    open_due,
)
from tests import builders
from tests.builders import DURING, NOW, PRICE, STARTS_AT, purse, rub

BANK = ledger.bank("tochka")
WISH = Cancellation(CancelledBy.CLIENT, "Заболел")


def test_a_link_moves_no_money(booked):
    assert builders.payment(booked.payment).status is PaymentStatus.PENDING
    assert purse(booked.kirill) == (0, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_paid_sum_waits_for_its_consultation(paid):
    payment = builders.payment(paid.payment)
    assert (payment.status, payment.captured) == (PaymentStatus.PAID, rub(PRICE))
    assert purse(paid.kirill) == (0, PRICE, 0)
    assert builders.account(BANK) == -PRICE
    assert builders.errors_in_the_book() == []


def test_a_success_told_three_times_is_credited_once(paid):
    builders.hear(paid.bank, paid.payment)
    builders.hear(paid.bank, paid.payment)
    assert purse(paid.kirill) == (0, PRICE, 0)
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize("word", [s for s in PaymentStatus if s is not PaymentStatus.PAID])
def test_nothing_that_is_heard_later_undoes_a_success(paid, word):
    paid.bank.shows(paid.operation, status=word)
    builders.hear(paid.bank, paid.payment)
    assert builders.payment(paid.payment).status is PaymentStatus.PAID
    assert purse(paid.kirill) == (0, PRICE, 0)


def test_a_success_after_expiry_is_credited_and_marked_late(booked):
    booked.bank.expire(booked.operation)
    builders.hear(booked.bank, booked.payment)
    assert builders.payment(booked.payment).status is PaymentStatus.EXPIRED

    builders.pay(booked.bank, booked.payment)

    payment = builders.payment(booked.payment)
    assert (payment.status, payment.is_late) == (PaymentStatus.PAID, True)
    assert purse(booked.kirill) == (0, PRICE, 0)
    assert builders.errors_in_the_book() == []


def test_a_second_card_that_was_another_operation_is_the_one_that_a_refund_names(booked):
    booked.bank.shows(booked.operation, operation_id="op-second-card")

    builders.pay(booked.bank, booked.payment)

    assert builders.payment(booked.payment).operation_id == "op-second-card"
    assert purse(booked.kirill) == (0, PRICE, 0)
    assert builders.errors_in_the_book() == []


def test_a_cancelled_consultation_frees_its_money(cancelled):
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.account(ledger.REVENUE) == 0
    assert builders.errors_in_the_book() == []


def test_a_completed_consultation_turns_its_money_into_revenue(completed):
    assert purse(completed.kirill) == (0, 0, 0)
    assert builders.account(ledger.REVENUE) == PRICE
    assert builders.errors_in_the_book() == []


def test_a_consultation_is_not_cancelled_twice(cancelled):
    with pytest.raises(AlreadyMoved):
        builders.cancel(cancelled.anna, cancelled.consultation)
    assert purse(cancelled.kirill) == (PRICE, 0, 0)


def test_an_open_consultation_is_not_cancelled(paid):
    assert open_due(now=STARTS_AT) == 1
    with pytest.raises(AlreadyMoved):
        cancel_consultation(paid.consultation, WISH, actor=paid.anna, now=NOW)
    assert purse(paid.kirill) == (0, PRICE, 0)


def test_a_consultation_whose_hour_has_come_is_not_cancelled_before_the_job_opened_it(paid):
    with pytest.raises(AlreadyMoved):
        cancel_consultation(paid.consultation, WISH, actor=paid.anna, now=STARTS_AT)
    assert purse(paid.kirill) == (0, PRICE, 0)


def test_a_stranger_cannot_cancel_a_consultation(paid):
    stranger = paid.kirill + 1000
    with pytest.raises(NotFound):
        cancel_consultation(
            paid.consultation, WISH, actor=paid.anna, now=NOW, owner=Owner(stranger, timedelta())
        )
    assert purse(paid.kirill) == (0, PRICE, 0)


def test_a_consultation_is_not_completed_before_its_hour(paid):
    done = ConsultationStatus.COMPLETED
    with pytest.raises(NotStarted):
        complete_consultation(paid.consultation, done, "", actor=paid.anna, now=NOW)
    assert purse(paid.kirill) == (0, PRICE, 0)
    assert builders.account(ledger.REVENUE) == 0


def test_a_completed_consultation_is_not_declared_unsuccessful(completed):
    failed = ConsultationStatus.UNSUCCESSFUL
    with pytest.raises(AlreadyMoved):
        complete_consultation(completed.consultation, failed, "", actor=completed.anna, now=DURING)
    assert builders.account(ledger.REVENUE) == PRICE


def test_a_paid_consultation_gets_no_second_link(paid):
    with pytest.raises(AlreadyPaid):
        builders.start_to_pay(paid.bank, paid.consultation, PaymentMethod.CARD)
    assert paid.bank.calls.count("create") == 1


def test_a_second_success_becomes_free_balance(booked):
    second = builders.start_to_pay(booked.bank, booked.consultation, PaymentMethod.CARD)
    builders.pay(booked.bank, booked.payment)

    builders.pay(booked.bank, second)

    assert builders.payment(booked.payment).is_surplus is False
    assert builders.payment(second).is_surplus is True
    assert purse(booked.kirill) == (PRICE, PRICE, 0)
    assert builders.errors_in_the_book() == []


def test_a_success_for_a_cancelled_consultation_becomes_free_balance(booked):
    builders.cancel(booked.anna, booked.consultation)
    builders.pay(booked.bank, booked.payment)
    assert builders.payment(booked.payment).is_surplus is True
    assert purse(booked.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_success_for_a_completed_consultation_becomes_revenue(booked):
    builders.complete(booked.anna, booked.consultation)
    builders.pay(booked.bank, booked.payment)
    assert purse(booked.kirill) == (0, 0, 0)
    assert builders.account(ledger.REVENUE) == PRICE
    assert builders.errors_in_the_book() == []


TOO_MUCH = BankLine("x", LineKind.CAPTURE, rub(PRICE + 1), NOW)
TOO_LITTLE = BankLine("x", LineKind.CAPTURE, rub(PRICE - 1), NOW)
LIES = [
    ({"amount": rub(PRICE - 1)}, Incident.WRONG_AMOUNT),
    ({"amount": rub(PRICE + 1)}, Incident.WRONG_AMOUNT),
    ({"amount": replace(rub(PRICE), currency="KZT")}, Incident.WRONG_AMOUNT),
    ({"lines": (TOO_MUCH,)}, Incident.WRONG_AMOUNT),
    ({"lines": (TOO_LITTLE,)}, Incident.WRONG_AMOUNT),
    ({"is_ours": False}, Incident.WRONG_MERCHANT),
    ({"status": None}, Incident.UNKNOWN_STATUS),
]


@pytest.mark.parametrize(("lie", "incident"), LIES)
def test_a_success_that_does_not_match_the_row_credits_nothing(booked, lie, incident):
    booked.bank.shows(booked.operation, **lie)
    builders.pay(booked.bank, booked.payment)

    payment = builders.payment(booked.payment)
    assert (payment.incident, payment.status) == (incident, PaymentStatus.PENDING)
    assert payment.captured == rub(0)
    assert purse(booked.kirill) == (0, 0, 0)
    assert builders.account(BANK) == 0
    assert builders.errors_in_the_book() == []


def test_an_incident_ends_when_the_bank_tells_the_truth(booked):
    booked.bank.shows(booked.operation, amount=rub(1))
    builders.pay(booked.bank, booked.payment)
    booked.bank.recovers()
    builders.hear(booked.bank, booked.payment)
    assert builders.payment(booked.payment).incident is None
    assert purse(booked.kirill) == (0, PRICE, 0)
