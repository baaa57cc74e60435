"""What the portal writes to people by e-mail or SMS; the words of each letter are templates."""

from datetime import timedelta
from enum import StrEnum


class LetterKind(StrEnum):
    """Why a letter is written."""

    ACCESS_LINK = "access_link"
    ACCESS_CHANGED = "access_changed"
    PAID = "paid"
    CHARGE_FAILED = "charge_failed"
    PAID_FROM_BALANCE = "paid_from_balance"
    REFUND_ACCEPTED = "refund_accepted"
    REFUND_DONE = "refund_done"
    REFUND_FAILED = "refund_failed"
    REFUND_DECLINED = "refund_declined"
    CONSULTATION_CANCELLED = "consultation_cancelled"
    PAYMENT_LINK = "payment_link"
    BOOKED = "booked"


class LetterChannel(StrEnum):
    """By what a letter is carried; an SMS is given to its provider once and never again."""

    MAIL = "mail"
    SMS = "sms"


#: Seconds until the next try after each failure; after the last one nobody tries again.
RETRY_SECONDS = (30, 120, 600, 3600, 6 * 3600)
#: How long a letter waits first: a refund that ends sooner gets one letter, about its end.
FIRST_WAIT = {LetterKind.REFUND_ACCEPTED: timedelta(minutes=10)}
