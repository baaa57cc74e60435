"""Who signed a webhook, and what it hints at (F4, tochka.md §12, reliability.md §4 W)."""

import json
from pathlib import Path

import httpx
import pytest

from portal.domain.ports import BadSignature, BankEvent, BankUnavailable, EventKind
from tests.banks.answers import CUSTOMER, MERCHANT, OPERATION, REFERENCE, Bank, read
from tests.banks.tokens import CLAIMS, header, jwk, key, parts, token

SAMPLES = Path(__file__).parent / "samples"
TRUSTED = {"customer_code": CUSTOMER, "merchant_id": MERCHANT}


def parse(body: bytes, **settings: object) -> BankEvent:
    """Read a webhook with the tests' key pinned; whatever it is, the bank is not called."""
    bank = Bank()
    options = {**TRUSTED, "public_keys": (jwk(key("bank")),), **settings}
    event = bank.connector(**options).parse_webhook(body)
    assert bank.requests == []
    return event


@pytest.mark.parametrize("name", ["card", "sbp"])
def test_the_banks_published_samples_are_genuine_and_not_ours(name):
    body = (SAMPLES / f"{name}.jwt").read_bytes()

    event = Bank().connector(**TRUSTED).parse_webhook(body)

    assert (event.kind, event.is_ours) == (EventKind.PAYMENT, False)
    assert event.operation_id == "beeac8a4-6047-3f38-8922-a664e6b5c43b"
    assert event.reference == "12345-ab-cd"
    assert (event.claims["amount"], event.claims["paymentType"]) == ("0.33", name)


@pytest.mark.parametrize("name", ["card", "sbp"])
def test_a_sample_with_one_letter_changed_is_refused(name):
    body = (SAMPLES / f"{name}.jwt").read_bytes().strip()
    letter = b"B" if body[-8:-7] == b"A" else b"A"

    with pytest.raises(BadSignature):
        Bank().connector(**TRUSTED).parse_webhook(body[:-8] + letter + body[-7:])


def test_an_event_of_ours_names_the_operation_to_read():
    event = parse(token())

    assert event == BankEvent(EventKind.PAYMENT, True, OPERATION, REFERENCE, CLAIMS)


WHITE = [b"", b"\n", b"\r\n", b" \t\n"]


@pytest.mark.parametrize("white", WHITE)
def test_white_space_around_a_token_is_not_part_of_it(white):
    assert parse(white + token() + white).operation_id == OPERATION


def test_padding_makes_no_other_event():
    head, payload, signature = parts(token())

    assert parse(b".".join([head, payload, signature + b"=="])) == parse(token())


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "iss", "aud", "jti"])
def test_claims_about_time_and_audience_are_neither_demanded_nor_believed(name):
    event = parse(token({**CLAIMS, name: 1}))

    assert (event.is_ours, event.operation_id) == (True, OPERATION)


FOREIGN = {
    "another company": {"customerCode": "300123123"},
    "another point": {"merchantId": "200000000001234"},
    "no company": {"customerCode": None},
    "no point": {"merchantId": None},
    "a list": {"customerCode": [CUSTOMER]},
    "a number": {"merchantId": int(MERCHANT)},
}


