"""Every door asks who is there, and answers nobody with what is not theirs (E4, I-38, I-40)."""

import pytest
from werkzeug.test import TestResponse

from portal.domain.permissions import Permission
from tests import builders
from tests.web.access_table import DOORS, MAY_READ_CONTACTS, MAY_READ_NAMES, PEOPLE
from tests.web.conftest import NOW, World, disable, entrust

NAME = "Канарейкина"
CONTACTS = ("zoya.canary", "9037654321", "903 765", "765-43-21", "7654321")


def address_of(rule: str, world: World) -> str:
    """Fill in what a rule leaves open: whatever it names is Зоя's."""
    return (
        rule.replace("<int:number>", str(world.number_of(rule.split("/")[1])))
        .replace("<int:client_id>", str(world.people["zoya"]))
        .replace("<int:slot_id>", str(world.slot))
        .replace("<string:token>", world.pay_token)
        .replace("<string:name>", "tochka")
        .replace("<any(suspend,resume):act>", "suspend")
        .replace("<string:door>", "payment")
        .replace("<path:filename>", "portal.css")
    )


def knock(world: World, name: str, door: tuple[str, str]) -> TestResponse:
    """Come to a door as one of the cast."""
    browser = world.browser_of("" if name == "stranger" else name)
    return browser.send(door[0], address_of(door[1], world))


def leaked(name: str, text: str) -> list[str]:
    """Return what of Зоя's stands in an answer although this person may not read it."""
    secrets = [] if name in MAY_READ_CONTACTS else list(CONTACTS)
    secrets += [] if name in MAY_READ_NAMES else [NAME]
    return [f"{name}: {secret}" for secret in secrets if secret in text]


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_everybody_gets_the_answer_of_the_table_and_nobody_elses_data(world, door):
    answers = {name: knock(world, name, door) for name in PEOPLE}

    got = [answer.status_code for answer in answers.values()]
    leaks = [leaked(name, f"{each.headers}{each.text}") for name, each in answers.items()]
    assert got == DOORS[door]
    assert leaks == [[] for _ in PEOPLE]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_table_has_every_door(app):
    doors = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert doors == set(DOORS)


def test_the_second_visitor_is_not_taken_for_the_first(world):
    client = world.browser_of("anna").client
    first = client.get("/payments/1/refund/preview").status_code
    builders.sign_in(client, world.people["vera"])

    second = client.get("/payments/1/refund/preview").status_code

    assert (first, second) == (200, 403)


def test_a_hidden_button_is_refused_at_its_door(world):
    form = {"reason": "mistaken_payment", "mode": "all", "expected_remaining": "300000"}
    form["intent_key"] = "22222222-2222-4222-8222-222222222222"
    vera, address = world.browser_of("vera"), f"/payments/{world.payment}"

    card = vera.get(address).text
    answer = vera.post(f"{address}/refund", form)

    assert f"{address}/refund" not in card
    assert answer.status_code == 403
    with world.app.app_context():
        assert builders.payment(world.payment).last_refund_id is None
        assert builders.errors_in_the_book() == []


def test_a_customer_entrusted_with_refunds_may_refund(world):
    form = {"reason": "mistaken_payment", "mode": "all", "expected_remaining": "300000"}
    form["intent_key"] = "22222222-2222-4222-8222-222222222222"

    answer = world.browser_of("gulya").post(f"/payments/{world.payment}/refund", form)

    with world.app.app_context():
        refund = builders.refund(world.refund + 1)
        assert answer.location == f"/refunds/{refund.id}"
        assert (refund.payment_id, refund.requested_by_id) == (
            world.payment,
            world.people["gulya"],
        )


def test_a_right_ends_at_its_hour(world):
    with world.app.app_context():
        entrust(world.people["kirill"], Permission.PAYMENTS_READ, until=NOW)

    assert world.browser_of("kirill").get("/payments").status_code == 403


def test_whoever_is_disabled_is_out_at_the_next_request(world):
    anna = world.browser_of("anna")
    before = anna.get("/payments").status_code
    with world.app.app_context():
        disable(world.people["anna"])

    after = anna.get("/payments")

    assert (before, after.status_code) == (200, 303)
    assert after.location == "/sign-in?next=%2Fpayments"


NUMBERED = [door for door in DOORS if "<int:number>" in door[1]]
NUMBERS = ["0", "9" * 18, "9" * 19, "9" * 5000, "-1", "+1", "1 or 1", "１２", "1.0", "0x1", "%00"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_no_row_has_is_not_found(world, number):
    gleb, zoya = world.browser_of("gleb"), world.browser_of("zoya")
    with world.app.app_context():
        entrust(world.people["zoya"], Permission.OWN_REFUND)

    answers = {
        door: (zoya if "account" in door[1] else gleb)
        .send(door[0], door[1].replace("<int:number>", number))
        .status_code
        for door in NUMBERED
    }

    assert answers == dict.fromkeys(NUMBERED, 404)


def test_somebody_elses_consultation_reads_like_a_missing_one(world):
    kirill = world.browser_of("kirill")

    hers = kirill.get(
        f"/account/consultations/{world.scheduled}/cancel", headers={"HX-Request": "true"}
    )
    none = kirill.get("/account/consultations/999999/cancel", headers={"HX-Request": "true"})

    assert (hers.status_code, hers.text) == (none.status_code, none.text)
