"""One account at Tochka, as the portal sees any bank (domain.md §7)."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from portal.banks.http import Call
from portal.banks.tochka import mapping
from portal.banks.tochka.client import TochkaClient
from portal.banks.tochka.health import findings
from portal.banks.tochka.merchants import Merchant, find_merchant
from portal.banks.tochka.registration import Registration
from portal.banks.tochka.settings import TochkaSettings
from portal.banks.tochka.webhooks import Keys, event_of, verify
from portal.domain import clock
from portal.domain.money import Currency, Money
from portal.domain.ports import (
    BankEvent,
    BankRefused,
    BankUnavailable,
    Capabilities,
    Finding,
    Operation,
    PaymentLink,
    PaymentOrder,
    RefundAnswer,
    RefusedBecause,
)

ACQUIRING = "/acquiring/v1.0"
PAGES_MAX, PER_PAGE = 20, 1000


class TochkaConnector:
    """Speaks for one merchant; cheap to make, learns its codes from the bank when first needed."""

    def __init__(self, settings: TochkaSettings) -> None:
        self._settings = settings
        self._client = TochkaClient(settings)
        self._keys = Keys(settings)
        self._registration = Registration(self._client, settings.client_id)
        self._merchant: Merchant | None = None

    @property
    def currency(self) -> Currency:
        """Tochka takes roubles."""
        return Currency.RUB

    @property
    def capabilities(self) -> Capabilities:
        """Refunds in parts are allowed; whether a second part works the bank will say (§15.2)."""
        return Capabilities(
            methods=tuple(mapping.METHODS[mode] for mode in self._settings.payment_modes),
            partial_refund=True,
            repeated_refund=True,
            receipt_by_bank=self._settings.receipt == "bank",
            charge_saved_card=False,
        )

    def merchant(self) -> Merchant:
        """Return our codes at the bank, found once (F2)."""
        if self._merchant is None:
            self._merchant = find_merchant(self._client, self._settings)
        return self._merchant

    def create_payment(self, order: PaymentOrder) -> PaymentLink:
        """Create a link with or without a receipt, as the account is configured (F3)."""
        with_receipt = self._settings.receipt == "bank"
        path = "payments_with_receipt" if with_receipt else "payments"
        body = mapping.order_body(order, self._settings, self.merchant().codes)
        call = Call("create", "POST", f"{ACQUIRING}/{path}", is_write=True, body=body)
        return self._link(self._client.call(call), clock.now())

    def find_payment(self, reference: str, created_at: datetime) -> PaymentLink | None:
        """Look through the list around the creation; it cannot be filtered by our reference."""
        day = timedelta(days=1)
        params = {
            "customerCode": self.merchant().codes[0],
            "fromDate": (created_at - day).date().isoformat(),
            "toDate": (created_at + day).date().isoformat(),
            "perPage": str(PER_PAGE),
        }
        for page in range(1, PAGES_MAX + 1):
            call = Call(
                "list", "GET", f"{ACQUIRING}/payments", params={**params, "page": str(page)}
            )
            operations = _operations(self._client.call(call))
            for values in operations:
                if values.get("paymentLinkId") == reference:
                    return self._link(values, created_at)
            if len(operations) < PER_PAGE:
                return None
        raise BankUnavailable("list: too many pages", sent=False)

    def _link(self, values: Any, created_at: datetime) -> PaymentLink:
        operation_id = mapping.text(values, "operationId")
        url = mapping.text(values, "paymentLink") or ""
        if operation_id is None or not self._is_safe(url):
            raise BankUnavailable("create: the answer has no usable link", sent=True)
        lifetime = timedelta(minutes=self._settings.ttl_minutes)
        return PaymentLink(operation_id, url, created_at + lifetime)

    def _is_safe(self, url: str) -> bool:
        """A payer is sent to https only; to plain http only on the local stack's own loopback."""
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            return True
        is_local = urlsplit(self._settings.base_url).hostname == "127.0.0.1"
        return is_local and parts.scheme == "http" and parts.hostname == "127.0.0.1"

    def read_operation(self, operation_id: str) -> Operation:
        """Read one operation (§8.1); raise BankRefused(NOT_FOUND) when the bank does not know it."""
        path = f"{ACQUIRING}/payments/{quote(operation_id, safe='')}"
        for values in _operations(self._client.call(Call("info", "GET", path))):
            if values.get("operationId") == operation_id:
                return mapping.operation(values, self.merchant().codes)
        raise BankUnavailable("info: the answer is about something else", sent=False)

    def refund(self, operation_id: str, amount: Money) -> RefundAnswer:
        """Return money, once (§10.1): no key makes a repeat safe, and no webhook will follow."""
        path = f"{ACQUIRING}/payments/{quote(operation_id, safe='')}/refund"
        body = {"Data": {"amount": amount.major}}
        data = self._client.call(Call("refund", "POST", path, is_write=True, body=body))
        if data.get("isRefund") is False:
            raise BankRefused(RefusedBecause.DECLINED, "банк не принял возврат (isRefund: false)")
        is_same = data.get("operationId") == operation_id
        if data.get("isRefund") is not True or not is_same:
            raise BankUnavailable("refund: the answer is about something else", sent=True)
        if mapping.money(data.get("amount")) != amount:
            raise BankUnavailable("refund: the answer names another sum", sent=True)
        return RefundAnswer(bank_word=f"принят {data.get('date', '')}"[:40])

    def parse_webhook(self, body: bytes) -> BankEvent:
        """Verify and read an event; asks the bank nothing, so unknown codes are not compared."""
        known = self._merchant.codes if self._merchant else (None, None)
        customer = self._settings.customer_code or known[0]
        merchant = self._settings.merchant_id or known[1]
        return event_of(verify(body, self._keys), (customer, merchant))

    def check(self) -> list[Finding]:
        """Say in words what works and what does not."""
        return findings(self._client, self._settings, self._registration)

    def webhook_url(self) -> str | None:
        """Return where the bank sends events now."""
        return self._registration.url()

    def register_webhook(self, url: str) -> None:
        """Send events to ``url``; the bank tries it first (F4)."""
        self._registration.register(url)

    def delete_webhook(self) -> None:
        """Send no more events."""
        self._registration.delete()

    def send_test_webhook(self) -> None:
        """Ask for one test event."""
        self._registration.send_test()


def _operations(data: Any) -> list[Any]:
    operations = data.get("Operation")
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise BankUnavailable("the answer has no list of operations", sent=False)
    return operations
