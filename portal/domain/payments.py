"""The life of a payment: ranks that never fall, and what its money looks like (domain.md §3)."""

from enum import StrEnum

from portal.domain.money import Money

#: Why a payment has failed whose account was suspended before the bank was asked.
SUSPENDED_MEANWHILE = "the account was suspended, nothing was asked of the bank"


class PaymentStatus(StrEnum):
    """What is known of a payment; "refunded" is not here because it is computed from refunds."""

    CREATED = "created"
    PENDING = "pending"
    EXPIRED = "expired"
    FAILED = "failed"
    PAID = "paid"


class PaymentMethod(StrEnum):
    """How the payer pays; OTHER is whatever a bank adds later."""

    SBP = "sbp"
    CARD = "card"
    OTHER = "other"


class Incident(StrEnum):
    """Why a bank's word was not believed: nothing is credited, staff must look (domain.md §3)."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_MERCHANT = "wrong_merchant"
    UNKNOWN_STATUS = "unknown_status"


class Decline(StrEnum):
    """Why the bank took nothing from the card that was tried last, as far as it tells."""

    BY_BANK = "by_bank"
    RUSSIAN_CARD = "russian_card"
    BAD_CARD = "bad_card"
    BAD_CODE = "bad_code"
    LIMIT = "limit"
    TOO_OFTEN = "too_often"
    UNSAFE = "unsafe"


class MoneyState(StrEnum):
    """What a paid sum looks like now: computed from refunds, never stored."""

    AWAITING = "awaiting"
    NOT_PAID = "not_paid"
    LINK_EXPIRED = "link_expired"
    PAID = "paid"
    REFUND_REQUESTED = "refund_requested"
    IN_TRANSIT = "in_transit"
    REFUND_UNKNOWN = "refund_unknown"
    REFUND_FAILED = "refund_failed"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


RANK = {
    PaymentStatus.CREATED: 0,
    PaymentStatus.PENDING: 1,
    PaymentStatus.EXPIRED: 2,
    PaymentStatus.FAILED: 2,
    PaymentStatus.PAID: 3,
}


def advance(current: PaymentStatus, heard: PaymentStatus) -> PaymentStatus:
    """Return the state after hearing ``heard``: no message lowers the rank, repeats are quiet."""
    return heard if RANK[heard] > RANK[current] else current


def is_late(current: PaymentStatus, heard: PaymentStatus) -> bool:
    """Tell whether this success comes after the payment was given up."""
    given_up = {PaymentStatus.EXPIRED, PaymentStatus.FAILED}
    return heard is PaymentStatus.PAID and current in given_up


def settled_state(captured: Money, returned: Money) -> MoneyState:
    """Name the state of a paid sum that has no refund under way."""
    if not returned:
        return MoneyState.PAID
    return MoneyState.REFUNDED if returned >= captured else MoneyState.PARTLY_REFUNDED
