"""The simulated Yandex: strict about the verifier, the application and the single use of a code."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
BACK = "http://portal.test/confirm/yandex/callback"
ASKED = {
    "response_type": "code",
    "client_id": "local-yandex-client",
    "redirect_uri": BACK,
    "state": "s1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
BASIC = base64.b64encode(b"local-yandex-client:local.yandex.secret").decode()
FORM = {"grant_type": "authorization_code", "code_verifier": VERIFIER, "redirect_uri": BACK}


def comes_back(answer):
    assert answer.status_code == 302
    assert answer.location.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def code_of(bank, login="petrova.pay"):
    answer = bank.client.post("/yandex/authorize", query_string=ASKED, data={"login": login})
    return comes_back(answer)["code"]


def change(bank, code, basic=BASIC, **fields):
    headers = {"Authorization": f"Basic {basic}"}
    return bank.client.post("/yandex/token", data={**FORM, "code": code, **fields}, headers=headers)


def info(bank, token):
    return bank.client.get("/yandex/info", headers={"Authorization": f"OAuth {token}"})


@pytest.mark.parametrize(
    ("login", "number"),
    [
        ("petrova.pay", "1130000000000001"),
        ("glebov.pay", "1130000000000002"),
        ("ivanov", "1130000000000003"),
    ],
)
def test_the_chosen_account_is_told_for_the_token_of_its_code(bank, login, number):
    token = change(bank, code_of(bank, login)).json

    assert (token["token_type"], token["scope"]) == ("bearer", "login:info")
    told = {"id": number, "login": login, "client_id": "local-yandex-client"}
    assert info(bank, token["access_token"]).json == {**told, "psuid": f"1.{login}"}


def test_the_page_offers_every_account_and_a_refusal(bank):
    page = bank.client.get("/yandex/authorize", query_string=ASKED).text

    assert [name in page for name in ("petrova.pay", "glebov.pay", "ivanov", "Отказать")] == (
        [True] * 4
    )


def test_a_refusal_comes_back_as_an_error(bank):
    answer = bank.client.post("/yandex/authorize", query_string=ASKED, data={"login": ""})

    assert comes_back(answer) == {
        "error": "access_denied",
        "error_description": "User denied access",
        "state": "s1",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "theirs"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_a_question_that_yandex_would_not_know_is_not_shown(bank, wrong):
    assert bank.client.get("/yandex/authorize", query_string=ASKED | wrong).status_code == 400


WRONG = {
    "another verifier": ({"code_verifier": "x" * 43}, "invalid_grant"),
    "no verifier": ({"code_verifier": ""}, "invalid_grant"),
    "another way back": ({"redirect_uri": "http://evil.test/"}, "invalid_grant"),
    "another grant": ({"grant_type": "password"}, "unsupported_grant_type"),
    "another secret": (
        {"basic": base64.b64encode(b"local-yandex-client:x").decode()},
        "invalid_client",
    ),
}


@pytest.mark.parametrize(("fields", "error"), WRONG.values(), ids=WRONG)
def test_a_code_is_changed_for_nobody_else_and_is_burnt(bank, fields, error):
    code = code_of(bank)

    answer = change(bank, code, **fields)

    assert (answer.status_code, answer.json["error"]) == (400, error)
    assert change(bank, code).json["error"] == "invalid_grant"


def test_a_code_works_once_and_for_ten_minutes(bank):
    code, old = code_of(bank), code_of(bank)
    assert change(bank, code).status_code == 200
    bank.advance(600)

    assert [change(bank, each).json["error"] for each in (code, old)] == ["invalid_grant"] * 2


def test_a_token_that_nobody_was_given_tells_nothing(bank):
    assert info(bank, "y0_made_up").status_code == 401


def test_a_fault_is_met_by_its_call_once(bank):
    order = bank.order_fault("info", "wrong_client", bank="yandex")
    assert order.status_code == 200
    token = change(bank, code_of(bank)).json["access_token"]

    assert info(bank, token).json["client_id"] == "0000000000000000000000000000dead"
    assert info(bank, token).json["client_id"] == "local-yandex-client"


def test_yandex_denies_by_itself_when_it_is_told_to(bank):
    bank.order_fault("authorize", "denied", bank="yandex")

    answer = bank.client.get("/yandex/authorize", query_string=ASKED)

    assert comes_back(answer)["error"] == "access_denied"


@pytest.mark.parametrize(("call", "fault"), [("refund", "slow"), ("info", "denied")])
def test_a_fault_that_yandex_never_has_is_refused(bank, call, fault):
    assert bank.order_fault(call, fault, bank="yandex").status_code == 400
