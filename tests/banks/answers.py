"""What Tochka answers, composed from the reference, and a bank of MockTransport that says it."""

import json
from collections.abc import Callable

import httpx

from portal.banks.tochka.connector import TochkaConnector
from portal.banks.tochka.settings import TochkaSettings

BASE = "https://bank.test/uapi"
TOKEN = "secret-token-of-ours"
CUSTOMER, MERCHANT = "300000092", "200000000001056"
OPERATION = "48232c9a-ce82-1593-3cb6-5c85a1ffef8f"
LINK = f"https://merch.securepaytb.ru/order/?uuid={OPERATION}"
REFERENCE = "cons-1042-1"
ERROR_ID = "6b0f1c0e-6d0b-4a52-9a0b-2f0d8a6a7f11"
Answer = httpx.Response | Exception


def data(**fields: object) -> httpx.Response:
    """Wrap fields as the bank does (§2.1)."""
    body = {"Data": fields, "Links": {"self": BASE}, "Meta": {"totalPages": 1}}
    return httpx.Response(200, json=body)


def raw(text: str | bytes, status: int = 200) -> httpx.Response:
    """Answer exactly these bytes."""
    return httpx.Response(status, content=text)


def error(status: int, message: str = "Something going wrong") -> httpx.Response:
    """Refuse in the form of §2.3."""
    inner = {"errorCode": "Error", "message": message, "url": "http://enter.tochka.com/docs"}
    body = {"code": str(status), "id": ERROR_ID, "message": "Что-то не так", "Errors": [inner]}
    return httpx.Response(status, json=body)


def customers(*kinds: str) -> httpx.Response:
    """List companies, a Personal one first as in the task; Business codes end with their place."""
    kinds = kinds or ("Personal", "Business")
    codes = {1: CUSTOMER}
    listed = [
        {"customerCode": codes.get(n, f"30000010{n}"), "customerType": kind, "fullName": "Пример"}
        for n, kind in enumerate(kinds)
    ]
    return data(Customer=listed)


def retailer(**changes: object) -> dict[str, object]:
    """Describe a point that takes payments (§4)."""
    point = {
        "status": "REG",
        "isActive": True,
        "merchantId": MERCHANT,
        "paymentModes": ["sbp", "card"],
        "cashbox": "businessRu",
    }
    return {**point, **changes}


def created(**changes: object) -> httpx.Response:
    """Answer a creation (§5)."""
    fields = {"operationId": OPERATION, "paymentLink": LINK, "status": "CREATED", "amount": 1500.0}
    return data(**{**fields, "paymentLinkId": REFERENCE, **changes})


def line(line_id: str, kind: str, amount: object, **changes: object) -> dict[str, object]:
    """Describe one entry of ``Order[]``."""
    entry = {"orderId": line_id, "type": kind, "amount": amount}
    return {**entry, "time": "2026-11-01T10:03:12+00:00", **changes}


def operation(**changes: object) -> dict[str, object]:
    """Describe a paid operation (§8.1)."""
    fields = {
        "customerCode": CUSTOMER,
        "merchantId": MERCHANT,
        "operationId": OPERATION,
        "paymentLinkId": REFERENCE,
        "paymentLink": LINK,
        "amount": 1500.0,
        "status": "APPROVED",
        "paymentType": "card",
        "createdAt": "2026-11-01T10:00:00+00:00",
        "paidAt": "2026-11-01T13:03:12+03:00",
        "Order": [line("1", "approval", 1500.0)],
    }
    return {**fields, **changes}


def read(**changes: object) -> httpx.Response:
    """Answer a reading: an array even for one operation."""
    return data(Operation=[operation(**changes)])


def refunded(**changes: object) -> httpx.Response:
    """Answer a refund (§10.1); its orderId is not the line's."""
    fields = {"isRefund": True, "operationId": OPERATION, "amount": 500.0, "date": "2026-11-02"}
    return data(**{**fields, "orderId": "other-than-the-line", **changes})


class Bank:
    """Answers each call with what the test prepared; the last answer of a call is repeated."""

    def __init__(self, **answers: Answer | list[Answer]) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: dict[str, Answer | list[Answer]] = {
            "customers": customers(),
            "retailers": data(Retailer=[retailer()]),
            **answers,
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Be the transport's handler."""
        self.requests.append(request)
        prepared = self.answers[_name(request)]
        answer = prepared if not isinstance(prepared, list) else prepared[0]
        if isinstance(prepared, list) and len(prepared) > 1:
            del prepared[0]
        if isinstance(answer, Exception):
            raise answer
        # A fresh one each time: a stream is read once, here as on the wire.
        stream = httpx.ByteStream(answer.content)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)

    def connector(self, **settings: object) -> TochkaConnector:
        """Make a connector that speaks with this bank; ``settings`` override the dull ones."""
        options = {"token": TOKEN, "client_id": "client-1", "base_url": BASE, **settings}
        made = TochkaSettings.model_validate(options)
        return TochkaConnector("tochka", made, httpx.MockTransport(self))

    def sent(self, name: str) -> list[httpx.Request]:
        """Return the requests of one kind."""
        return [request for request in self.requests if _name(request) == name]

    def body(self, name: str) -> dict[str, object]:
        """Return the JSON of the only request of a kind."""
        (request,) = self.sent(name)
        return json.loads(request.content, parse_float=str)


def _name(request: httpx.Request) -> str:
    path = request.url.path.removeprefix("/uapi")
    for name, is_it in NAMES.items():
        if is_it(request.method, path):
            return name
    raise AssertionError(f"nobody calls {request.method} {path}")


NAMES: dict[str, Callable[[str, str], bool]] = {
    "customers": lambda verb, path: path == "/open-banking/v1.0/customers",
    "retailers": lambda verb, path: path == "/acquiring/v1.0/retailers",
    "key": lambda verb, path: path.endswith("/keys/public"),
    "webhook_test": lambda verb, path: path == "/webhook/v1.0/client-1/test_send",
    "webhook": lambda verb, path: (verb, path) == ("GET", "/webhook/v1.0/client-1"),
    "webhook_put": lambda verb, path: (verb, path) == ("PUT", "/webhook/v1.0/client-1"),
    "webhook_post": lambda verb, path: (verb, path) == ("POST", "/webhook/v1.0/client-1"),
    "webhook_delete": lambda verb, path: (verb, path) == ("DELETE", "/webhook/v1.0/client-1"),
    "refund": lambda verb, path: verb == "POST" and path.endswith(f"{OPERATION}/refund"),
    "read": lambda verb, path: verb == "GET" and "/payments/" in path,
    "list": lambda verb, path: (verb, path) == ("GET", "/acquiring/v1.0/payments"),
    "create": lambda verb, path: verb == "POST" and path.endswith("/payments"),
    "create_with_receipt": lambda verb, path: path.endswith("/payments_with_receipt"),
}
