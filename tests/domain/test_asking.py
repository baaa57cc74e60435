"""When a client may ask for the money of a payment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.money import Currency, Money
from portal.domain.refund_requests import AskFacts, AskRule, RequestStatus, rule_against_asking

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SUM, NOTHING = Money(300_000, Currency.RUB), Money(0, Currency.RUB)
FREE = AskFacts(is_paid=True, is_free=True, remaining=SUM, available=SUM, has_open_refund=False)
NEARLY_A_DAY_AGO = NOW - timedelta(days=1) + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, None),
        ({"is_paid": False}, AskRule.NOT_PAID),
        ({"has_open_refund": True}, AskRule.REFUND_OPEN),
        ({"remaining": NOTHING}, AskRule.NOTHING_LEFT),
        ({"is_free": False}, AskRule.STILL_BOOKED),
        ({"available": NOTHING}, AskRule.SPENT),
        ({"last_status": RequestStatus.OPEN, "last_asked_at": NOW}, AskRule.ASKED_ALREADY),
        (
            {"last_status": RequestStatus.DECLINED, "last_asked_at": NEARLY_A_DAY_AGO},
            AskRule.ASKED_TODAY,
        ),
        (
            {"last_status": RequestStatus.DECLINED, "last_asked_at": NOW - timedelta(days=1)},
            None,
        ),
        ({"last_status": RequestStatus.GRANTED, "last_asked_at": NOW}, None),
    ],
)
def test_a_client_asks_for_free_money_that_nobody_is_returning(changes, rule):
    assert rule_against_asking(replace(FREE, **changes), NOW) is rule
