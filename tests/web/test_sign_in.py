"""Signing in: neutral words, a limit for guesses, no way out to another host (E4, I-49)."""

import re
from datetime import timedelta

import pytest

from portal.domain.actors import SYSTEM
from portal.domain.permissions import Role
from portal.usecases.users import NewUser, create_user
from tests.builders import NOW
from tests.web.conftest import Browser, World, disable

EMAIL, PASSWORD = "nina@example.test", "a long enough password"
WRONG = "Неверная почта или пароль"


@pytest.fixture
def nina(world: World) -> int:
    """Let Нина work here; she is the only one with a password."""
    new = NewUser(EMAIL, "Нина", Role.ADMIN, password=PASSWORD)
    with world.app.app_context():
        return create_user(new, actor=SYSTEM, now=NOW)


def sign_in(browser: Browser, email: str = EMAIL, password: str = PASSWORD, query: str = ""):
    return browser.post(f"/sign-in{query}", {"email": email, "password": password})


def from_address(world: World, ip: str) -> Browser:
    """Give a stranger's browser at another address."""
    browser = world.browser_of()
    browser.client.environ_base["REMOTE_ADDR"] = ip
    return browser


def test_who_signs_in_is_sent_to_their_first_page(world, nina):
    answer = sign_in(world.browser_of(), email=" Nina@Example.TEST ")

    assert (answer.status_code, answer.location) == (303, "/")


def test_a_wrong_password_and_an_unknown_email_are_answered_alike(world, nina):
    known = sign_in(world.browser_of(), password="wrong")
    unknown = sign_in(world.browser_of(), email="nobody@example.test")

    assert (known.status_code, unknown.status_code) == (422, 422)
    assert known.text.count(WRONG) == unknown.text.count(WRONG) == 2
    assert EMAIL in known.text
    assert PASSWORD not in known.text + unknown.text


def test_a_disabled_person_is_answered_like_a_wrong_password(world, nina):
    with world.app.app_context():
        disable(nina)

    answer = sign_in(world.browser_of())

    assert (answer.status_code, answer.text.count(WRONG)) == (422, 2)


def test_a_person_without_a_password_is_not_let_in(world):
    assert sign_in(world.browser_of(), "anna@example.test", "").status_code == 422
    assert sign_in(world.browser_of(), "anna@example.test", "None").status_code == 422


def test_after_ten_wrong_passwords_even_the_right_one_waits(world, nina, now):
    guesses = [sign_in(from_address(world, f"10.0.0.{n}"), password="no") for n in range(10)]
    closed = sign_in(from_address(world, "10.0.0.99"), email="NINA@example.test")
    now.shift(timedelta(minutes=15, seconds=1))
    open_again = sign_in(from_address(world, "10.0.0.99"))

    assert [answer.status_code for answer in guesses] == [422] * 10
    assert (closed.status_code, open_again.status_code) == (429, 303)
    assert "Слишком много попыток. Попробуйте в 15:15 по Москве" in closed.text


def test_one_address_may_not_try_many_emails(world, nina):
    for number in range(10):
        sign_in(from_address(world, "10.0.0.1"), email=f"guess{number}@example.test")

    same = sign_in(from_address(world, "10.0.0.1"))
    other = sign_in(from_address(world, "10.0.0.2"))

    assert (same.status_code, other.status_code) == (429, 303)


def test_a_forged_header_is_no_other_address(world, nina):
    for number in range(10):
        forged = {"X-Forwarded-For": f"10.9.9.{number}", "X-Real-IP": f"10.9.9.{number}"}
        data = {"email": f"guess{number}@example.test", "password": "no"}
        from_address(world, "10.0.0.1").post("/sign-in", data, headers=forged)

    assert sign_in(from_address(world, "10.0.0.1")).status_code == 429


LOCAL = ["/payments", "/payments?q=%D0%90&page=2", "/payments/1#x", "/"]
FOREIGN = [
    "//evil.test",
    "///evil.test",
    "\\\\evil.test",
    "/\\evil.test",
    "https:evil.test",
    "https://evil.test/",
    "\thttps://evil.test",
    " //evil.test",
    "/\t/evil.test",
    "/%09/evil.test",
    "/%2f%2fevil.test",
    "/%5cevil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://localhost@evil.test",
    "https://localhost.evil.test",
    "/a\r\nSet-Cookie: x=1",
    "/a%0d%0aSet-Cookie:x",
    "/" + "a" * 10_000,
    "payments",
    "",
    "/sign-in",
    "/sign-out",
]


