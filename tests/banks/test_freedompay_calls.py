"""Calling Freedom Pay: what is sent, whose answers count, and what a no means (§§3, 5, 9, 11)."""

import logging

import httpx
import pytest

from portal.domain.card_ports import BindingOrder, ChargeOrder
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import (
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    RefusedBecause,
    Severity,
)
from portal.sandbox.freedompay.papers import write_paper
from portal.sandbox.freedompay.seals import is_sealed, with_seal
from tests.banks.freedompay_answers import (
    MERCHANT,
    OPERATION,
    PAGE,
    SECRET,
    Bank,
    error,
    paper,
    settings,
    status,
)
from tests.banks.test_tochka_links import order as order_in_roubles

SUM = Money(150_000, Currency.KZT)
OK = [("pg_status", "ok")]
CREATED = [*OK, ("pg_payment_id", OPERATION), ("pg_redirect_url", PAGE)]
TOKEN = "ef741cfc-f85e-41a0-84e6-2ba964912182"


def order(**changes: object):
    fields = {"reference": "PNM-42", "amount": SUM, "methods": (PaymentMethod.CARD,)}
    return order_in_roubles(**{**fields, **changes})


def test_a_payment_is_described_with_every_field_that_matters():
    bank = Bank(init_payment=CREATED)

    bank.connector().create_payment(order(consumer_id="u-7", purpose="Первая; вторая"))

    sent = bank.sent()
    assert is_sealed("init_payment.php", list(sent.items()), SECRET)
    assert {name: value for name, value in sent.items() if name not in SEAL} == DESCRIBED


SEAL = {"pg_salt", "pg_sig"}
DESCRIBED = {
    "pg_merchant_id": MERCHANT,
    "pg_order_id": "PNM-42",
    "pg_amount": "1500.00",
    "pg_currency": "KZT",
    "pg_description": "Первая, вторая",
    "pg_auto_clearing": "1",
    "pg_testing_mode": "0",
    "pg_lifetime": "1800",
    "pg_language": "ru",
    "pg_payment_method": "bankcard",
    "pg_request_method": "POST",
    "pg_result_url": "https://pay.example.org/webhooks/kazakh/result",
    "pg_success_url": "https://shop.example.ru/ok",
    "pg_success_url_method": "GET",
    "pg_failure_url": "https://shop.example.ru/fail",
    "pg_failure_url_method": "GET",
    "pg_idempotency_key": "pay-PNM-42",
    "pg_user_id": "u-7",
}


UNSOUND = {
    "roubles": {"amount": Money(150_000, Currency.RUB)},
    "nothing": {"amount": Money(0, Currency.KZT)},
    "too much": {"amount": Money(99_999_999_01, Currency.KZT)},
    "a Russian reference": {"reference": "заказ-1"},
    "a long reference": {"reference": "a" * 51},
    "an address for a name": {"consumer_id": "a@example.ru"},
    "SBP": {"methods": (PaymentMethod.SBP,)},
}


@pytest.mark.parametrize("changes", UNSOUND.values(), ids=UNSOUND.keys())
def test_what_the_bank_would_take_wrongly_is_not_sent(changes):
    bank = Bank(init_payment=CREATED)

    with pytest.raises(BankRefused) as refused:
        bank.connector().create_payment(order(**changes))

    assert (refused.value.because, bank.requests) == (RefusedBecause.INVALID, [])


PAGES = ("javascript:alert(1)", "https://evil.test/pay", "http://customer.freedompay.kz/", "")


@pytest.mark.parametrize("page", PAGES)
def test_a_payer_is_sent_to_the_banks_own_pages_only(page):
    bank = Bank(init_payment=[*OK, ("pg_payment_id", OPERATION), ("pg_redirect_url", page)])

    with pytest.raises(BankUnavailable):
        bank.connector().create_payment(order())


