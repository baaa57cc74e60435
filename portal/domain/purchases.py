"""Buying a consultation for a client: how it is paid, and what is refused (A10)."""

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.errors import Refusal


class PurchaseWay(StrEnum):
    """How what staff buy is paid: by the client's link, their balance, their card, or by us."""

    LINK = "link"
    BALANCE = "balance"
    CARD = "card"
    GIFT = "gift"


@dataclass(frozen=True, slots=True)
class CardWish:
    """Which bound card of the client staff charge, at which account, and whether the client agreed.

    ``by_hand`` says that the bank returns what such cards have paid only in its cabinet,
    ``by_token`` that the card is charged by an operation of its own.
    """

    account: str
    card_id: int
    is_agreed: bool
    by_hand: bool
    by_token: bool = False


class NotAClient(Refusal):
    """The person works here or is disabled: nothing is bought for them."""

    code = "not_a_client"


class GiftWithoutReason(Refusal):
    """Nobody waives a price without saying why."""

    code = "gift_without_reason"


class ChargeWithoutConsent(Refusal):
    """Nobody charges a client's card without their consent, and a word of how they gave it."""

    code = "charge_without_consent"
