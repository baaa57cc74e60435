"""What Freedom Pay says, sealed by the simulator's own hand, and a bank that says it."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import httpx

from portal.banks.freedompay.connector import FreedomPayConnector
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.sandbox.freedompay.papers import write_paper
from portal.sandbox.freedompay.seals import with_seal

SECRET, BASE = "kz-test-secret", "https://api.bank.test"
MERCHANT, OPERATION, REFERENCE = "100001", "1814725568", "PNM-000042"
CALLBACKS = "https://pay.example.org/webhooks/kazakh"
PAGE = "https://customer.freedompay.kz/pay.html?customer=2f0d7c1e-6b8a-4c5e-9f5b-0c1f5a9d7e11"
RESULT = {
    "pg_order_id": REFERENCE,
    "pg_payment_id": OPERATION,
    "pg_amount": "1500.00",
    "pg_currency": "KZT",
    "pg_net_amount": "1456.50",
    "pg_description": "Консультация; первая",
    "pg_result": "1",
    "pg_payment_date": "2026-07-22 16:40:02",
    "pg_can_reject": "1",
    "pg_captured": "1",
    "pg_testing_mode": "0",
    "pg_card_pan": "4716-04XX-XXXX-1981",
    "pg_card_owner": "TEST; CARD",
    "pg_user_phone": "77010000000",
    "pg_user_contact_email": "user@example.test",
}
BINDING = {
    "pg_payment_id": "1814725900",
    "pg_order_id": "BIND-u-7-1",
    "pg_user_id": "u-7",
    "pg_status": "success",
    "pg_type": "approve",
    "pg_card_token": "ef741cfc-f85e-41a0-84e6-2ba964912182",
    "pg_card_hash": "4111-11XX-XXXX-1111",
    "pg_country": "KZ",
}


def settings(**changes: object) -> FreedomPaySettings:
    """Describe the account of the tests."""
    own = {
        "merchant_id": MERCHANT,
        "secret_key": SECRET,
        "base_url": BASE,
        "callback_url": CALLBACKS,
    }
    return FreedomPaySettings.model_validate({**own, **changes})


def connector(**changes: object) -> FreedomPayConnector:
    """Make a connector that reaches nobody."""
    return FreedomPayConnector("kazakh", settings(**changes))


def form(fields: Mapping[str, object], script: str = "result", secret: str = SECRET) -> bytes:
    """Seal fields as the bank does and send them as a form."""
    return urlencode(with_seal(script, list(fields.items()), secret)).encode()


def in_xml(fields: Mapping[str, object], script: str, secret: str = SECRET) -> bytes:
    """Seal fields and send them as ``pg_xml``."""
    paper = write_paper(with_seal(script, list(fields.items()), secret))
    return urlencode({"pg_xml": paper}).encode()


class Each(list):
    """Answers of one call, one after another."""

    def __init__(self, *answers: object) -> None:
        super().__init__(answers)


class Bank:
    """Answers each script with the pairs, or the response, that the test prepared."""

    def __init__(self, **answers: object) -> None:
        self.requests: list[httpx.Request] = []
        self.answers = answers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Be the transport's handler."""
        self.requests.append(request)
        script = request.url.path.rpartition("/")[2]
        answer = self.answers[script.removesuffix(".php")]
        if isinstance(answer, Each):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, httpx.Response):
            answer = paper(with_seal(script, list(answer), SECRET))
        # A fresh one each time: a stream is read once, here as on the wire.
        stream = httpx.ByteStream(answer.content)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)

    def connector(self, **changes: object) -> FreedomPayConnector:
        """Make a connector that speaks with this bank."""
        return FreedomPayConnector("kazakh", settings(**changes), httpx.MockTransport(self))

    def sent(self, number: int = -1) -> dict[str, str]:
        """Return the form of a request."""
        return dict(parse_qsl(self.requests[number].content.decode()))


def paper(pairs: list[tuple[str, object]]) -> httpx.Response:
    """Answer with pairs as they are, sealed or not."""
    return httpx.Response(200, content=write_paper(pairs).encode())


def error(code: str, text: str = "Отказ") -> httpx.Response:
    """Say no, unsigned as the bank does (§3.4)."""
    told = [("pg_status", "error"), ("pg_error_code", code), ("pg_error_description", text)]
    return paper(told)


def status(**changes: object) -> list[tuple[str, object]]:
    """Describe a paid operation (§7); a field set to None is left out."""
    fields = {
        "pg_status": "ok",
        "pg_payment_id": OPERATION,
        "pg_order_id": REFERENCE,
        "pg_amount": "1500.00",
        "pg_currency": "KZT",
        "pg_payment_status": "success",
        "pg_captured": "1",
        "pg_payment_method": "bankcard",
        "pg_card_pan": "4716-04XX-XXXX-1981",
        "pg_create_date": "2026-07-22 16:39:00",
        "pg_payment_date": "2026-07-22 16:40:02",
    }
    return [(name, value) for name, value in {**fields, **changes}.items() if value is not None]


def child(payment_id: str, amount: str, word: str = "success") -> tuple[str, object]:
    """Describe one refund within a payment."""
    inner = [("pg_payment_id", payment_id), ("pg_payment_status", word), ("pg_amount", amount)]
    return "pg_refund_payment", [*inner, ("pg_payment_date", "2026-07-23 10:00:00")]