def test_a_refund_names_its_sum_and_a_key_of_its_own():
    bank = Bank(revoke=OK)
    connector = bank.connector()

    connector.refund(OPERATION, SUM)
    connector.refund(OPERATION, SUM)

    first, second = bank.sent(0), bank.sent(1)
    assert (first["pg_refund_amount"], first["pg_payment_id"]) == ("1500.00", OPERATION)
    assert first["pg_idempotency_key"] != second["pg_idempotency_key"]


@pytest.mark.parametrize("word", ["ok", "success", "pending"])
def test_every_word_of_acceptance_is_one(word):
    Bank(revoke=[("pg_status", word)]).connector().refund(OPERATION, SUM)


def seal(script: str | None, secret: str = SECRET) -> httpx.Response:
    return paper(with_seal(script, OK, secret))


SILENCE = {
    "unsigned": paper(OK),
    "another secret": seal("revoke.php", "other"),
    "another script": seal("get_status3.php"),
    "no script": seal(None),
    "a page of the gateway": httpx.Response(403, content=b"<html>403</html>"),
    "nothing": httpx.Response(200, content=b""),
    "JSON": httpx.Response(200, json={"pg_status": "ok"}),
    "a bomb": httpx.Response(
        200, content=b'<!DOCTYPE r [<!ENTITY a "b">]><response>&a;</response>'
    ),
    "two statuses": paper(with_seal("revoke.php", OK + OK, SECRET)),
    "a system error": error("9999"),
    "try later": error("10000"),
    "an unknown code": error("77777"),
    "no code": paper([("pg_status", "error")]),
    "a timeout": httpx.ReadTimeout("slow"),
}


@pytest.mark.parametrize("answer", SILENCE.values(), ids=SILENCE.keys())
def test_after_a_refund_nobody_knows_unless_the_bank_says_so_under_its_seal(answer):
    with pytest.raises(BankUnavailable) as lost:
        Bank(revoke=answer).connector().refund(OPERATION, SUM)

    assert lost.value.sent is True


NOES = {
    "340": RefusedBecause.NOT_FOUND,
    "9403": RefusedBecause.INVALID,
    "10007": RefusedBecause.DECLINED,
    "490": RefusedBecause.DECLINED,
    "120": RefusedBecause.FORBIDDEN,
}


@pytest.mark.parametrize(("code", "because"), NOES.items())
def test_a_definite_no_is_one(code, because):
    with pytest.raises(BankRefused) as refused:
        Bank(revoke=error(code)).connector().refund(OPERATION, SUM)

    assert refused.value.because is because


@pytest.mark.parametrize("code", ["9992", "9994", "9997", "9998", "1100"])
def test_wrong_settings_are_named_as_such(code):
    with pytest.raises(BankMisconfigured) as fault:
        Bank(revoke=error(code)).connector().refund(OPERATION, SUM)

    assert code in str(fault.value)


def test_a_state_that_does_not_fit_is_a_no_for_a_refund_and_no_decline_of_a_charge():
    wrong = error("11059", "Неверный статус платежа")
    bank = Bank(revoke=wrong, direct=wrong)

    with pytest.raises(BankRefused) as refund:
        bank.connector().refund(OPERATION, SUM)
    with pytest.raises(BankRefused) as charge:
        bank.connector(charges=True).send_charge(OPERATION)

    assert refund.value.because is RefusedBecause.DECLINED
    assert charge.value.because is RefusedBecause.DUPLICATE


def test_a_charge_that_is_answered_by_two_ids_may_have_been_made():
    told = paper(with_seal("direct", [*OK, *[("pg_payment_id", OPERATION)] * 2], SECRET))

    with pytest.raises(BankUnavailable) as lost:
        Bank(direct=told).connector(charges=True).send_charge(OPERATION)

    assert lost.value.sent is True


def test_answers_about_charges_may_be_sealed_without_a_script():
    bank = Bank(direct=seal(None), init=paper(with_seal(None, CREATED, SECRET)))
    asked = ChargeOrder("PNM-43", SUM, "Консультация 43", "u-7", TOKEN)

    assert bank.connector().prepare_charge(asked) == OPERATION
    bank.connector(charges=True).send_charge(OPERATION)
    with pytest.raises(BankUnavailable):
        bank.connector(charges=True, bare_answers="").send_charge(OPERATION)


