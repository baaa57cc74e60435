"""Who is asked for the second step and when; the code in its place; nothing typed is lost."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.domain import clock
from portal.domain.actors import Actor
from portal.domain.permissions import Role
from portal.domain.refunds import RefundStatus
from portal.store.db import transaction
from portal.store.sessions import UserSession
from portal.usecases.sessions import keep_draft
from tests import builders
from tests.fakes import FakeBank
from tests.web.yandex.conftest import GLEBOV, arrives, employ, entries, switch

NEEDING = ["/payments", "/payments/1", "/payments/1/refund"]
OFF = "Вторая проверка отключена"


@pytest.mark.parametrize("path", NEEDING)
def test_payments_open_after_the_step(anna, path):
    answer = anna.client.get(path)

    assert (answer.status_code, answer.location) == (
        303,
        f"/confirm/yandex?next={path.replace('/', '%2F')}",
    )


def test_other_pages_open_without_it(anna):
    page = anna.client.get("/consultations")

    assert (page.status_code, OFF in page.text) == (200, False)


def test_switched_off_nobody_is_asked_and_everybody_is_told(anna):
    switch(anna.client.application, yandex_required=False)

    page = anna.client.get("/payments")

    assert (page.status_code, OFF in page.text) == (200, True)


def test_htmx_gets_the_step_in_its_dialog(anna):
    headers = {"HX-Request": "true", "HX-Target": "dlg"}

    answer = anna.client.get("/payments/1/refund", headers=headers)

    assert (answer.status_code, answer.headers["X-Step-Up"]) == (401, "yandex")
    assert "/confirm/yandex?next=%2Fpayments%2F1%2Frefund" in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(("passed", "status"), [(11 * 60 + 59, 200), (12 * 60 + 1, 303)])
def test_the_step_counts_for_twelve_hours(anna, passed, status):
    switch(anna.client.application, session_idle_minutes=24 * 60, session_hours=48)
    with anna.client.application.app_context(), transaction() as session:
        session.query(UserSession).update({"expires_at": clock.now() + timedelta(days=2)})
    anna.confirms()

    with time_machine.travel(clock.now() + timedelta(minutes=passed)):
        assert anna.client.get("/payments").status_code == status


@pytest.mark.parametrize(("passed", "status"), [(14, 200), (16, 303)])
def test_changes_of_access_need_it_fresh(portal, anna, passed, status):
    gleb = arrives(portal, employ(portal, "gleb", Role.SUPER_ADMIN, GLEBOV))
    gleb.confirms("glebov.pay")

    with time_machine.travel(clock.now() + timedelta(minutes=passed)):
        answer = gleb.client.get(f"/users/{anna.user_id}/yandex/unlink")

    assert answer.status_code == status


def test_only_the_pages_with_the_button_lead_their_forms_to_yandex(anna, simulators_url):
    policy = anna.client.get("/confirm/yandex").headers["Content-Security-Policy"]
    elsewhere = anna.client.get("/consultations").headers["Content-Security-Policy"]

    assert f"form-action 'self' {simulators_url} https://*.yandex.ru;" in policy
    assert "form-action 'self';" in elsewhere


def code_for(person, email="anna@example.test"):
    runner = person.client.application.test_cli_runner()
    made = runner.invoke(args=["users", "yandex-code", email])
    assert made.exit_code == 0
    return made.output.splitlines()[0]


def enters(person, code):
    return person.posts("/confirm/code", {"code": code}, query_string={"next": "/payments"})


def test_a_code_counts_as_the_step_for_this_session(anna):
    code = code_for(anna)
    assert re.fullmatch(r"[A-Z2-9]{5}-[A-Z2-9]{5}", code)

    answer = enters(anna, code.lower().replace("-", " "))

    assert (answer.status_code, answer.location) == (303, "/payments")
    assert anna.client.get("/payments").status_code == 200
    app = anna.client.application
    assert entries(app, "yandex.confirm") == [("done", {"by": "code"})]
    assert entries(app, "yandex.code") == [("done", {})]


def refused(person, code):
    answer = enters(person, code)
    assert (answer.status_code, "Код не подошёл" in answer.text) == (422, True)


def test_a_code_works_once_and_the_next_one_voids_it(anna):
    first, second = code_for(anna), code_for(anna)

    refused(anna, first)
    assert anna.confirmed == [None]
    assert enters(anna, second).status_code == 303
    refused(anna, second)


def test_a_code_of_another_person_opens_nothing(portal, anna):
    employ(portal, "gleb", Role.SUPER_ADMIN, GLEBOV)

    refused(anna, code_for(anna, "gleb@example.test"))
    assert anna.confirmed == [None]


def test_a_code_of_ten_minutes_is_too_old(anna):
    code = code_for(anna)

    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        refused(anna, code)


def test_the_sixth_try_is_refused_even_when_it_is_right(anna):
    code = code_for(anna)
    for wrong in ("AAAAA-AAAAA", "0", "' OR 1=1", "\u0661" * 10, "Z" * 40):
        refused(anna, wrong)

    refused(anna, code)
    assert anna.confirmed == [None]
    denied = ("denied", {"refusal": "wrong_code"})
    assert entries(anna.client.application, "yandex.confirm") == [denied] * 6


def test_no_code_is_made_for_nobody(app):
    answer = app.test_cli_runner().invoke(args=["users", "yandex-code", "nobody@example.test"])

    assert (answer.exit_code, "Действующего человека" in answer.output) == (1, True)


@pytest.fixture
def bank():
    """Give the bank in memory."""
    return FakeBank()


@pytest.fixture
def cancelled(portal, bank):
    """Give the number of a payment that may be refunded."""
    with portal.app_context():
        consultation = builders.book(builders.customer())
        payment = builders.start_to_pay(bank, consultation)
        builders.pay(bank, payment)
        builders.cancel(Actor(None, "portal"), consultation)
        return payment


def hidden(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1]


TYPED = {
    "mode": "part",
    "amount": "1234,56",
    "reason": "complaint",
    "comment": "Долго & <b>зря</b>",
}


def test_a_part_of_a_page_leads_back_to_the_page(anna):
    headers = {"HX-Request": "true", "HX-Target": "rp-1"}

    answer = anna.client.get("/refunds/1/status?v=1", headers=headers)

    assert (answer.status_code, answer.headers["X-Step-Up"]) == (401, "yandex")
    assert 'href="/confirm/yandex?next=%2Frefunds%2F1"' in answer.text


def test_a_sum_that_is_being_reckoned_when_the_step_is_asked_for_comes_back(anna, cancelled):
    headers = {"HX-Request": "true", "HX-Target": "effects"}
    typed = TYPED | {"csrf_token": "x"}
    path = f"/payments/{cancelled}/refund"

    asked = anna.client.get(f"{path}/preview", query_string=typed, headers=headers)
    anna.confirms(next_path=path)

    assert asked.status_code == 401
    assert "csrf" not in str(asked.headers)
    assert 'value="1234,56"' in anna.client.get(path).text


def test_a_refund_that_the_step_interrupts_comes_back_as_it_was_typed(anna, cancelled):
    stale = {"intent_key": "11111111-1111-4111-8111-111111111111", "expected_remaining": "5"}
    asked = anna.posts(f"/payments/{cancelled}/refund", TYPED | stale)
    assert asked.status_code == 303

    anna.confirms(next_path=f"/payments/{cancelled}/refund")
    page = anna.client.get(f"/payments/{cancelled}/refund").text

    assert 'value="1234,56"' in page
    assert "Долго &amp; &lt;b&gt;зря&lt;/b&gt;" in page
    assert re.search(r'<option selected value="complaint">', page)
    assert re.search(r'<input checked[^>]*value="part"', page)
    assert hidden(page, "expected_remaining") == "300000"
    assert hidden(page, "intent_key") != stale["intent_key"]
    again = anna.client.get(f"/payments/{cancelled}/refund").text
    assert "1234,56" not in again


def drafted(portal, person, path, fields):
    """Open a form of a consultation at its hour, with a draft of it kept; return the page."""
    with time_machine.travel(builders.DURING):
        here = arrives(portal, person.user_id)
        with portal.app_context():
            keep_draft(2, path, fields)
        return here.client.get(path).text


def test_the_end_of_a_consultation_comes_back_as_it_was_typed(anna, portal):
    with portal.app_context():
        builders.book(builders.customer())
    fields = {"outcome": ["unsuccessful"], "reason": ["Не пришёл"]}

    page = drafted(portal, anna, "/consultations/1/complete", fields)

    assert re.search(r'<input checked[^>]*value="unsuccessful"', page)
    assert 'value="Не пришёл"' in page


def test_a_cancellation_comes_back_as_it_was_typed(anna, bank, portal):
    with portal.app_context():
        builders.pay(bank, builders.start_to_pay(bank, builders.book(builders.customer())))
        fields = {"by": ["staff"], "reason": ["Врач заболел"], "then_refund": ["1"]}
        keep_draft(1, "/consultations/1/cancel", fields)

    page = anna.client.get("/consultations/1/cancel").text

    assert re.search(r'<input checked[^>]*value="staff"', page)
    assert 'value="Врач заболел"' in page
    assert re.search(r'<input checked[^>]*name="then_refund"', page)


def test_a_decision_about_an_unknown_refund_comes_back_as_it_was_typed(
    anna, bank, cancelled, portal
):
    path = "/refunds/1/resolve"
    with portal.app_context():
        bank.goes_silent("refund")
        builders.send(bank, builders.ask(Actor(anna.user_id, "anna"), cancelled))
    asked = anna.posts(path, {"line": "none", "reason": "Банк ответил на обращение 7"})
    assert asked.status_code == 303

    anna.confirms(next_path=path)
    page = anna.client.get(path).text

    assert "Банк ответил на обращение 7</textarea>" in page
    assert re.search(r'<input checked[^>]*value="none"', page)
    with portal.app_context():
        assert builders.refund(1).status is RefundStatus.UNKNOWN
