"""Reading an operation at Tochka: the truth, or nothing (tochka.md §§7-8, reliability.md B)."""

from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from portal.banks.tochka.words import status_word
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import (
    BankLine,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    KeptCard,
    LineKind,
    Operation,
    RefusedBecause,
)
from tests.banks.answers import (
    OPERATION,
    REFERENCE,
    Bank,
    data,
    error,
    line,
    operation,
    raw,
    read,
    retailer,
)

PAID_AT = datetime(2026, 11, 1, 10, 3, 12, tzinfo=UTC)


def rub(roubles: str) -> Money:
    return Money.from_major(Decimal(roubles), Currency.RUB)


def reading(**changes: object) -> Operation:
    return Bank(read=read(**changes)).connector().read_operation(OPERATION)


def test_a_paid_operation_is_read_whole():
    card = {"maskedPan": "220445******0792", "cardType": "Mir", "tokenCardId": "208452"}

    assert reading(CofToken=card) == Operation(
        operation_id=OPERATION,
        reference=REFERENCE,
        status=PaymentStatus.PAID,
        amount=rub("1500"),
        is_ours=True,
        method=PaymentMethod.CARD,
        lines=(BankLine("1", LineKind.CAPTURE, rub("1500"), PAID_AT),),
        paid_at=PAID_AT,
        bank_word="оплачен (APPROVED)",
        refund_in_progress=False,
        card_last4="0792",
        card=KeptCard("208452", "Mir", "0792"),
    )


STATUSES = {
    "CREATED": (PaymentStatus.PENDING, False),
    "AUTHORIZED": (PaymentStatus.PENDING, False),
    "WAIT_FULL_PAYMENT": (PaymentStatus.PENDING, False),
    "APPROVED": (PaymentStatus.PAID, False),
    "ON-REFUND": (PaymentStatus.PAID, True),
    "REFUNDED": (PaymentStatus.PAID, False),
    "REFUNDED_PARTIALLY": (PaymentStatus.PAID, False),
    "EXPIRED": (PaymentStatus.EXPIRED, False),
    "approved": (None, False),
    "ON_REFUND": (None, False),
    "CHARGED_BACK": (None, False),
    "": (None, False),
}


@pytest.mark.parametrize("word", STATUSES)
def test_every_word_of_the_bank_has_one_meaning_and_new_ones_have_none(word):
    found = reading(status=word)

    assert (found.status, found.refund_in_progress) == STATUSES[word]
    assert found.bank_word == status_word(word)


@pytest.mark.parametrize("status", [None, 1, ["APPROVED"], {"name": "APPROVED"}, True])
def test_a_status_that_is_no_word_has_no_meaning(status):
    assert reading(status=status).status is None


METHODS = {
    "sbp": PaymentMethod.SBP,
    "card": PaymentMethod.CARD,
    "tinkoff": PaymentMethod.OTHER,
    "digitalRuble": PaymentMethod.OTHER,
    None: None,
}


@pytest.mark.parametrize("kind", METHODS)
def test_a_way_to_pay_that_is_new_is_another_one(kind):
    assert reading(paymentType=kind).method is METHODS[kind]


SUMS = {"number": 0.33, "text": "0.33", "zeros": "0.3", "whole": 5, "big": "99999999.99"}
READ_SUMS = {"number": "0.33", "text": "0.33", "zeros": "0.3", "whole": "5", "big": "99999999.99"}


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_is_read_to_the_kopeck(name):
    assert reading(amount=SUMS[name]).amount == rub(READ_SUMS[name])


BAD_SUMS = [
    "0",
    "-1",
    "1e3",
    "1_000",
    "١٢٣",
    "0,33",
    "0.333",
    " 0.33",
    0.333,
    0,
    -1,
    True,
    None,
    [],
    {},
    10**30,
    "999999999999999",
    "NaN",
]


@pytest.mark.parametrize("amount", BAD_SUMS)
def test_a_sum_that_must_be_guessed_is_not_read(amount):
    with pytest.raises(BankUnavailable):
        reading(amount=amount)
    with pytest.raises(BankUnavailable):
        reading(Order=[line("1", "refund", amount)])


def test_lines_are_named_by_kind_and_counted_once():
    capture, refund = line("1", "approval", 1500.0), line("2", "refund", "500.5")
    hold, unknown = line("0", "authorized", 1500), line("9", "chargeback", 1)

    found = reading(Order=[hold, capture, refund, unknown, refund, {**refund, "time": "later"}])

    assert [(each.line_id, each.kind, each.amount) for each in found.lines] == [
        ("0", LineKind.HOLD, rub("1500")),
        ("1", LineKind.CAPTURE, rub("1500")),
        ("2", LineKind.REFUND, rub("500.50")),
    ]


def test_a_refund_larger_than_the_capture_is_told_as_it_is():
    found = reading(Order=[line("1", "approval", 1500.0), line("2", "refund", 1600.0)])

    assert found.lines[1].amount == rub("1600")


