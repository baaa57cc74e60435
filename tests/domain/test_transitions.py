"""Every pair of states of a consultation, a payment and a refund: the edges, and nothing else."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from portal.domain import consultations, payments, refunds
from portal.domain.consultations import ConsultationStatus, status_at
from portal.domain.errors import IllegalTransition
from portal.domain.money import Currency, Money
from portal.domain.payments import MoneyState, PaymentStatus, is_late, settled_state
from portal.domain.refunds import RefundStatus

CONSULTATION_EDGES = {
    ("scheduled", "open"),
    ("scheduled", "cancelled"),
    ("open", "completed"),
    ("open", "unsuccessful"),
}
REFUND_EDGES = {
    ("requested", "submitted"),
    ("requested", "cancelled"),
    ("requested", "failed"),
    ("submitted", "succeeded"),
    ("submitted", "failed"),
    ("submitted", "unknown"),
    ("submitted", "requested"),
    ("unknown", "succeeded"),
    ("unknown", "failed"),
    ("succeeded", "reversed"),
}
RISES = {
    ("created", "pending"),
    ("created", "expired"),
    ("created", "failed"),
    ("created", "paid"),
    ("pending", "expired"),
    ("pending", "failed"),
    ("pending", "paid"),
    ("expired", "paid"),
    ("failed", "paid"),
}
PAYMENT_PAIRS = list(product(PaymentStatus, repeat=2))
STARTS_AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def edges(advance, statuses):
    """Try every pair of states and return those that the table lets through."""
    found = set()
    for current, wanted in product(statuses, repeat=2):
        try:
            reached = advance(current, wanted)
        except IllegalTransition:
            continue
        found.add((current.value, reached.value))
    return found


def test_a_consultation_moves_along_its_edges_only():
    assert edges(consultations.advance, ConsultationStatus) == CONSULTATION_EDGES


def test_a_refund_moves_along_its_edges_only():
    assert edges(refunds.advance, RefundStatus) == REFUND_EDGES


@pytest.mark.parametrize(("current", "heard"), PAYMENT_PAIRS)
def test_no_message_lowers_the_rank_of_a_payment(current, heard):
    expected = heard if (current.value, heard.value) in RISES else current
    assert payments.advance(current, heard) is expected


@pytest.mark.parametrize(("current", "heard"), PAYMENT_PAIRS)
def test_a_success_is_late_only_after_the_payment_was_given_up(current, heard):
    expected = (current.value, heard.value) in {("expired", "paid"), ("failed", "paid")}
    assert is_late(current, heard) is expected


@pytest.mark.parametrize("stored", ConsultationStatus)
@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_scheduled_consultation_is_open_from_its_very_second(stored, seconds):
    is_begun = stored is ConsultationStatus.SCHEDULED and seconds >= 0
    expected = ConsultationStatus.OPEN if is_begun else stored
    assert status_at(stored, STARTS_AT, STARTS_AT + timedelta(seconds=seconds)) is expected


@pytest.mark.parametrize(
    ("returned", "state"),
    [
        (0, MoneyState.PAID),
        (1, MoneyState.PARTLY_REFUNDED),
        (99, MoneyState.PARTLY_REFUNDED),
        (100, MoneyState.REFUNDED),
    ],
)
def test_the_state_of_a_paid_sum_follows_from_what_went_back(returned, state):
    assert settled_state(Money(100, Currency.RUB), Money(returned, Currency.RUB)) is state
