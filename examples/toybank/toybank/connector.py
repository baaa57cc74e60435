"""One merchant at the toy bank, as the portal sees any bank (portal/domain/ports.py)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from portal.banks.addresses import is_loopback, is_safe_link
from portal.banks.http import Answer, BankHttp, Endpoint, Request
from portal.banks.strict_json import loads
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import (
    NO_HEADERS,
    PAYMENT_DOOR,
    BadSignature,
    BankConnector,
    BankEvent,
    BankLine,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    Capabilities,
    EventKind,
    Finding,
    LineKind,
    Operation,
    PaymentLink,
    PaymentOrder,
    RefusedBecause,
    Severity,
)
from toybank.seals import HEADER, is_sealed, of_event, seal
from toybank.settings import ToyBankSettings

STATUSES = {
    "waiting": PaymentStatus.PENDING,
    "expired": PaymentStatus.EXPIRED,
    "paid": PaymentStatus.PAID,
}
#: The bank's words for people; what it says itself stands beside them.
WORDS = {"waiting": "ждёт оплаты", "expired": "срок истёк", "paid": "оплачен"}
REFUSALS = {
    404: RefusedBecause.NOT_FOUND,
    409: RefusedBecause.DUPLICATE,
    422: RefusedBecause.DECLINED,
}
_REASON_MAX = 300


class _Refund(BaseModel):
    id: str
    amount: int
    state: Literal["pending", "done", "failed"]
    at: AwareDatetime


class _Payment(BaseModel):
    id: str = Field(min_length=1, max_length=64)
    merchant: str
    reference: str
    amount: int
    state: str
    url: str
    expires_at: AwareDatetime
    paid_at: AwareDatetime | None
    refunds: list[_Refund]


_ONE, _MANY = TypeAdapter(_Payment), TypeAdapter(list[_Payment])
T = TypeVar("T")


class ToyBankConnector:
    """Speaks for one merchant; keeps nothing between calls."""

    def __init__(self, account: str, settings: ToyBankSettings) -> None:
        self._settings = settings
        self._http = BankHttp(Endpoint(account, settings.base_url, settings.timeout_seconds))

    @property
    def capabilities(self) -> Capabilities:
        """Cards alone, and the receipt is ours."""
        return Capabilities(methods=(PaymentMethod.CARD,), receipt_by_bank=False)

    @property
    def currency(self) -> Currency:
        """The one currency of the account."""
        return self._settings.currency

    def create_payment(self, order: PaymentOrder) -> PaymentLink:
        """Ask for a link; the bank refuses a reference that it knows (DUPLICATE)."""
        body = {
            "merchant": self._settings.merchant,
            "reference": order.reference,
            "amount": order.amount.minor,
            "currency": order.amount.currency.value,
            "purpose": order.purpose,
            "success_url": order.success_url,
            "failure_url": order.failure_url,
        }
        return self._link(self._payment(Request("POST", "/payments", {}, body=body)))

    def find_payment(self, reference: str, _created_at: datetime) -> PaymentLink | None:
        """Find a link by our reference; this bank needs no date for it."""
        request = Request("GET", "/payments", {}, query={"reference": reference})
        found = self._checked(request, _MANY)
        return self._link(found[0]) if found else None

    def read_operation(self, operation_id: str) -> Operation:
        """Read the truth about a payment and its refunds."""
        told = self._payment(Request("GET", "/payments/{id}", {"id": operation_id}))
        return Operation(
            operation_id=told.id,
            reference=told.reference,
            status=STATUSES.get(told.state),
            amount=self._money(told.amount),
            is_ours=told.merchant == self._settings.merchant,
            method=PaymentMethod.CARD if told.paid_at else None,
            lines=tuple(self._lines(told)),
            paid_at=told.paid_at,
            bank_word=f"{WORDS[told.state]} ({told.state})" if told.state in WORDS else told.state,
            refund_in_progress=any(refund.state == "pending" for refund in told.refunds),
        )

    def refund(self, operation_id: str, amount: Money) -> None:
        """Ask for a refund, once: the bank has no key against a second one."""
        ids, body = {"id": operation_id}, {"amount": amount.minor}
        self._called(Request("POST", "/payments/{id}/refunds", ids, body=body))

    def parse_webhook(
        self, body: bytes, door: str = PAYMENT_DOOR, headers: Mapping[str, str] = NO_HEADERS
    ) -> BankEvent:
        """Verify and read an event; what it says of a refund is sealed by nobody, and is not read.

        Raises BadSignature, and BankMisconfigured for another door than «payment».
        """
        if door != PAYMENT_DOOR:
            raise BankMisconfigured("the toy bank knows the door «payment» only")
        try:
            told = loads(body)
        except ValueError:
            raise BadSignature("no JSON") from None
        shown = headers.get(HEADER.lower(), "")
        secret = self._settings.secret.get_secret_value()
        if not isinstance(told, dict) or not is_sealed(secret, of_event(told), shown):
            raise BadSignature("the seal is not the bank's")
        claims = {name: str(told.get(name, "")) for name in ("merchant", "id", "reference")}
        is_ours = claims["merchant"] == self._settings.merchant
        number, reference = claims["id"], claims["reference"]
        return BankEvent(EventKind.PAYMENT, is_ours, number, reference, claims)

    def check(self) -> list[Finding]:
        """Ask the bank whether it knows the merchant, and say so in words."""
        ids = {"merchant": self._settings.merchant}
        try:
            self._called(Request("GET", "/merchants/{merchant}", ids))
        except BankRefused:
            return [Finding(Severity.PROBLEM, "Магазин", "Банк не знает такого магазина.")]
        return [Finding(Severity.OK, "Связь", "Банк отвечает и знает магазин.")]

    def _payment(self, request: Request) -> _Payment:
        return self._checked(request, _ONE)

    def _checked(self, request: Request, kind: TypeAdapter[T]) -> T:
        """Call and read the answer strictly; one that cannot be read proves nothing."""
        answer = self._called(request)
        try:
            return kind.validate_python(answer.body)
        except ValidationError:
            raise BankUnavailable("unreadable answer", sent=request.is_write) from None

    def _called(self, request: Request) -> Answer:
        content, _ = request.content
        text = f"{request.method} {request.path} {content or ''}"
        seals = {HEADER: seal(self._settings.secret.get_secret_value(), text)}
        sealed = Request(
            request.method,
            request.template,
            request.ids,
            request.query,
            request.body,
            headers=seals,
        )
        answer = self._http.call(sealed)
        if answer.status in REFUSALS:
            raise BankRefused(REFUSALS[answer.status], _reason(answer.body))
        if answer.status == 401:
            raise BankMisconfigured("the toy bank does not accept our seal")
        if answer.status not in (200, 201):
            raise BankUnavailable(f"status {answer.status}", sent=request.is_write)
        return answer

    def _link(self, told: _Payment) -> PaymentLink:
        is_simulated = is_loopback(self._settings.base_url)
        if not is_safe_link(told.url, (), is_simulated=is_simulated):
            raise BankUnavailable("the link leads to an unsafe address", sent=True)
        return PaymentLink(told.id, told.url, told.expires_at)

    def _lines(self, told: _Payment) -> list[BankLine]:
        lines = [
            BankLine(refund.id, LineKind.REFUND, self._money(refund.amount), refund.at)
            for refund in told.refunds
            if refund.state == "done"
        ]
        if told.paid_at is None:
            return lines
        amount = self._money(told.amount)
        return [BankLine(f"{told.id}-paid", LineKind.CAPTURE, amount, told.paid_at), *lines]

    def _money(self, minor: int) -> Money:
        return Money(minor, self._settings.currency)


def connect(account: str, settings: Mapping[str, Any]) -> BankConnector:
    """Make the connector of an account: what the entry point names."""
    return ToyBankConnector(account, ToyBankSettings.model_validate(dict(settings)))


def _reason(body: object) -> str:
    reason = body.get("error") if isinstance(body, dict) else None
    return str(reason or "the toy bank says no")[:_REASON_MAX]