def test_ten_thousand_lines_are_read():
    lines = [line(str(number), "refund", 0.01) for number in range(10_000)]

    assert len(reading(Order=lines).lines) == 10_000


BAD_ORDERS = {
    "missing on a paid one": None,
    "an object": {"orderId": "1"},
    "a text": "[]",
    "two sums for one id": [line("1", "refund", 1), line("1", "refund", 2)],
    "two kinds for one id": [line("1", "approval", 1), line("1", "refund", 1)],
    "no id": [line("", "refund", 1)],
    "an id that is too long": [line("x" * 65, "refund", 1)],
    "no type": [line("1", "", 1)],
    "no object": ["refund"],
    "null": [None],
}


@pytest.mark.parametrize("order", BAD_ORDERS.values(), ids=BAD_ORDERS.keys())
def test_lines_that_could_hide_a_refund_are_not_read(order):
    with pytest.raises(BankUnavailable) as lost:
        reading(Order=order)

    assert lost.value.sent is False


@pytest.mark.parametrize("status", ["CREATED", "EXPIRED"])
def test_an_unpaid_operation_may_lack_its_lines(status):
    assert reading(status=status, Order=None).lines == ()


TIMES = {
    "2026-11-01T13:03:12+03:00": PAID_AT,
    "2026-11-01T10:03:12Z": PAID_AT,
    "2026-11-01T10:03:12": PAID_AT,
    "2026-11-01": datetime(2026, 11, 1, tzinfo=UTC),
    "2126-11-01T10:03:12+00:00": datetime(2126, 11, 1, 10, 3, 12, tzinfo=UTC),
    "0001-01-01T00:00:00+14:00": None,
    "yesterday": None,
    "": None,
    None: None,
    1_793_527_392: None,
}


@pytest.mark.parametrize("time", TIMES)
def test_an_odd_time_costs_no_money(time):
    found = reading(paidAt=time, Order=[line("1", "approval", 1500.0, time=time)])

    assert (found.paid_at, found.lines[0].at) == (TIMES[time], TIMES[time])


PANS = {
    "220445******0792": "0792",
    "2204451234560792": None,
    "****": None,
    "<b>0792": None,
    7: None,
}


@pytest.mark.parametrize("pan", PANS)
def test_only_the_end_of_a_masked_card_is_kept(pan):
    assert reading(CofToken={"maskedPan": pan}).card_last4 == PANS[pan]


def test_somebody_elses_operation_is_not_ours():
    assert reading(customerCode="300123123").is_ours is False
    assert reading(customerCode=None).is_ours is False
    assert reading(merchantId="200000000001234").is_ours is False
    assert reading(merchantId=None).is_ours is True


def test_an_old_point_of_sale_stays_readable_when_it_is_closed():
    closed = retailer(status="CLOSE", isActive=False)
    bank = Bank(read=read(), retailers=data(Retailer=[closed]))

    assert bank.connector().read_operation(OPERATION).is_ours is True


def test_a_configured_point_is_the_only_one_of_ours():
    bank = Bank(read=read())

    found = bank.connector(merchant_id="200000000009999").read_operation(OPERATION)

    assert found.is_ours is False
    assert bank.sent("retailers") == []


UNKNOWN = [error(404), error(424, "Операция не найдена"), error(424, "Payment not found")]


@pytest.mark.parametrize("answer", UNKNOWN)
def test_an_unknown_operation_is_a_definite_no(answer):
    with pytest.raises(BankRefused) as refused:
        Bank(read=answer).connector().read_operation(OPERATION)

    assert refused.value.because is RefusedBecause.NOT_FOUND


UNREADABLE = {
    "424 of a dependency": error(424, "Fail dependent service"),
    "500": error(500),
    "429": error(429),
    "html": raw("<html>", 502),
    "empty": raw(""),
    "array": raw("[]"),
    "no data": raw('{"Errors": []}'),
    "no operation": data(Operation=[]),
    "no list": data(Operation=operation()),
    "another operation": data(Operation=[operation(operationId="another")]),
    "NaN": raw('{"Data": {"Operation": [{"amount": NaN}]}}'),
    "two sums": raw('{"Data": {"Operation": [{"amount": 1, "amount": 2}]}}'),
    "too long": raw(b" " * (1024 * 1024 + 1)),
    "too deep": raw("[" * 60_000),
    "refused": httpx.ConnectError("refused"),
    "timeout": httpx.ReadTimeout("slow"),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_moves_nothing(answer):
    with pytest.raises(BankUnavailable) as lost:
        Bank(read=answer).connector().read_operation(OPERATION)

    assert lost.value.sent is False


@pytest.mark.parametrize("status", [401, 403, 501])
def test_a_token_that_may_not_read_is_our_own_fault(status):
    with pytest.raises(BankMisconfigured):
        Bank(read=error(status)).connector().read_operation(OPERATION)
