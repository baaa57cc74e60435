"""What the suites need to happen on the other side of a connector: its bank, usually simulated."""

from typing import Protocol, runtime_checkable

from portal.conformance.ears import Heard
from portal.domain.money import Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import BankConnector


class World(Protocol):
    """A connector, and what happens on the other side of it."""

    #: The connector under test, where its events come to, and how people usually pay there.
    connector: BankConnector
    door: str
    way: PaymentMethod

    def pay(self, operation_id: str, method: PaymentMethod) -> None:
        """Let the payer pay."""

    def decline(self, operation_id: str) -> None:
        """Let the payer's bank say no."""

    def expire(self, operation_id: str) -> None:
        """Let the link's time pass."""

    def return_in_cabinet(self, operation_id: str, amount: Money) -> None:
        """Return money without us."""

    def executed_refunds(self) -> list[tuple[str, Money]]:
        """Tell which refunds that we asked for were really made."""

    def lose_the_answer(self, call: str) -> None:
        """Execute the next ``create`` or ``refund``, and answer nothing."""

    def swallow(self, call: str) -> None:
        """Execute nothing, and answer nothing."""

    def refuse_refunds(self) -> None:
        """Say no to the next refund."""

    def settle_slowly(self) -> None:
        """Let refunds take their time from now on."""

    def settle(self) -> None:
        """Let that time pass."""

    def go_down(self) -> BankConnector:
        """Return the connector of a bank that nobody reaches."""

    def show_another_amount(self, operation_id: str) -> None:
        """Let the next reading lie about the sum."""

    def show_a_new_status(self, operation_id: str) -> None:
        """Let the next reading use a word that nobody knows."""

    def sample_event(self) -> Heard:
        """Return the test webhook, which carries foreign data; events are heard from now on."""

    def event(self, operation_id: str) -> Heard:
        """Return the webhook about a payment."""

    def forged_event(self, operation_id: str) -> Heard:
        """Return that webhook with its seal broken."""


@runtime_checkable
class PickingWorld(World, Protocol):
    """A world whose bank keeps cards that the payer picks again (``keeps_cards``)."""

    #: The bank's word for the brand of the card that the payer has.
    brand: str

    def pay_by_new_card(self, operation_id: str) -> None:
        """Let the payer pay by a new card and tick «save»."""

    def pay_by_kept_card(self, operation_id: str, token_id: str) -> None:
        """Let the payer pick a card that the bank keeps."""


@runtime_checkable
class BindingWorld(World, Protocol):
    """A world whose bank binds cards on a page of its own (``CardBinding``)."""

    #: Numbers of cards: one that is bound and pays, one that is declined, and one that pays
    #: although no answer comes back.
    good_card: str
    declined_card: str
    silent_card: str

    def bind(self, operation_id: str, card: str) -> None:
        """Let the payer give a card on the bank's page."""

    def executed_charges(self) -> list[tuple[str, Money]]:
        """Tell which charges that we asked for were really made."""


@runtime_checkable
class ChargingWorld(World, Protocol):
    """A world whose bank charges the card of a paid order again (``CardCharging``)."""

    def charges_cards(self) -> BankConnector:
        """Return the connector of an account whose bank charges kept cards."""

    def refuse_charges(self) -> None:
        """Say no to the next charge."""

    def executed_charges(self) -> list[tuple[str, Money]]:
        """Tell which charges that we asked for were really made."""
