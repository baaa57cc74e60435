"""Binding a card: a small payment that the bank keeps the card of, and that goes back (B1, B4).

The bank binds nothing without a payment (tochka.md §11), so a card check takes a small sum and
returns it. Neither state is stored: both follow from the check's payment and from its last refund.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.payments import PaymentStatus
from portal.domain.refunds import OPEN_STATUSES, RefundStatus


class BindingState(StrEnum):
    """How far the binding of a card is."""

    ASKED = "asked"
    LINK = "link"
    CHARGED = "charged"
    BOUND = "bound"
    NOT_KEPT = "not_kept"
    EXPIRED = "expired"
    FAILED = "failed"


class ReturnState(StrEnum):
    """Where the small sum is; OWED means that it lies with us and somebody must return it."""

    NONE = "none"
    ON_ITS_WAY = "on_its_way"
    UNKNOWN = "unknown"
    RETURNED = "returned"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What is known of one check: its payment, whether the bank names a card, its last refund."""

    payment: PaymentStatus
    is_kept: bool
    refund: RefundStatus | None


_UNPAID = {
    PaymentStatus.CREATED: BindingState.ASKED,
    PaymentStatus.PENDING: BindingState.LINK,
    PaymentStatus.EXPIRED: BindingState.EXPIRED,
    PaymentStatus.FAILED: BindingState.FAILED,
}
#: A check that is paid and has no refund owes one: no row may be overlooked.
_RETURNS: dict[RefundStatus | None, ReturnState] = {
    None: ReturnState.OWED,
    RefundStatus.REQUESTED: ReturnState.ON_ITS_WAY,
    RefundStatus.SUBMITTED: ReturnState.ON_ITS_WAY,
    RefundStatus.UNKNOWN: ReturnState.UNKNOWN,
    RefundStatus.SUCCEEDED: ReturnState.RETURNED,
    RefundStatus.EXTERNAL: ReturnState.RETURNED,
    RefundStatus.FAILED: ReturnState.OWED,
    RefundStatus.CANCELLED: ReturnState.OWED,
    RefundStatus.REVERSED: ReturnState.OWED,
}


def binding_state(facts: CheckFacts) -> BindingState:
    """Tell how far the binding is; a bank may name the card later than it takes the money.

    It is waited for while the sum is on its way back, because the operation is read until then.
    """
    if facts.payment is not PaymentStatus.PAID:
        return _UNPAID[facts.payment]
    if facts.is_kept:
        return BindingState.BOUND
    return BindingState.CHARGED if facts.refund in OPEN_STATUSES else BindingState.NOT_KEPT


def return_state(facts: CheckFacts) -> ReturnState:
    """Tell where the sum is; what was never taken needs no return."""
    if facts.payment is not PaymentStatus.PAID:
        return ReturnState.NONE
    return _RETURNS[facts.refund]
