"""The chart of accounts and which event moves what (domain.md §5)."""

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.money import Money


class AccountKind(StrEnum):
    """What a ledger account holds; the three USER kinds can never fall below zero."""

    BANK = "bank"
    USER_AVAILABLE = "user_available"
    USER_RESERVED = "user_reserved"
    USER_IN_TRANSIT = "user_in_transit"
    REVENUE = "revenue"
    REFUNDS = "refunds"
    SUSPENSE = "suspense"
    CARD_CHECK = "card_check"
    FEES = "fees"


USER_KINDS = (
    AccountKind.USER_AVAILABLE,
    AccountKind.USER_RESERVED,
    AccountKind.USER_IN_TRANSIT,
)


class TransferReason(StrEnum):
    """Why money moved, as the statement tells it."""

    TOP_UP = "top_up"
    RESERVE = "reserve"
    CONSULTATION_FEE = "consultation_fee"
    RELEASE = "release"
    CORRECTION = "correction"
    REFUND_HOLD = "refund_hold"
    REFUND = "refund"
    REFUND_RELEASE = "refund_release"
    REFUND_BOUNCE = "refund_bounce"
    EXTERNAL_REFUND = "external_refund"
    ATTRIBUTION = "attribution"
    CARD_CHECK = "card_check"
    CARD_CHECK_RETURN = "card_check_return"
    CARD_CHECK_KEPT = "card_check_kept"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class AccountCode:
    """The name of one account: its kind and whose it is (a user's id, or a bank account's name)."""

    kind: AccountKind
    owner: str = ""

    @property
    def text(self) -> str:
        """The code as it is stored, for instance ``user:7:available`` or ``bank:tochka``."""
        if self.kind in USER_KINDS:
            return f"user:{self.owner}:{self.kind.value.removeprefix('user_')}"
        return f"{self.kind.value}:{self.owner}" if self.owner else self.kind.value


@dataclass(frozen=True, slots=True)
class Movement:
    """One transfer to post: a positive sum, from, to, why, and the key that makes it single."""

    event_key: str
    amount: Money
    source: AccountCode
    destination: AccountCode
    reason: TransferReason


def bank(account: str) -> AccountCode:
    """Name the account that mirrors our money at a bank."""
    return AccountCode(AccountKind.BANK, account)


def suspense(account: str) -> AccountCode:
    """Name the account of what a bank did and nobody has explained yet."""
    return AccountCode(AccountKind.SUSPENSE, account)


def available(user_id: int) -> AccountCode:
    """Name a client's free money."""
    return AccountCode(AccountKind.USER_AVAILABLE, str(user_id))


def reserved(user_id: int) -> AccountCode:
    """Name a client's money that waits for booked consultations."""
    return AccountCode(AccountKind.USER_RESERVED, str(user_id))


def in_transit(user_id: int) -> AccountCode:
    """Name a client's money that is on its way back to them."""
    return AccountCode(AccountKind.USER_IN_TRANSIT, str(user_id))


def card_check(user_id: int) -> AccountCode:
    """Name the account of what a client paid to bind a card: never part of their balance (B4)."""
    return AccountCode(AccountKind.CARD_CHECK, str(user_id))


REVENUE = AccountCode(AccountKind.REVENUE)
REFUNDS = AccountCode(AccountKind.REFUNDS)


def paid(payment_id: int, amount: Money, account: str, user_id: int) -> Movement:
    """The bank says paid: the sum becomes the client's free money (A3)."""
    return Movement(
        f"payment:{payment_id}:paid",
        amount,
        bank(account),
        available(user_id),
        TransferReason.TOP_UP,
    )


def reserve(consultation_id: int, payment_id: int, amount: Money, user_id: int) -> Movement:
    """The sum that was paid for a consultation waits for it (C1)."""
    return Movement(
        f"consultation:{consultation_id}:reserve:{payment_id}",
        amount,
        available(user_id),
        reserved(user_id),
        TransferReason.RESERVE,
    )


def reserve_from_balance(consultation_id: int, amount: Money, user_id: int) -> Movement:
    """Free money pays for a consultation and waits for it; a consultation is paid so once (C1)."""
    return Movement(
        f"consultation:{consultation_id}:reserve:balance",
        amount,
        available(user_id),
        reserved(user_id),
        TransferReason.RESERVE,
    )


