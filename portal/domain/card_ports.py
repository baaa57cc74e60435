"""What a bank may offer for cards that it keeps: protocols beside BankConnector (B1-B4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from portal.domain.money import Money
from portal.domain.ports import KeptCard


@dataclass(frozen=True, slots=True)
class BindingOrder:
    """Whose card is to be kept, by the name that the bank knows the client under."""

    reference: str
    consumer_id: str
    return_url: str


@dataclass(frozen=True, slots=True)
class BindingPage:
    """The bank's own page: it takes and returns its small sum by itself, we take none."""

    operation_id: str
    url: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """What a kept card is to pay; ``reference`` is ours, unique, stored before the call."""

    reference: str
    amount: Money
    purpose: str
    consumer_id: str
    token_id: str


@runtime_checkable
class CardCharging(Protocol):
    """What a connector offers when its bank charges a card that a payer has let us charge."""

    def charge(self, operation_id: str, amount: Money) -> None:
        """Charge the card of a paid ``chargeable`` order, once; raise BankRefused for a clear no.

        Silence is acceptance: only a new capture line of that operation is the money.
        """


@runtime_checkable
class CardBinding(Protocol):
    """What a connector offers when its bank binds cards on a page of its own.

    Every method may raise BankUnavailable, BankMisconfigured or BankRefused.
    """

    def open_binding(self, order: BindingOrder) -> BindingPage:
        """Ask for a page to bind a card on; asked twice, the older page is abandoned."""

    def list_cards(self, consumer_id: str) -> list[KeptCard]:
        """Return the cards that the bank keeps for a client now: the truth about a binding."""

    def unbind_card(self, consumer_id: str, token_id: str) -> None:
        """Let the bank forget a card; one that it does not keep is no error."""


@runtime_checkable
class TokenCharging(Protocol):
    """What a connector offers when a kept card can be charged while the payer is away (B3).

    Two steps, so that a lost answer costs nothing: the operation's id is stored between them.
    """

    def prepare_charge(self, order: ChargeOrder) -> str:
        """Return the id of a charge that has moved no money yet; the same order is the same id."""

    def send_charge(self, operation_id: str) -> None:
        """Move the money; no error means that it is asked for, and only a reading is the truth.

        Raises BankRefused: DECLINED when the card pays nothing, DUPLICATE when this was called
        before, so that nothing is done now. After BankUnavailable with ``sent`` read, never resend.
        """
