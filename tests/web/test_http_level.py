"""What lies about the host, the address or the visitor is not believed (reliability.md §4 H)."""

import pytest

from portal.store.db import transaction
from portal.store.users import User

EVIL = "evil.test"


@pytest.fixture
def anna(world):
    return world.browser_of("anna")


@pytest.fixture
def hosts(world):
    """Answer one host name only."""
    world.app.config["TRUSTED_HOSTS"] = ["pay.example.org"]
    yield world
    world.app.config["TRUSTED_HOSTS"] = None


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("pay.example.org", 200),
        ("pay.example.org:8443", 200),
        (EVIL, 400),
        (f"pay.example.org.{EVIL}", 400),
        (f"pay.example.org@{EVIL}", 400),
        ("", 400),
    ],
)
def test_only_our_own_hosts_are_answered(hosts, host, status):
    answer = hosts.browser_of().get("/sign-in", headers={"Host": host})

    assert answer.status_code == status
    assert EVIL not in answer.text


SPOOFED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Original-URL": "/deliveries",
    "X-Rewrite-URL": "/deliveries",
    "Forwarded": f"host={EVIL}",
    "X-User-Id": "3",
    "X-Real-IP": "192.0.2.66",
}


def test_no_header_of_a_visitor_makes_them_somebody_or_us_elsewhere(world):
    stranger, vera = world.browser_of(), world.browser_of("vera")

    sent = stranger.get("/payments", headers=SPOOFED)

    assert (sent.status_code, sent.location) == (303, "/sign-in?next=%2Fpayments")
    assert vera.get("/deliveries", headers=SPOOFED).status_code == 403
    assert EVIL not in vera.get("/payments", headers=SPOOFED).text


DETOURS = [
    "/payments//deliveries",
    "/./deliveries%20",
    "/deliveries/",
    "/deliveries.",
    "/deliveries;x=1",
    "/payments/..%2fdeliveries",
    "/payments/../deliveries",
    "/%2fdeliveries",
    "/DELIVERIES",
    "/deliveries%00",
    "/static/../deliveries",
]


@pytest.mark.parametrize("path", DETOURS)
def test_no_spelling_of_an_address_leads_past_its_right(world, path):
    answer = world.browser_of("vera").get(path)

    assert answer.status_code in (400, 403, 404, 308)
    assert world.browser_of("vera").get(path, follow_redirects=True).status_code >= 400


def test_a_page_is_given_whole_and_anew(anna):
    whole = anna.get("/payments")
    asked = {"Range": "bytes=0-10", "If-None-Match": "*", "If-Modified-Since": "x"}

    again = anna.get("/payments", headers=asked)

    assert (whole.status_code, again.status_code) == (200, 200)
    assert again.headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Last-Modified", "Content-Range"} & set(again.headers.keys())


def test_who_wants_json_reads_the_same_refusal(anna):
    answer = anna.get("/payments/999999", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_bomb_of_cookies_is_a_strangers(world):
    bomb = "; ".join(f"c{number}={'x' * 80}" for number in range(1000))

    answer = world.browser_of().client.get("/payments", headers={"Cookie": bomb})

    assert answer.status_code == 303


def test_a_name_of_a_method_is_not_guessed(anna):
    assert anna.client.open("/payments", method="get").status_code in (200, 405)
    assert anna.client.open("/payments/1/sync", method="post").status_code in (400, 405)


@pytest.mark.parametrize("forwarded", ["1.2.3.4," * 1000, "::1", "мусор", "' or 1=1", "\x7f"])
def test_a_garbled_chain_of_proxies_is_no_address(world, anna, forwarded):
    answer = anna.get("/profile", headers={"X-Forwarded-For": forwarded.encode().decode("latin-1")})

    assert answer.status_code == 200
    with world.app.app_context(), transaction() as session:
        assert session.get_one(User, world.people["anna"]).is_active