def settle(consultation_id: int, turn: int, amount: Money, user_id: int) -> Movement:
    """The consultation is over: its fee leaves the balance (A4, D4)."""
    return Movement(
        f"consultation:{consultation_id}:settle:{turn}",
        amount,
        reserved(user_id),
        REVENUE,
        TransferReason.CONSULTATION_FEE,
    )


def release(consultation_id: int, turn: int, amount: Money, user_id: int) -> Movement:
    """The consultation is cancelled: its money is free; the same key as settling, so only once."""
    return Movement(
        f"consultation:{consultation_id}:settle:{turn}",
        amount,
        reserved(user_id),
        available(user_id),
        TransferReason.RELEASE,
    )


def refund_hold(refund_id: int, amount: Money, source: AccountCode, user_id: int) -> Movement:
    """A refund is requested: its sum leaves where it was and is on its way."""
    return Movement(
        f"refund:{refund_id}:hold",
        amount,
        source,
        in_transit(user_id),
        TransferReason.REFUND_HOLD,
    )


def refund_done(refund_id: int, amount: Money, account: str, user_id: int) -> Movement:
    """The bank says that the refund is done."""
    return Movement(
        f"refund:{refund_id}:done",
        amount,
        in_transit(user_id),
        bank(account),
        TransferReason.REFUND,
    )


def refund_release(refund_id: int, amount: Money, source: AccountCode, user_id: int) -> Movement:
    """The refund failed or was undone: the sum returns to where it came from."""
    return Movement(
        f"refund:{refund_id}:release",
        amount,
        in_transit(user_id),
        source,
        TransferReason.REFUND_RELEASE,
    )


def refund_bounce(refund_id: int, amount: Money, account: str, source: AccountCode) -> Movement:
    """The payer's bank sent a refund back: the sum returns to where it came from."""
    return Movement(
        f"refund:{refund_id}:bounce",
        amount,
        bank(account),
        source,
        TransferReason.REFUND_BOUNCE,
    )


def external_refund(account: str, operation_id: str, line_id: str, amount: Money) -> Movement:
    """A refund was found at the bank that nobody made here: suspense pays until it is explained."""
    return Movement(
        f"bank_order:{account}:{operation_id}:{line_id}",
        amount,
        suspense(account),
        bank(account),
        TransferReason.EXTERNAL_REFUND,
    )


def attribution(refund_id: int, amount: Money, account: str, source: AccountCode) -> Movement:
    """A refund made at the bank is explained: whose money it was makes suspense good."""
    return Movement(
        f"refund:{refund_id}:attribution",
        amount,
        source,
        suspense(account),
        TransferReason.ATTRIBUTION,
    )


def check_taken(payment_id: int, amount: Money, account: str, user_id: int) -> Movement:
    """The bank took the sum of a card check: it is the client's, and not on their balance."""
    return Movement(
        f"card_check:{payment_id}:taken",
        amount,
        bank(account),
        card_check(user_id),
        TransferReason.CARD_CHECK,
    )


def check_returned(
    payment_id: int, refund_id: int, amount: Money, account: str, user_id: int
) -> Movement:
    """The bank says that the sum of a card check is back; no hold went before it."""
    return Movement(
        f"card_check:{payment_id}:returned:{refund_id}",
        amount,
        card_check(user_id),
        bank(account),
        TransferReason.CARD_CHECK_RETURN,
    )


def check_external(
    account: str, operation_id: str, line_id: str, amount: Money, user_id: int
) -> Movement:
    """The sum of a card check went back in the bank's cabinet: whose it was is known."""
    return Movement(
        f"bank_order:{account}:{operation_id}:{line_id}",
        amount,
        card_check(user_id),
        bank(account),
        TransferReason.CARD_CHECK_RETURN,
    )


def parse_code(text: str) -> AccountCode:
    """Read a stored account code back; raise ValueError for a code that is not ours."""
    parts = text.split(":")
    if parts[0] == "user":
        return AccountCode(AccountKind(f"user_{parts[2]}"), parts[1])
    return AccountCode(AccountKind(parts[0]), parts[1] if len(parts) > 1 else "")
