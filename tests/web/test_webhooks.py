"""The banks' door: what is genuine is stored and answered 200, everything else is not (F4, F5)."""

import gzip

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from portal.jobs.queue import QUEUE
from portal.store.db import db
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.ledger import Transfer
from tests.banks.test_tochka_forgeries import FORMS, HEADERS, SIGNATURES
from tests.banks.test_tochka_webhooks import AMOUNTS, FOREIGN, OPERATION_IDS, SAMPLES, UNREADABLE
from tests.banks.tokens import CLAIMS, token

DOOR = "/webhooks/tochka/payment"
RECEIVED, UNSUPPORTED = DeliveryStatus.RECEIVED, DeliveryStatus.UNSUPPORTED
LIMIT = 65_536
READ_ONLY = {"sqlite": "PRAGMA query_only=1", "postgresql": "SET TRANSACTION READ ONLY"}


def send(app, body, door=DOOR, **more):
    """Deliver a body as the bank does: text/plain, no session, no token of ours."""
    return app.test_client().post(door, data=body, **{"content_type": "text/plain"} | more)


def stored(app):
    """Return status, operation and reference of every stored delivery."""
    with app.app_context():
        rows = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
        return [(row.status, row.operation_id, row.reference) for row in rows]


def rung(redis_url):
    """Return the jobs that wait in the queue."""
    with Redis.from_url(redis_url) as connection:
        return Queue(QUEUE, connection=connection, serializer=JSONSerializer).job_ids


def read_only(app, listen):
    """Let the database refuse every writing, as a standby or a full disk does."""
    with app.app_context():
        words = READ_ONLY[db.engine.dialect.name]
    listen("begin", lambda connection: connection.exec_driver_sql(words))


OURS = (RECEIVED, CLAIMS["operationId"], CLAIMS["paymentLinkId"])


def test_an_event_of_ours_is_stored_and_its_reading_is_rung_for(app, redis_url):
    answer = send(app, token())

    assert (answer.status_code, answer.data) == (200, b"")
    assert (stored(app), rung(redis_url)) == ([OURS], ["deliveries-apply-1"])
    with app.app_context():
        row = db.session.get_one(Delivery, 1)
        assert row.body == token().decode()
        assert row.claims == CLAIMS
        assert db.session.scalars(select(Transfer)).all() == []


@pytest.mark.parametrize("name", ["card", "sbp"])
def test_the_banks_published_sample_is_genuine_and_somebody_elses(app, redis_url, name):
    answer = send(app, (SAMPLES / f"{name}.jwt").read_bytes())

    operation = "beeac8a4-6047-3f38-8922-a664e6b5c43b"
    assert answer.status_code == 200
    assert stored(app) == [(DeliveryStatus.FOREIGN, operation, "12345-ab-cd")]
    assert rung(redis_url) == []


def test_an_event_that_comes_again_is_a_new_row(app):
    answers = [send(app, token()).status_code for _ in range(2)]

    assert (answers, stored(app)) == ([200, 200], [OURS, OURS])


def test_events_of_other_companies_are_kept_and_ask_for_nothing(app, redis_url):
    bodies = [token({**CLAIMS, **changes}) for changes in FOREIGN.values()]
    bodies.append(token({**CLAIMS, "operationId": None, "paymentLinkId": None}))

    answers = [send(app, body).status_code for body in bodies]

    assert answers == [200] * len(bodies)
    assert [row[0] for row in stored(app)] == [DeliveryStatus.FOREIGN] * len(bodies)
    assert rung(redis_url) == []


def test_events_of_other_kinds_are_kept_and_ask_for_nothing(app, redis_url):
    kinds = ["incomingPayment", "ACQUIRINGINTERNETPAYMENT", "", None, 1, [], {"a": 1}]

    answers = [send(app, token({**CLAIMS, "webhookType": kind})).status_code for kind in kinds]

    assert answers == [200] * 7
    assert [row[0] for row in stored(app)] == [UNSUPPORTED] * 7
    assert rung(redis_url) == []


def test_signed_claims_that_nobody_can_read_are_kept_all_the_same(app):
    bodies = [token(payload) for payload in UNREADABLE.values()]
    small = [body for body in bodies if len(body) <= LIMIT]

    answers = [send(app, body).status_code for body in small]

    assert (len(bodies), answers) == (16, [200] * 14)
    assert stored(app) == [(UNSUPPORTED, None, None)] * 14


def test_an_operation_id_that_cannot_be_one_is_not_kept_as_one(app):
    bodies = [token({**CLAIMS, "operationId": operation}) for operation in OPERATION_IDS]

    answers = [send(app, body).status_code for body in bodies]

    assert answers == [200] * len(bodies)
    assert stored(app) == [(RECEIVED, None, CLAIMS["paymentLinkId"])] * len(bodies)


def test_no_sum_in_an_event_moves_money(app):
    answers = [send(app, token({**CLAIMS, "amount": sum_})).status_code for sum_ in AMOUNTS]

    assert (answers, stored(app)) == ([200] * len(AMOUNTS), [OURS] * len(AMOUNTS))
    with app.app_context():
        assert db.session.scalars(select(Transfer)).all() == []


@pytest.mark.parametrize("group", [FORMS, HEADERS, SIGNATURES], ids=["form", "header", "signature"])
def test_what_the_bank_has_not_signed_is_refused_and_not_stored(app, redis_url, group):
    answers = {name: send(app, body).status_code for name, body in group.items()}

    large = {name: 413 for name, body in group.items() if len(body) > LIMIT}
    assert answers == dict.fromkeys(group, 400) | large
    assert (stored(app), rung(redis_url)) == ([], [])


@pytest.mark.parametrize("kind", [None, "application/json", "application/jwt", "text/html"])
def test_the_signature_decides_and_not_the_content_type(app, kind):
    assert send(app, token(), content_type=kind).status_code == 200


def test_a_token_that_calls_itself_a_form_is_still_a_token(app):
    answer = send(app, token(), content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, stored(app)) == (200, [OURS])


@pytest.mark.parametrize("white", [b"\n", b"\r\n", b" \t\n"])
def test_white_space_around_a_token_does_no_harm(app, white):
    assert send(app, white + token() + white).status_code == 200


def test_a_body_over_the_limit_is_not_read(app):
    answers = [send(app, b"x" * size).status_code for size in (LIMIT, LIMIT + 1, 10_000_000)]

    assert (answers, stored(app)) == ([400, 413, 413], [])


def test_a_packed_body_is_not_unpacked(app):
    answer = send(app, gzip.compress(token()), headers={"Content-Encoding": "gzip"})

    assert (answer.status_code, stored(app)) == (415, [])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
def test_only_post_opens_the_door(app, method):
    answer = app.test_client().open(DOOR, method=method)

    assert (answer.status_code, stored(app)) == (405, [])


@pytest.mark.parametrize("door", ["/webhooks/nobody/payment", "/webhooks/x%00/payment"])
def test_an_account_that_we_do_not_have_has_no_door(app, door):
    assert send(app, token(), door=door).status_code == 404


def test_when_nothing_can_be_stored_the_bank_is_told_to_come_again(app, redis_url, listen):
    read_only(app, listen)

    genuine, forged = send(app, token()), send(app, FORMS["bearer"])

    assert (genuine.status_code, forged.status_code) == (503, 400)
    assert rung(redis_url) == []


def test_a_refused_token_is_not_written_to_the_log(app, caplog):
    body = SIGNATURES["another key"]

    send(app, body)

    assert "account tochka: webhook refused" in caplog.text
    assert body.decode()[-40:] not in caplog.text
    assert CLAIMS["operationId"] not in caplog.text
