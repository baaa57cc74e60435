"""The bank's own sandbox mode (tochka.md §1.1): canned answers, whatever is asked."""

from typing import Any

from flask import Blueprint, Response, request

from portal.sandbox.tochka.envelope import Answer, as_refusal, as_response

AUTHORIZATION = "Bearer sandbox.jwt.token"
OPERATION_ID = "48232c9a-ce82-1593-3cb6-5c85a1ffef8f"
CREATED = {
    "purpose": "Перевод за оказанные услуги",
    "status": "CREATED",
    "amount": 1234.0,
    "operationId": OPERATION_ID,
    "paymentLink": f"https://merch.securepaytb.ru/order/?uuid={OPERATION_ID}",
    "paymentMode": ["sbp", "card"],
    "merchantId": "200000000001097",
}
CREATED_WITH_RECEIPT = {
    **CREATED,
    "customerCode": "1234567ab",
    "Client": {"email": "client@example.ru"},
    "Items": [{"name": "Услуга", "amount": 1234.0, "quantity": 1.0, "measure": "шт."}],
}
OPERATION = {
    **CREATED,
    "customerCode": "1234567ab",
    "createdAt": "2026-01-10T10:00:00+00:00",
    "Order": [],
}
CUSTOMER = {
    "customerCode": "1234567ab",
    "customerType": "Business",
    "isResident": True,
    "taxCode": "660000000000",
    "fullName": "ИП Тестовый Клиент",
}
RETAILER = {
    "status": "REG",
    "isActive": True,
    "mcc": "7299",
    "rate": 2.6,
    "name": "Тестовая точка",
    "merchantId": "200000000001097",
    "terminalId": "20000032",
    "paymentModes": ["sbp", "card"],
}
REGISTRY = {
    "paymentType": "card",
    "totalAmount": 1234.0,
    "payments": [
        {
            "purpose": CREATED["purpose"],
            "status": "APPROVED",
            "amount": 1234.0,
            "operationId": OPERATION_ID,
            "paymentLink": CREATED["paymentLink"],
            "time": "2026-01-10T10:05:00+00:00",
            "number": "1",
            "commission": 32.08,
            "enrollmentAmount": 1201.92,
        }
    ],
}
REFUND = {
    "isRefund": True,
    "operationId": OPERATION_ID,
    "amount": 1234.0,
    "date": "2026-01-10",
    "orderId": "1",
}
PAYMENTS = "/acquiring/v1.0/payments"
ANSWERS: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/open-banking/v1.0/customers"): {"Customer": [CUSTOMER]},
    ("GET", "/open-banking/v1.0/customers/1234567ab"): CUSTOMER,
    ("GET", "/acquiring/v1.0/retailers"): {"Retailer": [RETAILER]},
    ("GET", "/acquiring/v1.0/registry"): {"Registry": [REGISTRY]},
    ("POST", PAYMENTS): CREATED,
    ("POST", PAYMENTS + "_with_receipt"): CREATED_WITH_RECEIPT,
    ("GET", PAYMENTS): {"Operation": [OPERATION]},
    ("GET", PAYMENTS + "/<operationId>"): {"Operation": [OPERATION]},
    ("POST", PAYMENTS + "/<operationId>/capture"): {"result": True},
    ("POST", PAYMENTS + "/<operationId>/refund"): REFUND,
}

canned = Blueprint("canned", __name__, url_prefix="/tochka/sandbox/v2")


@canned.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
def answer_canned(path: str) -> Response:
    """Answer from the table: 403 for another token, 501 for what the sandbox lacks."""
    if request.headers.get("Authorization") != AUTHORIZATION:
        return as_refusal(403)
    data = ANSWERS.get((request.method, _template_of(path)))
    return as_refusal(501) if data is None else as_response(Answer(data))


def _template_of(path: str) -> str:
    parts = path.split("/")
    if "/".join(parts[:3]) == PAYMENTS[1:] and len(parts) > 3:
        parts[3] = "<operationId>"
    return "/" + "/".join(parts)
