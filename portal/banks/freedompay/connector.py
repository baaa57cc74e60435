"""One merchant at Freedom Pay, as the portal sees any bank (domain.md §7)."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx

from portal.banks.addresses import is_safe_link
from portal.banks.freedompay import mapping, words
from portal.banks.freedompay.cards import Cards
from portal.banks.freedompay.client import INIT_PAYMENT, REVOKE, STATUS, FreedomPayClient
from portal.banks.freedompay.health import Health
from portal.banks.freedompay.messages import Node, write_message
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.banks.freedompay.signature import signed
from portal.banks.freedompay.webhooks import read_event
from portal.banks.http import BankHttp, Endpoint
from portal.domain import clock
from portal.domain.card_ports import BindingOrder, BindingPage, ChargeOrder
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import (
    NO_HEADERS,
    PAYMENT_DOOR,
    BankEvent,
    BankRefused,
    BankUnavailable,
    Capabilities,
    Finding,
    KeptCard,
    Operation,
    PaymentLink,
    PaymentOrder,
    RefusedBecause,
    WebhookAnswer,
)
from portal.domain.transactions import forbid_open_transaction

ACCEPTED = "accepted"
NOT_PAID = (PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.EXPIRED)
_log = logging.getLogger("portal.banks")


class FreedomPayConnector:
    """Speaks for one merchant; keeps nothing between calls."""

    def __init__(
        self,
        account: str,
        settings: FreedomPaySettings,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._account = account
        self._settings = settings
        endpoint = Endpoint(
            account,
            settings.base_url,
            settings.timeout_seconds,
            accept="*/*",
            min_gap_seconds=settings.min_gap_seconds,
        )
        self._http = BankHttp(endpoint, transport)
        self._client = FreedomPayClient(self._http, settings)
        self._cards = Cards(self._client, settings)

    @property
    def currency(self) -> Currency:
        """The one currency that the settings name."""
        return self._settings.currency

    @property
    def capabilities(self) -> Capabilities:
        """Cards only. The payer picks no kept card on its page: its token is charged instead.

        So a card is bound only where it may be charged: else it would be good for nothing.
        """
        return Capabilities(
            methods=(PaymentMethod.CARD,),
            receipt_by_bank=self._settings.receipt == "bank",
            vat_percent=self._settings.vat_percent,
            keeps_cards=False,
            binds_cards=self._settings.charges,
            charges_without_payer=self._settings.charges,
        )

    def create_payment(self, order: PaymentOrder) -> PaymentLink:
        """Ask for a page to pay on; the same order asked again is the same page (§5)."""
        fields = mapping.order_fields(order, self._settings)
        now = clock.now()
        told = self._client.call(INIT_PAYMENT, fields)
        operation_id, url = self._place(told)
        lifetime = timedelta(minutes=self._settings.lifetime_minutes)
        return PaymentLink(operation_id, url, now + lifetime)

    def find_payment(self, reference: str, created_at: datetime) -> PaymentLink | None:
        """Find nothing: the bank lists no pages, but it gives the same one to the same order (§5).

        Whoever has lost an answer asks again with the same key.
        """
        forbid_open_transaction(f"a search for {reference} of {created_at}")
        return None

    def read_operation(self, operation_id: str) -> Operation:
        """Read an operation (§7); raise BankRefused(NOT_FOUND) when it is unknown.

        A payer who tried a second card has paid under another id of the same order, also after a
        first that was left at its code: the reading then carries that id, and a refund will name
        it (§6.5).
        """
        told = self._status("pg_payment_id", operation_id)
        found = mapping.operation(told, self._settings)
        if found.operation_id != operation_id:
            raise BankUnavailable("the answer is about another operation", sent=False)
        if found.status in NOT_PAID and found.reference:
            return self._last_of(found, found.reference)
        return found

    def _last_of(self, declined: Operation, reference: str) -> Operation:
        """Return the last attempt of an order, unless it is no attempt of the same (§18.3)."""
        try:
            told = self._status("pg_order_id", reference)
        except BankRefused:
            return declined
        if (mapping.value(told, "pg_amount") or "").startswith("-"):
            return declined
        last = mapping.operation(told, self._settings)
        is_same = last.reference == reference and last.amount == declined.amount
        return last if is_same and mapping.OPERATION_ID.fullmatch(last.operation_id) else declined

    def _status(self, name: str, wanted: str) -> Node:
        form = mapping.OPERATION_ID if name == "pg_payment_id" else mapping.REFERENCE
        if not form.fullmatch(wanted):
            raise BankRefused(RefusedBecause.NOT_FOUND, "not an id of this bank")
        return self._client.call(STATUS, {name: wanted})

    def refund(self, operation_id: str, amount: Money) -> None:
        """Return money, once (§9): the sum is always named, and no answer is sent twice.

        Whether the bank honours a key is not certain, so it is a new one for each call (B13).
        """
        mapping.require_sum(amount, self._settings.currency)
        fields = {
            "pg_payment_id": operation_id,
            "pg_refund_amount": str(amount.major),
            "pg_idempotency_key": f"rf-{operation_id}-{secrets.token_hex(8)}",
        }
        self._client.call(REVOKE, fields)

    def parse_webhook(
        self, body: bytes, door: str = PAYMENT_DOOR, _headers: Mapping[str, str] = NO_HEADERS
    ) -> BankEvent:
        """Verify and read what came to «result» or «binding»; raise BadSignature (§6)."""
        return read_event(body, door, self._settings)

    def acknowledge(self, door: str) -> WebhookAnswer:
        """Say «ok» under our own seal (§6.3): never «rejected», a reading decides."""
        fields = [("pg_status", "ok"), ("pg_description", ACCEPTED)]
        sealed = signed(door, fields, self._settings.secret_key.get_secret_value())
        return WebhookAnswer(write_message(sealed), "application/xml")

    def check(self) -> list[Finding]:
        """Say in words what works and what does not."""
        return Health(self._client, self._http, self._settings).findings()

    def open_binding(self, order: BindingOrder) -> BindingPage:
        """Ask for the bank's own page; it takes a small sum and returns it itself (§8.1)."""
        now = clock.now()
        operation_id, url = self._place(self._cards.add(order))
        return BindingPage(operation_id, url, now)

    def list_cards(self, consumer_id: str) -> list[KeptCard]:
        """Return the cards that the bank keeps for a client (§8.3)."""
        return self._cards.listed(consumer_id)

    def unbind_card(self, consumer_id: str, token_id: str) -> None:
        """Let the bank forget a card; one that is not listed any more is gone (§8.3)."""
        self._cards.remove(consumer_id, token_id)

    def prepare_charge(self, order: ChargeOrder) -> str:
        """Return the id of a charge that has moved no money; the same order is the same id."""
        return self._cards.prepare(order)

    def send_charge(self, operation_id: str) -> None:
        """Charge the card of a prepared operation; «ok» means only that it is asked for (§8.4)."""
        if not self._settings.charges:
            raise BankRefused(RefusedBecause.FORBIDDEN, words.NO_CHARGES)
        self._cards.charge(operation_id)

    def _place(self, told: Node) -> tuple[str, str]:
        """Return the operation and where the payer goes, once the address is one of the bank's."""
        operation_id = mapping.value(told, "pg_payment_id", sent=True) or ""
        url = mapping.value(told, "pg_redirect_url", sent=True) or ""
        hosts, is_simulated = self._settings.payment_hosts, self._settings.is_simulated
        is_safe = is_safe_link(url, hosts, is_simulated=is_simulated)
        if not is_safe or not mapping.OPERATION_ID.fullmatch(operation_id):
            _log.error("%s: the bank answers a page that no payer is sent to", self._account)
            raise BankUnavailable("the answer has no usable page", sent=True)
        return operation_id, url
