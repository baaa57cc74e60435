"""Every answer has all the fields that the reference marks required."""

from datetime import date, timedelta

import pytest

LIST = {"customerCode": "300000092"}
RECEIPT = {
    "Client": {"email": "ivanov@example.ru"},
    "Items": [{"name": "Консультация", "amount": 1500.00, "quantity": 1}],
}
CUSTOMER = {"customerCode", "customerType", "isResident", "fullName"}
RETAILER = {"status", "isActive", "mcc", "rate", "name", "paymentModes"}
CREATED = {"purpose", "amount", "operationId", "paymentLink", "paymentMode"}
RECEIPT_ECHO = {"customerCode", "Client", "Items"}
OPERATION = {"customerCode", "createdAt", "amount", "status", "operationId", "paymentLink", "Order"}
LINE = {"orderId", "type", "amount", "time"}
REFUND = {"isRefund", "operationId", "amount", "date", "orderId"}
REGISTRY_LINE = {"purpose", "status", "amount", "operationId", "paymentLink", "time", "number"}
REGISTRY_LINE |= {"commission", "enrollmentAmount"}


@pytest.mark.parametrize(
    ("path", "query", "name", "required"),
    [
        ("/open-banking/v1.0/customers", {}, "Customer", CUSTOMER),
        ("/acquiring/v1.0/retailers", LIST, "Retailer", RETAILER),
        ("/acquiring/v1.0/payments", LIST, "Operation", OPERATION),
    ],
)
def test_a_list_has_its_required_fields(bank, path, query, name, required):
    bank.create()

    answer = bank.call("GET", path, **query)

    assert answer.json["Data"][name] != []
    assert [required - set(each) for each in answer.json["Data"][name]] == [set()] * len(
        answer.json["Data"][name]
    )
    assert answer.json["Links"]["self"].startswith(f"http://127.0.0.1:8010/tochka/uapi{path}")
    assert answer.json["Meta"] == {"totalPages": 1}


def test_a_customer_by_code_is_unwrapped(bank):
    answer = bank.call("GET", "/open-banking/v1.0/customers/300000092")

    assert set(answer.json["Data"]) >= CUSTOMER
    assert answer.json["Data"]["customerType"] == "Business"


def test_a_created_payment_has_its_required_fields(bank):
    assert set(bank.create()) >= CREATED | {"status", "paymentLinkId", "merchantId"}


def test_a_created_payment_with_a_receipt_echoes_it(bank):
    path = "/acquiring/v1.0/payments_with_receipt"
    data = {**LIST, "amount": 1500.00, "purpose": "Консультация", "paymentMode": ["card"]}

    created = bank.call("POST", path, {"Data": {**data, **RECEIPT}}).json["Data"]

    assert set(created) >= CREATED | RECEIPT_ECHO
    assert created["Client"] == {"email": "ivanov@example.ru"}
    assert created["Items"] == [
        {"name": "Консультация", "amount": 1500.0, "quantity": 1.0, "measure": "шт."}
    ]


def test_a_refunded_operation_has_its_required_fields(bank):
    operation_id = bank.paid("sbp")

    refund = bank.refund(operation_id, 500.00).json["Data"]

    operation = bank.info(operation_id)
    assert set(refund) == REFUND
    assert set(operation) >= OPERATION
    assert [set(line) for line in operation["Order"]] == [LINE, LINE]


def test_the_registry_has_its_required_fields(bank):
    operation = bank.info(bank.paid("sbp"))
    bank.advance(86400)
    days = {"merchantId": "200000000001056", "date": operation["paidAt"][:10]}

    found = [
        bank.call("GET", "/acquiring/v1.0/registry", **LIST, **(days | {"date": day}))
        for day in (days["date"], next_day(days["date"]))
    ]

    groups = [group for answer in found for group in answer.json["Data"]["Registry"]]
    assert [group["totalAmount"] for group in groups] == [1500.0]
    assert [set(line) for line in groups[0]["payments"]] == [REGISTRY_LINE]
    assert groups[0]["payments"][0]["enrollmentAmount"] == 1461.0


def test_a_capture_and_a_webhook_answer_with_a_result(subscribed):
    operation_id = subscribed.paid(preAuthorization=True)
    hook = "/webhook/v1.0/local-client-id"

    answers = [
        subscribed.call("POST", f"/acquiring/v1.0/payments/{operation_id}/capture"),
        subscribed.call("POST", hook + "/test_send", {"webhookType": "acquiringInternetPayment"}),
        subscribed.call("DELETE", hook),
    ]

    assert [answer.json["Data"] for answer in answers] == [{"result": True}] * 3
    assert [set(answer.json) for answer in answers] == [{"Data", "Links", "Meta"}] * 3


@pytest.mark.parametrize(
    ("method", "path", "name", "required"),
    [
        ("GET", "/open-banking/v1.0/customers", "Customer", CUSTOMER),
        ("GET", "/open-banking/v1.0/customers/1234567ab", None, CUSTOMER),
        ("GET", "/acquiring/v1.0/retailers", "Retailer", RETAILER),
        ("GET", "/acquiring/v1.0/payments", "Operation", OPERATION),
        ("GET", "/acquiring/v1.0/payments/any", "Operation", OPERATION),
        ("GET", "/acquiring/v1.0/registry", "Registry", {"paymentType", "totalAmount", "payments"}),
        ("POST", "/acquiring/v1.0/payments", None, CREATED),
        ("POST", "/acquiring/v1.0/payments_with_receipt", None, CREATED | RECEIPT_ECHO),
        ("POST", "/acquiring/v1.0/payments/any/refund", None, REFUND),
        ("POST", "/acquiring/v1.0/payments/any/capture", None, {"result"}),
    ],
)
def test_a_canned_answer_has_its_required_fields(bank, method, path, name, required):
    headers = {"Authorization": "Bearer sandbox.jwt.token"}

    answer = bank.client.open("/tochka/sandbox/v2" + path, method=method, headers=headers)

    shown = answer.json["Data"][name][0] if name else answer.json["Data"]
    assert required - set(shown) == set()
    assert set(answer.json) == {"Data", "Links", "Meta"}


def test_a_registered_webhook_shows_its_list_and_url(subscribed, receiver):
    answer = subscribed.call("GET", "/webhook/v1.0/local-client-id")

    assert answer.json["Data"] == {
        "webhooksList": ["acquiringInternetPayment"],
        "url": receiver.url,
    }


def next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
