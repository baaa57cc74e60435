"""One account at Tochka, as the portal sees any bank (domain.md §7)."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx

from portal.banks.addresses import is_safe_link
from portal.banks.http import BankHttp, Endpoint
from portal.banks.tochka import mapping, words
from portal.banks.tochka.client import (
    CHARGE,
    CREATE,
    CREATE_WITH_RECEIPT,
    LIST,
    READ,
    REFUND,
    SUBSCRIBE,
    SUBSCRIPTIONS,
    Call,
    TochkaClient,
    dicts_of,
)
from portal.banks.tochka.health import Health
from portal.banks.tochka.keys import Keys, load_key
from portal.banks.tochka.merchants import Merchants
from portal.banks.tochka.registration import Registration
from portal.banks.tochka.settings import TochkaSettings
from portal.banks.tochka.webhooks import OPERATION_ID, read_event, verified
from portal.domain import clock
from portal.domain.money import Currency, Money
from portal.domain.ports import (
    NO_HEADERS,
    PAYMENT_DOOR,
    BadSignature,
    BankEvent,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    Capabilities,
    Finding,
    Operation,
    PaymentLink,
    PaymentOrder,
    RefusedBecause,
)

MAX_PAGES, PER_PAGE = 20, 250  # a page of 1000, the default, may outgrow what we read
KEY_SECONDS = 5.0
_log = logging.getLogger("portal.banks")


class TochkaConnector:
    """Speaks for one merchant; cheap to make, learns its codes from the bank when first needed."""

    def __init__(
        self,
        account: str,
        settings: TochkaSettings,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._account = account
        self._settings = settings
        self._transport = transport
        token, bundle = settings.token.get_secret_value(), settings.ca_bundle
        endpoint = Endpoint(account, settings.base_url, settings.timeout_seconds, token, bundle)
        self._client = TochkaClient(BankHttp(endpoint, transport), token)
        self._merchants = Merchants(self._client, settings)
        self._registration = Registration(self._client, settings)
        self._keys = Keys(
            tuple(load_key(jwk) for jwk in settings.public_keys),
            self._key_source(settings.public_keys_from),
        )

    @property
    def currency(self) -> Currency:
        """Tochka takes roubles."""
        return Currency.RUB

    @property
    def capabilities(self) -> Capabilities:
        """Refunds in parts are allowed; whether a second part works the bank will say (§15.2).

        A payment link keeps a card for the payer to pick, and nobody else to charge (§0.2, §11);
        that takes a subscription, whose payments the API does not return (§0.3).
        """
        return Capabilities(
            methods=mapping.methods_of(self._settings),
            receipt_by_bank=self._settings.receipt == "bank",
            vat_percent=self._settings.vat_percent,
            keeps_cards="card" in self._settings.payment_modes,
            charges_without_payer=self._settings.chargeable_cards,
            returns_charges=False,
        )

    def create_payment(self, order: PaymentOrder) -> PaymentLink:
        """Create a link with or without a receipt, as the account is configured (F3, §§5-6)."""
        codes = (self._merchants.customer_code(), self._merchants.taking_payments())
        call, now = CREATE_WITH_RECEIPT if self._settings.receipt == "bank" else CREATE, clock.now()
        if order.chargeable:
            call, body = SUBSCRIBE, mapping.subscription_body(order, self._settings, codes)
        else:
            body = mapping.order_body(order, self._settings, codes)
        return self._link(self._client.call(call, body=body).data, now, is_written=True)

    def find_payment(self, reference: str, created_at: datetime) -> PaymentLink | None:
        """Look through the list around the creation: it cannot be filtered by our reference (§8.2).

        Pages are counted, and the addresses of further pages that the bank names are not followed.
        """
        day = timedelta(days=1)
        days = {
            "fromDate": (created_at - day).date().isoformat(),
            "toDate": (created_at + day).date().isoformat(),
        }
        values = self._listed(LIST, "Operation", days, reference)
        if values is None and self._settings.chargeable_cards:
            recurring = {"recurring": "true"}
            values = self._listed(SUBSCRIPTIONS, "Subscription", recurring, reference)
        return None if values is None else self._link(values, created_at, is_written=False)

    def _listed(
        self, call: Call, name: str, query: Mapping[str, str], reference: str
    ) -> Mapping[str, object] | None:
        customer_code = self._merchants.customer_code()
        asked: dict[str, str | int] = {"customerCode": customer_code, "perPage": PER_PAGE}
        for number in range(1, MAX_PAGES + 1):
            page = self._client.call(call, query={**asked, **query, "page": number})
            listed = _objects(page.data, name)
            for values in listed:
                is_ours = values.get("customerCode") == customer_code
                if is_ours and values.get("paymentLinkId") == reference:
                    return values
            if len(listed) < PER_PAGE and number >= page.total_pages:
                return None
        raise BankUnavailable("the list of payments has too many pages", sent=False)

    def _link(
        self, values: Mapping[str, object], created_at: datetime, *, is_written: bool
    ) -> PaymentLink:
        operation_id = mapping.text(values, "operationId") or ""
        url = mapping.text(values, "paymentLink") or ""
        if not OPERATION_ID.fullmatch(operation_id) or not is_safe_link(
            url, self._settings.payment_hosts, is_simulated=self._settings.is_simulated
        ):
            _log.error("%s: the bank answers a link that no payer is sent to", self._account)
            raise BankUnavailable("the answer has no usable link", sent=is_written)
        lifetime = timedelta(minutes=self._settings.ttl_minutes)
        return PaymentLink(operation_id, url, created_at + lifetime)

    def read_operation(self, operation_id: str) -> Operation:
        """Read one operation (§8.1); raise BankRefused(NOT_FOUND) when it is unknown."""
        customer_code, merchants = self._merchants.customer_code(), self._merchants.ids()
        page = self._client.call(READ, ids={"operation_id": operation_id})
        for values in _objects(page.data, "Operation"):
            if values.get("operationId") == operation_id:
                return mapping.operation(values, customer_code, merchants)
        raise BankUnavailable("the answer is about another operation", sent=False)

    def refund(self, operation_id: str, amount: Money) -> None:
        """Return money, once (§10.1): no key makes a repeat safe, and no webhook will follow."""
        body = {"Data": {"amount": amount.major}}
        data = self._client.call(REFUND, ids={"operation_id": operation_id}, body=body).data
        is_same = data.get("operationId", operation_id) == operation_id
        if is_same and data.get("isRefund") is False:
            raise BankRefused(RefusedBecause.DECLINED, words.DECLINED)
        if data.get("isRefund") is not True or not is_same or not _is_sum(data, amount):
            raise BankUnavailable("the answer is about another refund", sent=True)

    def charge(self, operation_id: str, amount: Money) -> None:
        """Charge the card of a subscription, once (§11.2): no key makes a repeat safe.

        The bank's yes is acceptance; the money is a new line of the subscription's operation.
        """
        body = {"Data": {"amount": amount.major}}
        data = self._client.call(CHARGE, ids={"operation_id": operation_id}, body=body).data
        if data.get("result") is False:
            raise BankRefused(RefusedBecause.DECLINED, words.NOT_CHARGED)
        if data.get("result") is not True:
            raise BankUnavailable("the answer to a charge cannot be read", sent=True)

    def parse_webhook(
        self, body: bytes, door: str = PAYMENT_DOOR, _headers: Mapping[str, str] = NO_HEADERS
    ) -> BankEvent:
        """Verify and read an event; raise BadSignature. The bank's API is not asked.

        Codes that are neither configured nor known yet are not compared: the event then counts as
        ours, and the reading of the operation decides.
        """
        if door != PAYMENT_DOOR:
            raise BankMisconfigured(words.NO_SUCH_DOOR)
        try:
            payload = verified(body, self._keys.trusted())
        except BadSignature:
            if not self._keys.refresh():
                raise
            payload = verified(body, self._keys.trusted())
        return read_event(payload, *self._merchants.known)

    def check(self) -> list[Finding]:
        """Say in words what works and what does not."""
        published = self._key_source(self._settings.published_key_url)
        return Health(self._client, self._settings, self._registration, published).findings()

    def webhook_url(self) -> str | None:
        """Return where the bank sends events now."""
        return self._registration.find_url()

    def register_webhook(self, url: str) -> None:
        """Send events to ``url``; the bank tries it first (F4)."""
        self._registration.register(url)

    def delete_webhook(self) -> None:
        """Send no more events."""
        self._registration.delete()

    def send_test_webhook(self) -> None:
        """Ask for one test event."""
        self._registration.send_test()

    def _key_source(self, url: str) -> BankHttp | None:
        if not url:
            return None
        endpoint = Endpoint(self._account, url, KEY_SECONDS, ca_bundle=self._settings.ca_bundle)
        return BankHttp(endpoint, self._transport)


def _objects(data: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Return the listed objects; an answer without a list is no proof that there are none."""
    if not isinstance(data.get(name), list):
        raise BankUnavailable("the answer has no list of operations", sent=False)
    return dicts_of(data, name)


def _is_sum(data: Mapping[str, object], amount: Money) -> bool:
    try:
        return mapping.money(data.get("amount")) == amount
    except BankUnavailable:
        return False