@pytest.mark.parametrize("changes", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_genuine_event_of_another_company_is_not_ours(changes):
    event = parse(token({**CLAIMS, **changes}))

    assert (event.kind, event.is_ours) == (EventKind.PAYMENT, False)


def test_codes_that_nobody_knows_yet_are_not_compared_and_nobody_is_asked():
    unknown = {"customer_code": None, "merchant_id": None}

    assert parse(token({**CLAIMS, "customerCode": "300123123"}), **unknown).is_ours is True


def test_codes_that_were_learned_from_the_bank_are_compared():
    bank = Bank(read=read())
    connector = bank.connector(public_keys=(jwk(key("bank")),))
    connector.read_operation(OPERATION)

    event = connector.parse_webhook(token({**CLAIMS, "merchantId": "200000000001234"}))

    assert event.is_ours is False


OPERATION_IDS = [
    None,
    "",
    "x" * 65,
    "x" * 10_000,
    "../etc",
    "a%00",
    "a b",
    "оп",
    7,
    [OPERATION],
    {},
]


@pytest.mark.parametrize("operation_id", OPERATION_IDS)
def test_an_operation_id_that_cannot_be_one_is_never_looked_up(operation_id):
    assert parse(token({**CLAIMS, "operationId": operation_id})).operation_id is None


@pytest.mark.parametrize("reference", [None, "", "x" * 46, 7, [REFERENCE]])
def test_a_reference_that_cannot_be_ours_is_never_looked_up(reference):
    assert parse(token({**CLAIMS, "paymentLinkId": reference})).reference is None


AMOUNTS = [
    "0",
    "-1",
    "0.33",
    "1e3",
    "1_000",
    "١٢٣",
    "0,33",
    "0.333",
    " 0.33",
    0.33,
    True,
    [],
    10**30,
]


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("status", ["APPROVED", "approved", "NEW", ["APPROVED"], None])
def test_no_claim_about_money_is_believed(amount, status):
    event = parse(token({**CLAIMS, "amount": amount, "status": status}))

    assert (event.kind, event.is_ours) == (EventKind.PAYMENT, True)
    assert (event.operation_id, event.reference) == (OPERATION, REFERENCE)


@pytest.mark.parametrize("kind", ["incomingPayment", "ACQUIRINGINTERNETPAYMENT", "", None, 1, []])
def test_an_event_of_another_kind_is_kept_and_asks_for_nothing(kind):
    assert parse(token({**CLAIMS, "webhookType": kind})).kind is EventKind.OTHER


SPLIT = json.dumps(CLAIMS).encode()
UNREADABLE = {
    "null": b"null",
    "array": b"[]",
    "string": b'"x"',
    "number": b"1",
    "empty": b"",
    "cut": SPLIT[:-1],
    "bad utf-8": b'{"a": "\xff"}',
    "utf-16": json.dumps(CLAIMS).encode("utf-16"),
    "NaN": SPLIT[:-1] + b', "x": NaN}',
    "Infinity": SPLIT[:-1] + b', "x": -Infinity}',
    "two amounts": SPLIT[:-1] + b', "amount": "1.00"}',
    "deep": b"[" * 60_000,
    "deep objects": b'{"a":' * 60_000 + b"1" + b"}" * 60_000,
    "huge number": SPLIT[:-1] + b', "x": 1e99999999999999999999}',
    "lone surrogate": SPLIT[:-1] + b', "x": "\\ud800"}',
    "NUL": SPLIT[:-1] + b', "x": "\\u0000"}',
}


@pytest.mark.parametrize("payload", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_signed_claims_that_cannot_be_read_for_certain_are_nobodys(payload):
    assert parse(token(payload)) == BankEvent(EventKind.OTHER, False, None, None, {})


def test_a_long_text_in_signed_claims_does_no_harm():
    assert parse(token({**CLAIMS, "purpose": "x" * 1_000_000})).operation_id == OPERATION


def test_during_a_rotation_both_keys_are_trusted():
    both = (jwk(key("new")), jwk(key("bank")))

    assert parse(token(), public_keys=both).is_ours is True
    assert parse(token(by="new"), public_keys=both).is_ours is True


SIMULATOR = "http://127.0.0.1:8010/tochka"
NEARBY = {
    "base_url": f"{SIMULATOR}/uapi",
    "public_keys_from": f"{SIMULATOR}/doc/openapi/static/keys/public",
}


def test_a_simulators_key_is_read_once_when_the_first_webhook_comes():
    bank = Bank(key=httpx.Response(200, json=jwk(key("simulator"))))
    connector = bank.connector(**TRUSTED, **NEARBY)

    before = len(bank.requests)
    events = [connector.parse_webhook(token(by="simulator")) for _ in range(2)]

    assert (before, len(bank.requests)) == (0, 1)
    assert [event.is_ours for event in events] == [True, True]


def test_a_flood_of_bad_signatures_reads_the_simulators_key_no_oftener_than_each_minute():
    bank = Bank(key=httpx.Response(200, json=jwk(key("simulator"))))
    connector = bank.connector(**TRUSTED, **NEARBY)

    for _ in range(3):
        with pytest.raises(BadSignature):
            connector.parse_webhook(token(by="stranger"))

    assert len(bank.requests) == 1


def test_without_the_simulators_key_nothing_is_judged():
    bank = Bank(key=httpx.Response(503))

    with pytest.raises(BankUnavailable):
        bank.connector(**TRUSTED, **NEARBY).parse_webhook(token(by="simulator"))


def test_no_address_in_a_header_is_ever_called():
    bank = Bank()
    lure = header(jku="http://127.0.0.1:6379/", x5u="https://evil.test/", jwk=jwk(key("stranger")))

    with pytest.raises(BadSignature):
        bank.connector(**TRUSTED).parse_webhook(token(header=lure, by="stranger"))

    assert bank.requests == []