@pytest.mark.parametrize("target", LOCAL)
def test_who_was_sent_to_sign_in_comes_back(world, nina, target):
    browser = world.browser_of()
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": browser.token}

    answer = browser.client.post("/sign-in", query_string={"next": target}, data=data)

    assert answer.location == target


@pytest.mark.parametrize("target", FOREIGN)
def test_nobody_is_sent_to_another_host(world, nina, target):
    browser = world.browser_of()
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": browser.token}
    theme = {"theme": "dark", "next": target, "csrf_token": browser.token}

    signed_in = browser.client.post("/sign-in", query_string={"next": target}, data=data)
    themed = world.browser_of().post("/profile/theme", theme)

    assert (signed_in.location, themed.location) == ("/", "/")
    assert "x" not in signed_in.headers.getlist("Set-Cookie")[0].partition("=")[0]


def test_the_way_back_survives_a_wrong_password(world, nina):
    browser = world.browser_of()
    page = browser.get("/payments?q=нина", follow_redirects=True)
    action = re.search(r'<form method="post"\s+action="([^"]+)"', page.text)[1]

    wrong = browser.post(action, {"email": EMAIL, "password": "no"})
    right = browser.post(action, {"email": EMAIL, "password": PASSWORD})

    assert action in wrong.text
    assert right.location == "/payments?q=%D0%BD%D0%B8%D0%BD%D0%B0"


def test_signing_in_begins_a_new_session(world, nina):
    browser = world.browser_of()
    planted = browser.token

    sign_in(browser)
    old = browser.client.post("/profile/theme", data={"csrf_token": planted})

    assert old.status_code == 400
    assert browser.get("/payments").status_code == 200


def test_a_form_without_a_token_is_refused_with_advice(world, nina):
    data = {"email": EMAIL, "password": PASSWORD}
    stranger = world.browser_of()

    bare = stranger.post_bare("/sign-in", data=data)
    in_query = stranger.post_bare(f"/sign-in?csrf_token={stranger.token}", data=data)
    of_another = stranger.post_bare(
        "/sign-in", data={**data, "csrf_token": world.browser_of("anna").token}
    )

    assert [each.status_code for each in (bare, in_query, of_another)] == [400, 400, 400]
    assert "обновите её и отправьте ещё раз. Деньги не отправлялись." in bare.text
    assert stranger.get("/payments").status_code == 303


def test_after_signing_out_the_browser_is_a_strangers(world, nina):
    browser = world.browser_of()
    sign_in(browser)
    inside = browser.get("/payments").status_code

    out = Browser(browser.client).post("/sign-out")

    assert (inside, out.status_code, out.location) == (200, 303, "/sign-in")
    assert browser.get("/payments").status_code == 303


CREDENTIALS = {
    "nothing": {},
    "no password": {"email": EMAIL},
    "no e-mail": {"password": PASSWORD},
    "a long e-mail": {"email": "a" * 300 + "@example.test", "password": PASSWORD},
    "a long password": {"email": EMAIL, "password": "x" * 10_000},
    "SQL": {"email": "' OR 1=1 --", "password": "' OR 1=1 --"},
    "another alphabet": {"email": "нина@почта.рф", "password": "пароль😀"},
}


@pytest.mark.parametrize("data", CREDENTIALS.values(), ids=CREDENTIALS.keys())
def test_odd_credentials_are_only_wrong(world, nina, data):
    assert world.browser_of().post("/sign-in", data).status_code == 422


@pytest.mark.parametrize("field", ["email", "password"])
def test_a_nul_in_a_form_is_refused(world, nina, field):
    data = {"email": EMAIL, "password": PASSWORD} | {field: "a\x00b"}

    assert world.browser_of().post("/sign-in", data).status_code == 400


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(world, nina):
    cookie = sign_in(world.browser_of()).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


SESSIONS = ["", "x", "x" * 4000, "eyJfdXNlcl9pZCI6IjEuMCJ9.aaaa.bbbb", "1.0"]


@pytest.mark.parametrize("cookie", SESSIONS)
def test_a_session_that_we_did_not_sign_is_nobodys(world, cookie):
    stranger = world.browser_of()
    stranger.client.set_cookie("portal_session", cookie)

    assert stranger.get("/payments").status_code == 303


@pytest.mark.parametrize("named", ["", "1", "1.0", "x" * 43, "0" * 64, "9" * 4000])
def test_a_session_that_names_nobody_is_nobodys(world, named):
    browser = world.browser_of()
    with browser.client.session_transaction() as session:
        session["_user_id"] = named

    assert browser.get("/payments").status_code == 303
