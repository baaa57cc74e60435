"""Forms that no page of ours sends are refused, and nothing moves (reliability.md §4 F)."""

from datetime import timedelta

import pytest

from portal.domain.refunds import RefundStatus
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from tests import builders
from tests.builders import PRICE, STARTS_AT, purse
from tests.web.test_refund_form import WHOLE, refunds


@pytest.fixture
def anna(world):
    return world.browser_of("anna")


def place(world):
    return f"/payments/{world.payment}/refund"


def token_of_another(world, _anna):
    return {"data": WHOLE | {"csrf_token": world.browser_of("gleb").token}}


def token_in_the_address(_world, anna):
    return {"data": WHOLE, "query_string": {"csrf_token": anna.token}}


def token_as_plain_text(_world, anna):
    body = "&".join(f"{name}={value}" for name, value in WHOLE.items())
    return {"data": f"{body}&csrf_token={anna.token}", "content_type": "text/plain"}


def token_in_json(_world, anna):
    return {"json": WHOLE | {"csrf_token": anna.token}}


def token_from_elsewhere(_world, _anna):
    headers = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    return {"data": WHOLE, "headers": headers}


TRICKS = (
    token_of_another,
    token_in_the_address,
    token_as_plain_text,
    token_in_json,
    token_from_elsewhere,
)


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_only_the_token_of_ones_own_session_in_the_form_counts(world, anna, trick):
    answer = anna.post_bare(place(world), **trick(world, anna))

    assert answer.status_code == 400
    assert refunds(world) == []


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_makes_no_post_of_a_get(world, anna, name):
    answer = anna.get(place(world), query_string=WHOLE, headers={name: "POST"})

    assert answer.status_code == 200
    assert refunds(world) == []


def test_fields_that_no_form_has_change_nothing(world, anna):
    extra = {"status": "succeeded", "state": "succeeded", "requested_by_id": "3", "rights": "*"}
    extra |= {"is_super": "1", "__proto__": "x", "a[b][c][d]": "x", "own": "1"}

    anna.post(place(world), WHOLE | extra)

    assert refunds(world) == [PRICE]
    with world.app.app_context():
        refund = builders.refund(world.refund + 1)
        assert (refund.status, refund.requested_by_id) == (RefundStatus.REQUESTED, 1)
        assert refund.amount == builders.rub(PRICE)


def test_too_many_parts_of_a_form_are_not_read(world, anna):
    parts = {f"f{number}": "x" for number in range(500)}

    answer = anna.post_bare(place(world), data=parts, content_type="multipart/form-data")

    assert answer.status_code == 413
    assert refunds(world) == []


ODD_KEYS = ["", "0", "x" * 10_000, "\n" * 36, "7" * 36, "' or 1=1 --"]


@pytest.mark.parametrize("key", ODD_KEYS, ids=range(len(ODD_KEYS)))
def test_a_key_that_we_did_not_make_names_no_refund(world, anna, key):
    answer = anna.post(place(world), WHOLE | {"intent_key": key})

    assert answer.status_code == 422
    assert refunds(world) == []
    with world.app.app_context():
        assert purse(world.people["zoya"]) == (PRICE, 0, PRICE)


ODD_REASONS = {
    "HTML": "<img src=x onerror=alert(1)>",
    "a line of a log": "Заболел\r\n2026-11-24 root deleted everything",
    "from right to left": "\u202eлобаЗ",
}


@pytest.mark.parametrize("reason", ODD_REASONS.values(), ids=ODD_REASONS)
def test_what_a_person_types_is_kept_as_text(world, anna, reason):
    path = f"/consultations/{world.scheduled}"

    answer = anna.post(f"{path}/cancel", {"by": "staff", "reason": reason})

    assert answer.location == path
    assert "<img src=x" not in anna.get(path).text
    with world.app.app_context(), transaction() as session:
        entries = session.query(AuditEntry).filter_by(action="consultation.cancel")
        assert entries.order_by(AuditEntry.id.desc()).first().reason == reason.strip()


def test_a_reason_without_end_is_refused(world, anna):
    path = f"/consultations/{world.scheduled}/cancel"

    answer = anna.post(path, {"by": "staff", "reason": "ж" * 100_000})

    assert answer.status_code == 422
    assert "Отменить консультацию" in anna.get(f"/consultations/{world.scheduled}").text


@pytest.mark.parametrize("odd", ["\x1b[31mЗаболел", "Забо\x07лел", "Заболел\x7f"], ids=ascii)
def test_what_a_terminal_would_obey_is_refused(world, anna, odd):
    path = f"/consultations/{world.scheduled}"

    answer = anna.post(f"{path}/cancel", {"by": "staff", "reason": odd})

    assert answer.status_code == 400
    assert "Запланирована" in anna.get(path).text


def test_what_is_going_on_is_not_cancelled_and_what_is_cancelled_not_completed(world, anna, now):
    path = f"/consultations/{world.scheduled}"
    anna.post(f"{path}/cancel", {"by": "staff", "reason": "Заболел врач"})
    with world.app.app_context():
        going_on = builders.book(world.people["kirill"])
    now.move_to(STARTS_AT + timedelta(minutes=1))
    anna = world.browser_of("anna")

    late = anna.post(f"/consultations/{going_on}/cancel", {"by": "staff", "reason": "Поздно"})
    dead = anna.post(f"{path}/complete", {"outcome": "completed", "reason": "Прошла"})

    assert (late.status_code, dead.status_code) == (409, 409)
    assert "Консультация уже изменилась: идёт сейчас. Сейчас ничего не сделано." in late.text
    assert "Консультация уже изменилась: отменена, Анна" in dead.text
    with world.app.app_context():
        assert builders.errors_in_the_book() == []
