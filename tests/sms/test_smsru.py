"""Our client of SMS.ru and its simulator, which share no code: a yes, every no, and silence."""

import logging

import httpx
import pytest

from portal.domain.sms import SmsFailure, SmsRefused, SmsUnavailable, e164
from portal.domain.transactions import IS_OPEN
from portal.sms import SmsRu, provider_at
from tests.sms.conftest import KEY

PHONE, TEXT = "+79161234567", "«Понимаю»: оплатить https://p.test/pay/token"
ADDRESS = f"smsru+https://{KEY}@sms.ru/sms/send"
REFUSED = {
    "no_money_201": (SmsFailure.OURS, 201),
    "wrong_phone_202": (SmsFailure.WRONG_PHONE, 202),
    "stop_list_209": (SmsFailure.BLOCKED, 209),
    "busy_220": (SmsFailure.BUSY, 220),
    "too_often_230": (SmsFailure.TOO_OFTEN, 230),
}
#: Answers that say neither yes nor no, as their body.
ODD = (
    "",
    "[]",
    "100",
    '{"status": "OK", "status_code": 100}',
    '{"status": "OK", "status_code": 100, "sms": {}}',
    '{"status": "OK", "status_code": true, "sms": {}}',
    '{"status": "ERROR", "status_code": 500}',
    '{"status": "OK", "status_code": 207}',
)


def answering(make):
    """Give a client whose line is answered by a function."""
    return SmsRu("https://sms.ru/sms/send", KEY, transport=httpx.MockTransport(make))


def lost(error):
    def raises(request):
        raise error("gone", request=request)

    return answering(raises)


def test_what_is_taken_has_a_number_and_can_be_read(smsru):
    assert smsru.ours.send(PHONE, TEXT).startswith("202648-")

    assert "+79161234567" in smsru.page
    assert '<a href="https://p.test/pay/token" rel="noopener">' in smsru.page


def test_the_sender_goes_along_where_there_is_one(smsru):
    seen = []

    def taken(request):
        seen.append(dict(httpx.QueryParams(request.content.decode())))
        mine = {"status": "OK", "status_code": 100, "sms_id": "1-1"}
        whole = {"status": "OK", "status_code": 100, "sms": {"79161234567": mine}}
        return httpx.Response(200, json=whole)

    SmsRu("https://sms.ru/sms/send", KEY, "Ponimayu", httpx.MockTransport(taken)).send(PHONE, "Да")

    right = {"api_id": KEY, "to": "79161234567", "msg": "Да", "json": "1", "from": "Ponimayu"}
    assert seen == [right]


@pytest.mark.parametrize(("fault", "said"), REFUSED.items(), ids=REFUSED)
def test_every_no_is_told_apart_and_nothing_was_sent(smsru, fault, said):
    smsru.plays(fault)

    with pytest.raises(SmsRefused) as no:
        smsru.ours.send(PHONE, TEXT)

    assert (no.value.because, no.value.code) == said
    assert "СМС ещё не было" in smsru.page


@pytest.mark.parametrize("fault", ["status_500", "malformed"])
def test_an_answer_that_says_nothing_leaves_it_unknown(smsru, fault):
    smsru.plays(fault)

    with pytest.raises(SmsUnavailable) as silence:
        smsru.ours.send(PHONE, TEXT)

    assert silence.value.sent is True


@pytest.mark.parametrize("body", ODD)
def test_an_odd_answer_leaves_it_unknown(body):
    with pytest.raises(SmsUnavailable) as silence:
        answering(lambda _: httpx.Response(200, text=body)).send(PHONE, TEXT)

    assert silence.value.sent is True


@pytest.mark.parametrize(
    ("error", "sent"),
    [(httpx.ConnectError, False), (httpx.ConnectTimeout, False), (httpx.ReadTimeout, True)],
)
def test_a_lost_line_says_whether_anything_can_have_left(caplog, error, sent):
    caplog.set_level(logging.INFO)

    with pytest.raises(SmsUnavailable) as silence:
        lost(error).send(PHONE, TEXT)

    assert silence.value.sent is sent
    assert caplog.messages == [f"sms.ru: POST /sms/send -> {error.__name__}"]
    assert not any(secret in caplog.text for secret in (KEY, "9161234567", "token"))


def test_no_sms_is_sent_while_a_transaction_is_open(smsru):
    mark = IS_OPEN.set(True)
    with pytest.raises(RuntimeError):
        smsru.ours.send(PHONE, TEXT)
    IS_OPEN.reset(mark)

    assert "СМС ещё не было" in smsru.page


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"api_id": "another"}, 200),
        ({"msg": "  "}, 203),
        ({"msg": "я" * 537}, 205),
        ({"to": "+79161234567"}, 202),
        ({"to": "79161234567,79161234568"}, 202),
    ],
)
def test_the_simulator_is_strict(smsru, form, code):
    told = smsru.asked(**form).json

    mine = next(iter(told.get("sms", {"": told}).values()))
    assert (mine["status"], mine["status_code"]) == ("ERROR", code)
    assert "СМС ещё не было" in smsru.page


def test_the_simulator_refuses_numbers_and_keys_in_addresses(smsru):
    assert smsru.client.get("/smsru/sms/send?api_id=x&to=7").json["status_code"] == 210


def test_an_address_names_its_provider_its_key_and_its_sender():
    assert provider_at("") is None
    assert provider_at(ADDRESS) == SmsRu("https://sms.ru/sms/send", KEY)
    assert provider_at(f"{ADDRESS}?from=Ponimayu") == SmsRu(
        "https://sms.ru/sms/send", KEY, "Ponimayu"
    )
    assert KEY not in repr(provider_at(ADDRESS))


@pytest.mark.parametrize(
    "address",
    [
        "https://key@sms.ru/",
        "other+https://key@x.test/",
        "smsru+ftp://key@x.test/",
        "smsru+https://sms.ru/sms/send",
        "smsru+https://login:pass@sms.ru/sms/send",
    ],
)
def test_another_address_is_refused_without_being_told(address):
    with pytest.raises(ValueError, match=r"^smsru\+https://API_ID@sms\.ru/sms/send is needed$"):
        provider_at(address)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+79161234567", "+79161234567"),
        ("8 (916) 123-45-67", "+79161234567"),
        ("+7 701 000 00 00", "+77010000000"),
        ("9161234567", None),
        ("+7916123456", None),
        ("+0161234567", None),
        ("звонить вечером", None),
        (None, None),
    ],
)
def test_a_number_is_written_as_e164_or_not_at_all(typed, number):
    assert e164(typed) == number
