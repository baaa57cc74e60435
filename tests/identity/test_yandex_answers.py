"""What Yandex may answer, and what we make of it: O139-O141; secrets stay where they belong."""

import base64
import json
import logging
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from portal.domain.identities import YandexAccount, YandexRefused, YandexUnavailable
from portal.domain.transactions import IS_OPEN
from portal.identity.yandex import YandexApp, YandexClient

OURS, SECRET, TOKEN, CODE = "our-app", "canary-secret", "canary-token", "canary-code"
VERIFIER = "v" * 64
BACK = "https://pay.test/confirm/yandex/callback"
APP = YandexApp(OURS, SECRET, "https://oauth.yandex.ru", "https://login.yandex.ru")
GOOD_TOKEN = {"access_token": TOKEN, "token_type": "bearer", "expires_in": 31536000}
GOOD_INFO = {"id": "1000034426", "login": "petrova.pay", "client_id": OURS, "psuid": "1.AA"}


class Yandex:
    """Answers what a test has put here; remembers what it was asked."""

    def __init__(self, token=None, info=None):
        self.answers = [token or answer(GOOD_TOKEN), info or answer(GOOD_INFO)]
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def answer(body, status=200):
    return httpx.Response(status, content=body if isinstance(body, bytes) else json.dumps(body))


def read(yandex):
    client = YandexClient(APP, httpx.MockTransport(yandex))
    return client.read_account(CODE, VERIFIER, BACK)


def test_the_address_asks_for_little_and_has_a_challenge_for_the_verifier():
    url = YandexClient(APP).authorization_url(
        "the-state", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", BACK
    )

    assert url.startswith("https://oauth.yandex.ru/authorize?")
    assert parse_qs(urlsplit(url).query) == {
        "response_type": ["code"],
        "client_id": [OURS],
        "redirect_uri": [BACK],
        "scope": ["login:info"],
        "state": ["the-state"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256"],
        "force_confirm": ["yes"],
    }


def test_who_came_back_is_the_id_of_the_info():
    yandex = Yandex()

    assert read(yandex) == YandexAccount("1000034426", "petrova.pay")

    change, ask = yandex.asked
    assert (change.method, str(change.url)) == ("POST", "https://oauth.yandex.ru/token")
    assert parse_qs(change.content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": [CODE],
        "code_verifier": [VERIFIER],
        "redirect_uri": [BACK],
    }
    basic = base64.b64encode(f"{OURS}:{SECRET}".encode()).decode()
    assert change.headers["Authorization"] == f"Basic {basic}"
    assert (ask.method, str(ask.url)) == ("GET", "https://login.yandex.ru/info?format=json")
    assert ask.headers["Authorization"] == f"OAuth {TOKEN}"


def test_an_id_that_is_a_number_is_the_same_id():
    yandex = Yandex(info=answer({**GOOD_INFO, "id": 1000034426}))

    assert read(yandex).id == "1000034426"


BAD_TOKENS = {
    "O139 400": (answer({"error": "invalid_grant"}, 400), YandexRefused, {"kind": "token"}),
    "O139 error with 200": (answer({"error": "x"}), YandexRefused, {"kind": "token"}),
    "O139 no access_token": (answer({"token_type": "bearer"}), YandexRefused, {"kind": "token"}),
    "O139 null access_token": (
        answer({**GOOD_TOKEN, "access_token": None}),
        YandexRefused,
        {"kind": "token"},
    ),
    "O139 odd token_type": (
        answer({**GOOD_TOKEN, "token_type": "mac"}),
        YandexRefused,
        {"kind": "token_type"},
    ),
    "O139 500": (answer({}, 500), YandexUnavailable, {"what": "HTTPStatusError"}),
    "O139 HTML": (answer(b"<html>"), YandexUnavailable, {"what": "ValueError"}),
    "O139 a list": (answer([]), YandexUnavailable, {"what": "ValueError"}),
    "O139 redirect": (
        httpx.Response(302, headers={"Location": "https://evil.test/"}),
        YandexUnavailable,
        {"what": "HTTPStatusError"},
    ),
    "O139 hang": (httpx.ReadTimeout("hang"), YandexUnavailable, {"what": "ReadTimeout"}),
    "O139 refused line": (httpx.ConnectError("no"), YandexUnavailable, {"what": "ConnectError"}),
    "O139 endless": (answer(b" " * 65_537), YandexUnavailable, {"what": "ReadError"}),
}


@pytest.mark.parametrize(("bad", "refusal", "facts"), BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_token_that_is_none_is_refused_and_nobody_is_asked_for(bad, refusal, facts):
    yandex = Yandex(token=bad)

    with pytest.raises(refusal) as said:
        read(yandex)

    assert said.value.facts == facts
    assert len(yandex.asked) == 1


NO_ID = {name: value for name, value in GOOD_INFO.items() if name != "id"}
BAD_INFOS = {
    "O140 another application": ({**GOOD_INFO, "client_id": "theirs"}, 200, {"kind": "client"}),
    "O140 no application": ({"id": "1", "login": "x"}, 200, {"kind": "info"}),
    "O141 no id": (NO_ID, 200, {"kind": "info"}),
    "O141 empty id": ({**GOOD_INFO, "id": ""}, 200, {"kind": "info"}),
    "O141 null id": ({**GOOD_INFO, "id": None}, 200, {"kind": "info"}),
    "O141 id is true": ({**GOOD_INFO, "id": True}, 200, {"kind": "info"}),
    "O141 id is a list": ({**GOOD_INFO, "id": ["1"]}, 200, {"kind": "info"}),
    "O141 id is long": ({**GOOD_INFO, "id": "1" * 65}, 200, {"kind": "info"}),
    "a list": ([], 200, {"kind": "info"}),
    "an expired token": ({}, 401, {"kind": "info"}),
}


@pytest.mark.parametrize(("info", "status", "facts"), BAD_INFOS.values(), ids=BAD_INFOS)
def test_an_info_that_names_nobody_for_us_is_refused(info, status, facts):
    with pytest.raises(YandexRefused) as said:
        read(Yandex(info=answer(info, status)))

    assert said.value.facts == facts


@pytest.mark.parametrize("broken", [answer({}, 500), answer(b"<html>"), httpx.ReadTimeout("")])
def test_an_info_that_does_not_come_is_an_outage(broken):
    with pytest.raises(YandexUnavailable):
        read(Yandex(info=broken))


def test_the_log_knows_neither_code_nor_token_nor_secret(caplog):
    caplog.set_level(logging.DEBUG)

    read(Yandex())

    assert "yandex: POST /token -> 200" in caplog.text
    assert "canary" not in caplog.text
    assert "canary" not in repr(APP)


def test_nobody_is_asked_inside_a_transaction():
    yandex = Yandex()
    token = IS_OPEN.set(True)

    with pytest.raises(RuntimeError, match="inside a database transaction"):
        read(yandex)

    IS_OPEN.reset(token)
    assert yandex.asked == []
