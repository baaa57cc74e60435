"""The banks' door where a bank seals its messages and believes sealed answers only (K187-K202)."""

from urllib.parse import parse_qsl

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from portal.jobs import deliveries
from portal.jobs.queue import QUEUE
from portal.sandbox.freedompay.papers import read_paper
from portal.sandbox.freedompay.seals import is_sealed
from portal.store.db import db
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.ledger import Transfer
from tests.banks.freedompay_answers import (
    BASE,
    BINDING,
    CALLBACKS,
    MERCHANT,
    OPERATION,
    REFERENCE,
    RESULT,
    SECRET,
    form,
    in_xml,
)
from tests.banks.test_freedompay_callbacks import FORMS, ODD_VALUES, SEALS

DOOR = "/webhooks/kazakh/result"
FORM = "application/x-www-form-urlencoded"
KAZAKH = {
    "connector": "freedompay",
    "merchant_id": MERCHANT,
    "secret_key": SECRET,
    "base_url": BASE,
    "callback_url": CALLBACKS,
}


@pytest.fixture
def accounts(accounts):
    """Give a second account, whose secret the tests know."""
    twin = {**KAZAKH, "secret_key": "another-secret", "priority": 2}
    return {**accounts, "kazakh": KAZAKH, "twin": twin}


def send(app, body, door=DOOR, **more):
    """Deliver a body as the bank does: a form, no session, no token of ours."""
    return app.test_client().post(door, data=body, content_type=FORM, **more)


def stored(app):
    """Return what is kept of every delivery."""
    with app.app_context():
        rows = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [(row.status, row.operation_id, row.reference, row.body) for row in rows]


def rung(redis_url):
    """Return the jobs that wait in the queue."""
    with Redis.from_url(redis_url) as connection:
        return Queue(QUEUE, connection=connection, serializer=JSONSerializer).job_ids


def test_a_result_is_stored_without_its_people_and_answered_under_our_seal(app, redis_url):
    answer = send(app, form(RESULT))

    told = read_paper(answer.text)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert (dict(told)["pg_status"], is_sealed("result", told, SECRET)) == ("ok", True)
    ((status, operation, reference, body),) = stored(app)
    assert (status, operation, reference) == (DeliveryStatus.RECEIVED, OPERATION, REFERENCE)
    assert [each for each in ("77010000000", "example.test", "1981") if each in body] == []
    assert dict(parse_qsl(body))["pg_result"] == "1"
    assert rung(redis_url) == ["deliveries-apply-1"]


def test_a_message_that_comes_again_gets_the_same_answer(app):
    told = [dict(read_paper(send(app, form(RESULT)).text)) for _ in range(2)]

    words = [(each["pg_status"], each["pg_description"]) for each in told]
    assert words == [("ok", "accepted")] * 2
    assert len(stored(app)) == 2


@pytest.mark.parametrize("group", [SEALS, FORMS], ids=["seal", "form"])
def test_what_the_bank_has_not_sealed_so_is_refused_and_not_stored(app, redis_url, group):
    answers = {name: send(app, body).status_code for name, body in group.items()}

    assert answers == dict.fromkeys(group, 400)
    assert (stored(app), rung(redis_url)) == ([], [])


def test_a_sealed_value_in_odd_clothes_is_refused_and_not_stored(app):
    bodies = [form({**RESULT, **changes}) for changes in ODD_VALUES.values()]

    assert [send(app, body).status_code for body in bodies] == [400] * len(bodies)
    assert stored(app) == []


def test_no_message_moves_money(app):
    for result in ("0", "1"):
        send(app, form({**RESULT, "pg_result": result}))

    with app.app_context():
        assert db.session.scalars(select(Transfer)).all() == []


def test_a_message_of_the_other_mode_is_kept_and_asks_for_nothing(app, redis_url):
    answer = send(app, form({**RESULT, "pg_testing_mode": "1"}))

    assert (answer.status_code, stored(app)[0][0]) == (200, DeliveryStatus.FOREIGN)
    assert rung(redis_url) == []


def test_the_account_in_the_address_decides_whose_seal_it_is(app):
    assert send(app, form(RESULT), "/webhooks/twin/result").status_code == 400
    assert stored(app) == []


@pytest.mark.parametrize(
    "door",
    ["/webhooks/kazakh/payment", "/webhooks/kazakh/check", "/webhooks/tochka/result"],
)
def test_a_door_that_the_bank_does_not_know_is_none(app, door):
    assert send(app, form(RESULT, door.rpartition("/")[2]), door).status_code == 404


def test_a_message_in_an_address_is_not_taken(app):
    assert app.test_client().get(f"{DOOR}?{form(RESULT).decode()}").status_code == 405


def test_a_binding_is_kept_without_the_card_and_moves_nothing(app, redis_url):
    answer = send(app, in_xml(BINDING, "binding"), "/webhooks/kazakh/binding")

    assert is_sealed("binding", read_paper(answer.text), SECRET)
    ((status, operation, reference, body),) = stored(app)
    assert (status, operation) == (DeliveryStatus.RECEIVED, "1814725900")
    assert (reference, "ef741cfc" in body) == ("BIND-u-7-1", False)
    assert rung(redis_url) == ["deliveries-apply-1"]
    with app.app_context():
        deliveries.apply(1)
        assert (db.session.scalars(select(Transfer)).all(), stored(app)[0][0]) == (
            [],
            DeliveryStatus.FOREIGN,
        )
