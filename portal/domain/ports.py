"""What the portal asks of a bank, and the values that cross: no database, no session, no names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from portal.domain.money import Currency, Money
from portal.domain.payments import Decline, PaymentMethod, PaymentStatus

#: The last part of the address that most banks send their events to.
PAYMENT_DOOR = "payment"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as far as the receipt needs it."""

    name: str
    email: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """One line of the receipt: the price of one unit, and how many units."""

    name: str
    unit_price: Money
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What we ask a bank to take; ``reference`` is ours, unique, stored before the call.

    ``chargeable`` asks it besides to let us charge the payer's card later without them (B3).
    """

    reference: str
    amount: Money
    purpose: str
    methods: tuple[PaymentMethod, ...]
    payer: Payer
    items: tuple[ReceiptItem, ...]
    success_url: str
    failure_url: str
    consumer_id: str | None = None
    save_card: bool = False
    chargeable: bool = False


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """What a bank answered: where the payer goes, and the operation id that a refund will name."""

    operation_id: str
    url: str
    expires_at: datetime


class LineKind(StrEnum):
    """What one line of an operation at the bank is."""

    CAPTURE = "capture"
    HOLD = "hold"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One thing that the bank says it did within an operation."""

    line_id: str
    kind: LineKind
    amount: Money
    at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card that the bank keeps for the payer by ``token_id``, one ``fingerprint`` per number."""

    token_id: str
    brand: str | None
    last4: str | None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as the bank tells it now; this, and no webhook, is the truth (law 2).

    ``is_ours`` compares the bank's merchant with the account's. ``status`` is None when the bank
    used a word that we do not know; ``bank_word`` keeps that word for people. ``card`` is there
    only when the bank says that it keeps the payer's card. ``decline`` is there while the last
    card that was tried has paid nothing, also where the link stays good for another one.
    """

    operation_id: str
    reference: str | None
    status: PaymentStatus | None
    amount: Money
    is_ours: bool
    method: PaymentMethod | None
    lines: tuple[BankLine, ...]
    paid_at: datetime | None
    bank_word: str
    refund_in_progress: bool
    card_last4: str | None = None
    card: KeptCard | None = None
    decline: Decline | None = None


class EventKind(StrEnum):
    """What a webhook is about, as far as we care."""

    PAYMENT = "payment"
    CARD = "card"
    OTHER = "other"


class BindingOutcome(StrEnum):
    """What the bank says of a binding: kept, kept although it is Russian, or not taken."""

    BOUND = "bound"
    RUSSIAN = "russian"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class BankEvent:
    """A genuine message of the bank: a hint to read the operation, never a fact about money.

    ``kept`` is what may be stored of a message that carries personal data or secrets of the bank;
    None says that the message itself may be stored as it came. ``outcome`` is what a CARD event
    hints of a binding.
    """

    kind: EventKind
    is_ours: bool
    operation_id: str | None
    reference: str | None
    claims: Mapping[str, object] = field(default_factory=dict)
    kept: str | None = None
    outcome: BindingOutcome | None = None


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about a connection in Russian for who must mend it, and a hint what to do then."""

    severity: Severity
    subject: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a bank can do; the domain asks these flags, never a bank's name.

    ``vat_percent`` is the tax within every price, None when the account sells without it (A8).
    ``keeps_cards``: the payer may ask the bank to remember a card and pick it the next time (B2).
    ``binds_cards``: the bank binds cards on a page of its own; the connector is a ``CardBinding``.
    ``charges_without_payer``: a kept card can be charged while the payer is away (B3); the
    connector is a ``CardCharging`` or a ``TokenCharging`` then. ``returns_charges``: what such a
    card has paid can be returned by the API, and not only by hand in the bank's cabinet.
    """

    methods: tuple[PaymentMethod, ...]
    receipt_by_bank: bool
    vat_percent: int | None = None
    keeps_cards: bool = False
    binds_cards: bool = False
    charges_without_payer: bool = False
    returns_charges: bool = True


class BankError(Exception):
    """Something about a bank went wrong; its children say who knows what."""


class RefusedBecause(StrEnum):
    """The category of a bank's definite no."""

    NOT_FOUND = "not_found"
    DUPLICATE = "duplicate"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    DECLINED = "declined"


class BankRefused(BankError):
    """A definite no: the bank has done nothing. ``text`` is the bank's own, safe to show staff."""

    def __init__(self, because: RefusedBecause, text: str) -> None:
        super().__init__(f"{because.value}: {text}")
        self.because = because
        self.text = text


class BankUnavailable(BankError):
    """No answer to believe. When ``sent``, nobody knows what happened: read, never resend."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class BankMisconfigured(BankError):
    """Our settings are wrong (token, permission, merchant, address): nothing was done."""


class BadSignature(BankError):
    """The message is not from the bank."""


class BankConnector(Protocol):
    """One account at one bank. Every method may raise BankUnavailable or BankMisconfigured."""

    @property
    def capabilities(self) -> Capabilities:
        """What this account can do."""

    @property
    def currency(self) -> Currency:
        """The currency of the account."""

    def create_payment(self, order: PaymentOrder) -> PaymentLink:
        """Ask for a link; raise BankRefused (DUPLICATE when the reference is known already)."""

    def find_payment(self, reference: str, created_at: datetime) -> PaymentLink | None:
        """Find a link whose answer was lost, by our reference, near its creation time (UTC)."""

    def read_operation(self, operation_id: str) -> Operation:
        """Read the truth about an operation; raise BankRefused when the bank does not know it."""

    def refund(self, operation_id: str, amount: Money) -> None:
        """Ask for a refund, once; raise BankRefused for a definite no. Only a line is the money."""

    def parse_webhook(
        self, body: bytes, door: str = PAYMENT_DOOR, headers: Mapping[str, str] = NO_HEADERS, /
    ) -> BankEvent:
        """Verify and read a webhook without touching anything; raise BadSignature.

        ``door`` is the last part of the address that it came to; raise BankMisconfigured for one
        that the bank does not know. ``headers``, named in small letters, may hold the seal.
        """

    def check(self) -> list[Finding]:
        """Say in words what works and what does not: token, permissions, merchant, webhook."""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What a bank expects to hear when its event has been stored."""

    body: bytes
    content_type: str


@runtime_checkable
class SignedAnswers(Protocol):
    """What a connector offers when its bank believes only answers that we sign."""

    def acknowledge(self, door: str) -> WebhookAnswer:
        """Say that an event that came to this door is stored."""


@runtime_checkable
class WebhookRegistration(Protocol):
    """What a connector offers when its bank's API registers webhooks, and no cabinet does."""

    def webhook_url(self) -> str | None:
        """Return where the bank sends events now, or None."""

    def register_webhook(self, url: str) -> None:
        """Send events to ``url`` from now on; the bank tries it first and raises when it fails."""

    def delete_webhook(self) -> None:
        """Send no more events."""

    def send_test_webhook(self) -> None:
        """Ask the bank for one test event."""
