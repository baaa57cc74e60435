"""A client who may not return money themselves asks for it; when they may ask (D3, C1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.errors import Refusal
from portal.domain.money import Money

COMMENT_MAX_CHARACTERS = 500
REASON_MIN_CHARACTERS = 10
#: After a no the client may ask again, but not at once.
ASK_AGAIN_AFTER = timedelta(days=1)


class RequestStatus(StrEnum):
    """Where a client's request stands: open until a refund is asked for, or staff say no."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"


class AskRule(StrEnum):
    """Why a client cannot ask for the money of a payment now."""

    NOT_PAID = "not_paid"
    STILL_BOOKED = "still_booked"
    NOTHING_LEFT = "nothing_left"
    SPENT = "spent"
    REFUND_OPEN = "refund_open"
    ASKED_ALREADY = "asked_already"
    ASKED_TODAY = "asked_today"


class NotAskable(Refusal):
    """The client cannot ask for this money now; nothing has moved."""

    code = "not_askable"

    def __init__(self, rule: AskRule) -> None:
        super().__init__(rule=rule)
        self.why = rule


@dataclass(frozen=True, slots=True)
class AskFacts:
    """What decides: the payment, what is left of it and on the balance, and what was asked."""

    is_paid: bool
    is_free: bool
    remaining: Money
    available: Money
    has_open_refund: bool
    last_status: RequestStatus | None = None
    last_asked_at: datetime | None = None


def rule_against_asking(facts: AskFacts, now: datetime) -> AskRule | None:
    """Return why the client cannot ask, None when they can; ``is_free``: it funds no meeting."""
    if not facts.is_paid:
        return AskRule.NOT_PAID
    if facts.last_status is RequestStatus.OPEN:
        return AskRule.ASKED_ALREADY
    checks = (
        (facts.has_open_refund, AskRule.REFUND_OPEN),
        (not facts.remaining, AskRule.NOTHING_LEFT),
        (not facts.is_free, AskRule.STILL_BOOKED),
        (not facts.available, AskRule.SPENT),
        (_was_declined_today(facts, now), AskRule.ASKED_TODAY),
    )
    return next((rule for is_broken, rule in checks if is_broken), None)


def _was_declined_today(facts: AskFacts, now: datetime) -> bool:
    if facts.last_status is not RequestStatus.DECLINED or facts.last_asked_at is None:
        return False
    return now - facts.last_asked_at < ASK_AGAIN_AFTER
