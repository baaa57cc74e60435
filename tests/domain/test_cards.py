"""How a card check is read: every payment state with every refund state."""

from itertools import product

import pytest

from portal.domain.cards import CheckFacts, binding_state, return_state
from portal.domain.payments import PaymentStatus
from portal.domain.refunds import RefundStatus

REFUNDS = (None, *RefundStatus)
UNPAID = {"created": "asked", "pending": "link", "expired": "expired", "failed": "failed"}
#: Refund -> the binding when the bank names no card, and where the sum is.
PAID = {
    None: ("not_kept", "owed"),
    "requested": ("charged", "on_its_way"),
    "submitted": ("charged", "on_its_way"),
    "unknown": ("charged", "unknown"),
    "succeeded": ("not_kept", "returned"),
    "failed": ("not_kept", "owed"),
    "cancelled": ("not_kept", "owed"),
    "reversed": ("not_kept", "owed"),
    "external": ("not_kept", "returned"),
}


@pytest.mark.parametrize(
    ("payment", "is_kept", "refund"), [*product(UNPAID, (True, False), REFUNDS)]
)
def test_nothing_is_owed_before_the_sum_is_taken(payment, is_kept, refund):
    facts = CheckFacts(PaymentStatus(payment), is_kept, refund)

    assert (binding_state(facts), return_state(facts)) == (UNPAID[payment], "none")


@pytest.mark.parametrize("refund", REFUNDS)
def test_a_taken_sum_is_followed_until_it_is_back(refund):
    facts = CheckFacts(PaymentStatus.PAID, is_kept=False, refund=refund)

    assert (binding_state(facts), return_state(facts)) == PAID[refund]


@pytest.mark.parametrize("refund", REFUNDS)
def test_a_card_that_the_bank_names_is_bound_whatever_becomes_of_the_sum(refund):
    facts = CheckFacts(PaymentStatus.PAID, is_kept=True, refund=refund)

    assert (binding_state(facts), return_state(facts)) == ("bound", PAID[refund][1])