def test_a_charge_that_the_bank_declines_at_once_is_a_definite_no():
    told = [*OK, ("pg_payment_id", OPERATION), ("pg_transaction_status", "error")]

    with pytest.raises(BankRefused) as refused:
        Bank(direct=told).connector(charges=True).send_charge(OPERATION)

    assert refused.value.because is RefusedBecause.DECLINED


def test_charging_is_off_unless_the_manager_has_switched_it_on():
    bank = Bank(direct=OK)

    with pytest.raises(BankRefused):
        bank.connector().send_charge(OPERATION)

    assert (bank.requests, bank.connector().capabilities.charges_without_payer) == ([], False)


@pytest.mark.parametrize("tail", ["add", "add2"])
def test_the_script_of_a_binding_follows_the_address_that_is_called(tail):
    bank = Bank(**{tail: CREATED})

    page = bank.connector(binding=tail).open_binding(BindingOrder("B-1", "u-7", "https://a.test"))

    assert (page.operation_id, page.url) == (OPERATION, PAGE)
    assert is_sealed(tail, list(bank.sent().items()), SECRET)
    assert bank.sent()["pg_post_link"] == "https://pay.example.org/webhooks/kazakh/binding"


GONE = [("card", [("pg_status", "deleted"), ("pg_card_token", TOKEN)])]
STILL = [("card", [("pg_status", "success"), ("pg_card_token", TOKEN)])]


@pytest.mark.parametrize("answer", [GONE, [("pg_status", "success"), ("deleted_at", "2026")]])
def test_both_shapes_of_an_unbinding_are_a_yes(answer):
    Bank(remove=answer).connector().unbind_card("u-7", TOKEN)


def test_an_unbinding_without_an_answer_is_settled_by_the_list():
    Bank(remove=httpx.ReadTimeout("slow"), list=[]).connector().unbind_card("u-7", TOKEN)

    with pytest.raises(BankUnavailable):
        Bank(remove=httpx.ReadTimeout("slow"), list=STILL).connector().unbind_card("u-7", TOKEN)


def test_no_secret_is_seen_in_logs_in_words_or_in_repr(caplog):
    caplog.set_level(logging.DEBUG)
    echo = f"bad {SECRET} {TOKEN} user@example.test d41d8cd98f00b204e9800998ecf8427e"
    bank = Bank(remove=error("9403", echo), list=STILL)

    with pytest.raises(BankRefused) as refused:
        bank.connector().unbind_card("u-7", TOKEN)

    told = f"{caplog.text} {refused.value} {settings()!r} {bank.connector()!r}"
    secrets = (SECRET, TOKEN, "user@example.test", "d41d8cd98f00b204e9800998ecf8427e")
    assert [each for each in secrets if each in told] == []
    assert "kazakh: POST /v1/merchant/{merchant_id}/cardstorage/remove -> 200" in caplog.text


def test_a_sound_account_is_recognised_by_its_seal_alone():
    bank = Bank(healthcheck=httpx.Response(200, json={"status": "ok"}), get_status3=error("340"))

    assert {each.severity for each in bank.connector().check()} == {Severity.OK}


def test_a_wrong_secret_is_told_in_words():
    bank = Bank(healthcheck=httpx.Response(503), get_status3=error("9998"))

    found = bank.connector().check()

    faults = [each.text for each in found if each.severity is Severity.PROBLEM]
    assert len(faults) == 2
    assert "secret_key" in faults[1]


def test_an_answer_of_every_length_is_read_within_bounds():
    long = write_paper([*status(), ("pg_note", "x" * 300_000)]).encode()

    with pytest.raises(BankUnavailable):
        Bank(get_status3=httpx.Response(200, content=long)).connector().read_operation(OPERATION)
