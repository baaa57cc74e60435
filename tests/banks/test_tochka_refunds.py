"""Returning money at Tochka: once, and never a guess about what happened (F6, §10.1, B16)."""

from decimal import Decimal

import httpx
import pytest

from portal.domain.money import Currency, Money
from portal.domain.ports import (
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    RefusedBecause,
)
from tests.banks.answers import OPERATION, Bank, error, raw, refunded

HALF = Money.from_major(Decimal(500), Currency.RUB)


def test_a_refund_names_the_operation_and_the_sum_and_is_only_accepted():
    bank = Bank(refund=refunded())

    bank.connector().refund(OPERATION, HALF)

    assert bank.body("refund") == {"Data": {"amount": "500.00"}}


REFUSALS = {
    "isRefund false": (refunded(isRefund=False), RefusedBecause.DECLINED),
    "400": (error(400, "Field amount : too much"), RefusedBecause.INVALID),
    "403": (error(403, "Forbidden by consent"), RefusedBecause.FORBIDDEN),
    "404": (error(404), RefusedBecause.NOT_FOUND),
}


@pytest.mark.parametrize(("answer", "because"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_definite_no_to_a_refund_keeps_its_cause(answer, because):
    bank = Bank(refund=answer)

    with pytest.raises(BankRefused) as refused:
        bank.connector().refund(OPERATION, HALF)

    assert refused.value.because is because
    assert len(bank.sent("refund")) == 1


OPEN = {
    "424": error(424, "Операция не найдена"),
    "500": error(500),
    "503 html": raw("<html>", 503),
    "302": httpx.Response(302, headers={"Location": "https://bank.test/uapi/again"}),
    "empty": raw(""),
    "broken": raw('{"Data": {"isRefund": true'),
    "no data": raw("{}"),
    "another operation": refunded(operationId="another"),
    "a no about another operation": refunded(operationId="another", isRefund=False),
    "another sum": refunded(amount=500.01),
    "a sum that cannot be read": refunded(amount="half"),
    "no sum": refunded(amount=None),
    "isRefund in quotes": refunded(isRefund="true"),
    "no isRefund": refunded(isRefund=None),
    "read timeout": httpx.ReadTimeout("slow"),
    "write timeout": httpx.WriteTimeout("slow"),
    "reset": httpx.ReadError("reset"),
    "cut": httpx.RemoteProtocolError("cut"),
}


@pytest.mark.parametrize("answer", OPEN.values(), ids=OPEN.keys())
def test_a_refund_without_a_certain_answer_stays_open_and_is_not_repeated(answer):
    bank = Bank(refund=answer)

    with pytest.raises(BankUnavailable) as lost:
        bank.connector().refund(OPERATION, HALF)

    assert lost.value.sent is True
    assert len(bank.sent("refund")) == 1


NOT_SENT = {
    "refused": httpx.ConnectError("refused"),
    "dns": httpx.ConnectError("Name or service not known"),
    "connect timeout": httpx.ConnectTimeout("slow"),
    "429": error(429),
}


@pytest.mark.parametrize("answer", NOT_SENT.values(), ids=NOT_SENT.keys())
def test_a_refund_that_provably_never_left_may_be_sent_later(answer):
    with pytest.raises(BankUnavailable) as lost:
        Bank(refund=answer).connector().refund(OPERATION, HALF)

    assert lost.value.sent is False


@pytest.mark.parametrize("status", [401, 405, 501])
def test_a_wrong_path_refunds_nothing(status):
    with pytest.raises(BankMisconfigured):
        Bank(refund=error(status)).connector().refund(OPERATION, HALF)


def test_the_words_of_a_refusal_hide_what_the_bank_echoes():
    echo = "amount of ivanov@example.ru with secret-token-of-ours and eyJhbGciOi.eyJzdWI.c2ln"

    with pytest.raises(BankRefused) as refused:
        Bank(refund=error(400, echo)).connector().refund(OPERATION, HALF)

    assert refused.value.text == "amount of ••• with ••• and •••"
