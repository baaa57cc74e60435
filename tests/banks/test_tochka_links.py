"""Asking Tochka for a link, and finding one whose answer was lost (F3, B9, tochka.md §§5-8)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import time_machine

from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import (
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    Payer,
    PaymentLink,
    PaymentOrder,
    ReceiptItem,
    RefusedBecause,
)
from tests.banks.answers import (
    CUSTOMER,
    LINK,
    MERCHANT,
    OPERATION,
    REFERENCE,
    Bank,
    created,
    customers,
    data,
    error,
    operation,
    raw,
    retailer,
)

NOW = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


def rub(roubles: str) -> Money:
    return Money.from_major(Decimal(roubles), Currency.RUB)


def order(**changes: object) -> PaymentOrder:
    fields = {
        "reference": REFERENCE,
        "amount": rub("1500"),
        "purpose": "Консультация № 1042",
        "methods": (PaymentMethod.SBP, PaymentMethod.CARD),
        "payer": Payer("Иванов Иван", "ivanov@example.ru", None),
        "items": (ReceiptItem("Консультация", rub("1500"), Decimal(1)),),
        "success_url": "https://shop.example.ru/ok",
        "failure_url": "https://shop.example.ru/fail",
    }
    return PaymentOrder(**{**fields, **changes})


@time_machine.travel(NOW, tick=False)
def test_a_link_comes_with_the_operation_that_a_refund_will_name():
    bank = Bank(create_with_receipt=created())

    link = bank.connector().create_payment(order())

    assert link == PaymentLink(OPERATION, LINK, NOW + timedelta(minutes=30))


def test_a_payment_with_a_receipt_is_described_whole():
    bank = Bank(create_with_receipt=created())

    bank.connector(tax_system="usn_income").create_payment(order(consumer_id="c-1", save_card=True))

    assert bank.body("create_with_receipt")["Data"] == {
        "customerCode": CUSTOMER,
        "merchantId": MERCHANT,
        "amount": "1500.00",
        "purpose": "Консультация № 1042",
        "paymentMode": ["sbp", "card"],
        "redirectUrl": "https://shop.example.ru/ok",
        "failRedirectUrl": "https://shop.example.ru/fail",
        "ttl": 30,
        "paymentLinkId": REFERENCE,
        "saveCard": True,
        "consumerId": "c-1",
        "Client": {"name": "Иванов Иван", "email": "ivanov@example.ru"},
        "Items": [ITEM],
        "taxSystemCode": "usn_income",
    }


ITEM = {
    "name": "Консультация",
    "amount": "1500.00",
    "quantity": 1,
    "vatType": "none",
    "paymentMethod": "full_prepayment",
    "paymentObject": "service",
    "measure": "шт.",
}


def test_a_payment_without_a_receipt_names_no_items():
    bank = Bank(create=created())

    bank.connector(receipt="us").create_payment(order(methods=(PaymentMethod.SBP,)))

    sent = bank.body("create")["Data"]
    assert sent["paymentMode"] == ["sbp"]
    assert {"Client", "Items", "consumerId"} & set(sent) == set()


def test_an_amount_leaves_as_a_number_digit_for_digit():
    bank = Bank(create=created())

    bank.connector(receipt="us").create_payment(order(amount=rub("99999999.99"), items=()))

    assert b'"amount": 99999999.99, ' in bank.sent("create")[0].content


def test_long_texts_are_cut_to_what_the_bank_takes():
    bank = Bank(create_with_receipt=created())
    item = ReceiptItem("и" * 300, rub("1500"), Decimal(1))

    bank.connector().create_payment(order(purpose="п" * 200, items=(item,)))

    sent = bank.body("create_with_receipt")["Data"]
    assert sent["purpose"] == "п" * 140
    assert sent["Items"][0]["name"] == "и" * 256


UNSOUND = {
    "the receipt is a kopeck short": {
        "items": (ReceiptItem("Консультация", rub("1499.99"), Decimal(1)),)
    },
    "no items": {"items": ()},
    "the number is too long": {"reference": "x" * 46},
    "no number": {"reference": ""},
    "tenge": {"amount": Money(150_000, Currency.KZT)},
    "a method that the account lacks": {"methods": (PaymentMethod.OTHER,)},
    "no method": {"methods": ()},
}


@pytest.mark.parametrize("changes", UNSOUND.values(), ids=UNSOUND.keys())
def test_an_unsound_order_is_refused_before_anything_is_sent(changes):
    bank = Bank(create_with_receipt=created())

    with pytest.raises(BankRefused) as refused:
        bank.connector().create_payment(order(**changes))

    assert refused.value.because is RefusedBecause.INVALID
    assert bank.sent("create_with_receipt") == []


REFUSALS = {
    "validation": (error(400, "Field amount : wrong"), RefusedBecause.INVALID),
    "duplicate": (error(424, "Такой заказ уже существует"), RefusedBecause.DUPLICATE),
}


@pytest.mark.parametrize(("answer", "because"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_definite_no_to_a_link_keeps_its_cause(answer, because):
    bank = Bank(create_with_receipt=answer)

    with pytest.raises(BankRefused) as refused:
        bank.connector().create_payment(order())

    assert refused.value.because is because


LOST = {
    "read timeout": (httpx.ReadTimeout("slow"), True),
    "reset": (httpx.ReadError("reset"), True),
    "protocol": (httpx.RemoteProtocolError("cut"), True),
    "424 of a dependency": (error(424, "Fail dependent service"), True),
    "424 that denies": (error(424, "Клиент не существует"), True),
    "500": (error(500), True),
    "502 html": (raw("<h1>Bad gateway</h1>", 502), True),
    "broken json": (raw('{"Data": {'), True),
    "empty": (raw(""), True),
    "204": (httpx.Response(204), True),
    "array": (raw("[]"), True),
    "redirect": (httpx.Response(302, headers={"Location": "https://evil.test/"}), True),
    "refused": (httpx.ConnectError("refused"), False),
    "connect timeout": (httpx.ConnectTimeout("slow"), False),
    "pool timeout": (httpx.PoolTimeout("full"), False),
    "429": (httpx.Response(429, headers={"Retry-After": "99999999"}), False),
}


@pytest.mark.parametrize(("answer", "is_sent"), LOST.values(), ids=LOST.keys())
def test_a_lost_answer_to_a_creation_says_whether_it_may_exist(answer, is_sent):
    bank = Bank(create_with_receipt=answer)

    with pytest.raises(BankUnavailable) as lost:
        bank.connector().create_payment(order())

    assert lost.value.sent is is_sent
    assert len(bank.sent("create_with_receipt")) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405, 501])
def test_a_wrong_token_or_path_is_our_own_fault(status):
    bank = Bank(create_with_receipt=error(status, "Forbidden by consent"))

    with pytest.raises(BankMisconfigured):
        bank.connector().create_payment(order())


BAD_LINKS = [
    "javascript:alert(1)",
    "http://merch.securepaytb.ru/order",
    "http://127.0.0.1:8010/order",
    "//merch.securepaytb.ru/order",
    "https://",
    "https://[broken",
    "ftp://merch.securepaytb.ru/order",
    "",
    None,
    7,
]


@pytest.mark.parametrize("link", BAD_LINKS)
def test_a_payer_is_never_sent_to_an_unsafe_link(link):
    bank = Bank(create_with_receipt=created(paymentLink=link))

    with pytest.raises(BankUnavailable) as lost:
        bank.connector().create_payment(order())

    assert lost.value.sent is True


def test_only_the_named_hosts_are_followed_when_some_are_named():
    bank = Bank(create_with_receipt=created(paymentLink="https://evil.test/order"))

    with pytest.raises(BankUnavailable):
        bank.connector(payment_hosts="merch.securepaytb.ru").create_payment(order())


@pytest.mark.parametrize("operation_id", [None, "", "..", "a/b", "x" * 65, 5])
def test_an_operation_id_that_cannot_be_one_is_not_taken(operation_id):
    bank = Bank(create_with_receipt=created(operationId=operation_id))

    with pytest.raises(BankUnavailable):
        bank.connector().create_payment(order())


CODES = {
    "no Business": {"customers": customers("Personal")},
    "two Businesses": {"customers": customers("Business", "Business")},
    "no point": {"retailers": data(Retailer=[])},
    "a point in the making": {"retailers": data(Retailer=[retailer(status="NEW")])},
    "a stopped point": {"retailers": data(Retailer=[retailer(isActive=False)])},
    "isActive in quotes": {"retailers": data(Retailer=[retailer(isActive="true")])},
    "two points": {"retailers": data(Retailer=[retailer(), retailer()])},
}


@pytest.mark.parametrize("answers", CODES.values(), ids=CODES.keys())
def test_without_one_company_and_one_ready_point_nothing_is_asked(answers):
    bank = Bank(create_with_receipt=created(), **answers)

    with pytest.raises(BankMisconfigured):
        bank.connector().create_payment(order())

    assert bank.sent("create_with_receipt") == []


def test_our_codes_are_asked_once_and_configured_ones_never():
    bank = Bank(create_with_receipt=created())

    connector = bank.connector()
    connector.create_payment(order())
    connector.create_payment(order())
    bank.connector(customer_code=CUSTOMER, merchant_id=MERCHANT).create_payment(order())

    assert len(bank.sent("customers")) == 1
    assert len(bank.sent("retailers")) == 1


@pytest.mark.parametrize("place", [0, 1])
def test_a_lost_link_is_found_by_our_reference(place):
    others = [operation(paymentLinkId="another", customerCode=CUSTOMER)]
    others.insert(place, operation())
    bank = Bank(list=data(Operation=others))

    link = bank.connector().find_payment(REFERENCE, NOW)

    assert link == PaymentLink(OPERATION, LINK, NOW + timedelta(minutes=30))
    query = dict(bank.sent("list")[0].url.params)
    assert query == {
        "customerCode": CUSTOMER,
        "fromDate": "2026-10-31",
        "toDate": "2026-11-02",
        "perPage": "250",
        "page": "1",
    }
