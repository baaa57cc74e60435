"""Buying a consultation for a client: how it is paid, and what is refused (A10)."""

from enum import StrEnum

from portal.domain.errors import Refusal


class PurchaseWay(StrEnum):
    """How what staff buy is paid: by the client's own link, from their free balance, or by us."""

    LINK = "link"
    BALANCE = "balance"
    GIFT = "gift"


class NotAClient(Refusal):
    """The person works here or is disabled: nothing is bought for them."""

    code = "not_a_client"


class GiftWithoutReason(Refusal):
    """Nobody waives a price without saying why."""

    code = "gift_without_reason"
