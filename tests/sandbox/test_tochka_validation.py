"""What the bank refuses to create, field by field (tochka.md §5 and §6)."""

from typing import Any

import pytest

RECEIPT = "/acquiring/v1.0/payments_with_receipt"
LONG_URL = "https://shop.example.ru/" + "a" * 2100

BAD_FIELDS = [
    ("customerCode", None),
    ("customerCode", "30000009"),
    ("customerCode", "3000000921"),
    ("customerCode", 300000092),
    ("amount", None),
    ("amount", 0),
    ("amount", -1),
    ("amount", "many"),
    ("amount", True),
    ("amount", 10.001),
    ("purpose", None),
    ("purpose", ""),
    ("purpose", "я" * 141),
    ("paymentMode", None),
    ("paymentMode", []),
    ("paymentMode", ["cash"]),
    ("paymentMode", "card"),
    ("paymentMode", ["tinkoff"]),
    ("merchantId", "1234"),
    ("redirectUrl", "not a url"),
    ("redirectUrl", LONG_URL),
    ("failRedirectUrl", "javascript:alert(1)"),
    ("saveCard", "yes"),
    ("saveCard", 1),
    ("consumerId", 7),
    ("consumerId", ["anna"]),
    ("preAuthorization", 1),
    ("ttl", 0),
    ("ttl", 44641),
    ("ttl", 1.5),
    ("paymentLinkId", ""),
    ("paymentLinkId", "x" * 46),
]
GOOD_FIELDS = [
    ("amount", "1234.00"),
    ("amount", 0.01),
    ("purpose", "я" * 140),
    ("paymentMode", ["sbp"]),
    ("merchantId", None),
    ("ttl", 1),
    ("ttl", 44640),
    ("paymentLinkId", "x" * 45),
    ("saveCard", True),
    ("consumerId", "0d5b2c5e-1f0a-4a83-9c0e-7a8f4b6b7d21"),
    ("somethingNew", {"unknown": 1}),
]
ITEM = {"name": "Консультация", "amount": 750.00, "quantity": 2}
SUPPLIER = {"phone": "+79991234567", "name": "ИП Пример", "taxCode": "660000000000"}
BAD_RECEIPTS: list[dict[str, Any]] = [
    {"Client": None},
    {"Client": {"name": "Без почты"}},
    {"Client": {"email": "not-an-email"}},
    {"Items": None},
    {"Items": []},
    {"Items": [{**ITEM, "quantity": 0}]},
    {"Items": [{**ITEM, "name": ""}]},
    {"Items": [{**ITEM, "name": "я" * 257}]},
    {"Items": [{**ITEM, "vatType": "vat20"}]},
    {"Items": [{**ITEM, "paymentMethod": "advance"}]},
    {"Items": [{**ITEM, "paymentObject": "payment"}]},
    {"Items": [{**ITEM, "measure": "шт"}]},
    {"Items": [{**ITEM, "Supplier": {**SUPPLIER, "phone": "123"}}]},
    {"Items": [{**ITEM, "amount": 749.99}]},
    {"taxSystemCode": "envd"},
    {"Supplier": {**SUPPLIER, "taxCode": "123"}},
]
GOOD_RECEIPTS: list[dict[str, Any]] = [
    {},
    {"Client": {"email": "client@ponimayu.test"}},
    {"Items": [{"name": "Час", "amount": 1000.00, "quantity": 1.5, "measure": "ч."}]},
    {"Items": [{**ITEM, "vatType": "vat22", "paymentMethod": "full_prepayment"}]},
    {"Supplier": SUPPLIER, "taxSystemCode": "usn_income"},
]


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_a_wrong_field_is_refused_and_nothing_is_created(bank, field, value):
    answer = bank.ask_create(**{field: value})

    assert answer.status_code == 400
    assert answer.json["Errors"][0]["message"].startswith(f"Field {field}")
    assert bank.client.get("/_control/tochka/operations").json == {"operations": []}


@pytest.mark.parametrize(("field", "value"), GOOD_FIELDS)
def test_a_field_at_its_limit_is_accepted(bank, field, value):
    assert bank.ask_create(**{field: value}).status_code == 200


@pytest.mark.parametrize("change", BAD_RECEIPTS)
def test_a_wrong_receipt_is_refused_and_nothing_is_created(bank, change):
    answer = bank.call("POST", RECEIPT, {"Data": with_receipt(change)})

    assert answer.status_code == 400
    assert answer.json["Errors"][0]["errorCode"] == "Validation Error"
    assert bank.client.get("/_control/tochka/operations").json == {"operations": []}


@pytest.mark.parametrize("change", GOOD_RECEIPTS)
def test_a_right_receipt_is_accepted(bank, change):
    assert bank.call("POST", RECEIPT, {"Data": with_receipt(change)}).status_code == 200


def test_the_sum_of_items_may_be_switched_off(bank):
    bank.set(check_items_sum=False)

    answer = bank.call("POST", RECEIPT, {"Data": with_receipt({"amount": 1.00})})

    assert answer.status_code == 200


def test_a_receipt_needs_a_cashbox(bank):
    bank.set(retailer_cashbox=None)

    assert bank.call("POST", RECEIPT, {"Data": with_receipt({})}).status_code == 400


@pytest.mark.parametrize("body", [None, [], {}, {"Data": None}, {"amount": 1}])
def test_a_body_without_data_is_refused(bank, body):
    assert bank.call("POST", "/acquiring/v1.0/payments", body).status_code == 400


def test_a_refusal_wears_the_banks_envelope(bank):
    answer = bank.ask_create(amount=0)

    assert set(answer.json) == {"code", "id", "message", "Errors"}
    assert answer.json["code"] == "400"
    assert answer.json["Errors"] == [
        {
            "errorCode": "Validation Error",
            "message": "Field amount : ensure this value is greater than 0",
            "url": "http://enter.tochka.com/open-banking/docs",
        }
    ]


def test_two_refusals_have_different_ids(bank):
    assert bank.ask_create(amount=0).json["id"] != bank.ask_create(amount=0).json["id"]


def with_receipt(change: dict[str, Any]) -> dict[str, Any]:
    data = {"customerCode": "300000092", "merchantId": "200000000001056", "amount": 1500.00}
    data |= {"purpose": "Консультация", "paymentMode": ["card"], "Items": [ITEM]}
    data |= {"Client": {"email": "ivanov@example.ru", "name": "Иванов Иван"}} | change
    return {name: value for name, value in data.items() if value is not None}
