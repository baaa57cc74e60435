"""Whatever goes wrong is said in Russian, as a page or as a message, with every header (F5)."""

import pytest
from sqlalchemy import func, select

from portal.domain.errors import WrongPassword
from portal.domain.transactions import REFUSED
from portal.store.audit import AuditEntry
from portal.store.db import db
from portal.web.headers import POLICY
from tests.web.test_webhooks import read_only

PARTIAL = {"HX-Request": "true"}
RESTORED = {"HX-Request": "true", "HX-History-Restore-Request": "true"}


def crash():
    """Fail as a bug does."""
    raise RuntimeError("a secret of the inside: 4111 1111 1111 1111")


@pytest.fixture
def errors(world):
    """Give a request for every error: who, by which method, to which address, with what."""
    big = {"comment": "x" * 1_100_000}
    return {
        400: ("anna", "POST", "/payments/1/sync", {}),
        403: ("vera", "GET", "/deliveries", None),
        404: ("anna", "GET", "/payments/999999", None),
        405: ("anna", "GET", "/payments/1/sync", None),
        413: ("anna", "POST", "/payments/1/refund", big),
    }


WORDS = {
    400: "Страница устарела: обновите её и отправьте ещё раз. Деньги не отправлялись.",
    403: (
        "Для этой страницы нужно право «Смотреть события банков». Его выдаёт супер-администратор."
    ),
    404: "Такой записи нет или её номер набран с ошибкой.",
    405: "Ничего не изменилось. Откройте её из меню.",
    413: "Ничего не сохранено. Сократите текст и отправьте ещё раз.",
}


def meet(world, errors, status, headers=None):
    """Make the request that ends in this status."""
    name, method, path, data = errors[status]
    return world.browser_of(name).client.open(path, method=method, data=data, headers=headers)


@pytest.mark.parametrize("status", WORDS)
def test_an_error_is_a_page_that_says_what_next(world, errors, status):
    answer = meet(world, errors, status)

    assert answer.status_code == status
    assert answer.text.startswith("<!DOCTYPE html>")
    assert f"<p>{WORDS[status]}</p>" in answer.text
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text
    assert "HX-Retarget" not in answer.headers


def test_a_client_is_not_told_of_rights_of_staff(world):
    page = world.browser_of("kirill").get("/payments").text

    assert "У вас нет права на эту страницу." in page
    assert "Смотреть платежи" not in page


@pytest.mark.parametrize("status", WORDS)
def test_for_htmx_an_error_is_a_message_beside_the_page(world, errors, status):
    answer = meet(world, errors, status, PARTIAL)

    assert answer.status_code == status
    assert answer.text.lstrip().startswith('<div class="toast bad"')
    assert WORDS[status] in answer.text
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#toasts", "beforeend")


@pytest.mark.parametrize("status", WORDS)
def test_restoring_history_gets_the_page(world, errors, status):
    answer = meet(world, errors, status, RESTORED)

    assert answer.status_code == status
    assert answer.text.startswith("<!DOCTYPE html>")


HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
    "Content-Type": "text/html; charset=utf-8",
}


@pytest.mark.parametrize("status", WORDS)
def test_an_error_carries_every_header(world, errors, status):
    sent = meet(world, errors, status).headers

    assert {name: sent.get(name) for name in HEADERS} == HEADERS
    assert {"HX-Request", "HX-Target"} <= set(sent["Vary"].split(", "))


def test_a_page_a_redirect_and_a_webhook_carry_every_header(world):
    answers = [
        world.browser_of("anna").get("/payments"),
        world.browser_of().get("/payments"),
        world.browser_of().post_bare("/webhooks/tochka/payment"),
    ]

    assert [each.status_code for each in answers] == [200, 303, 400]
    assert [{name: each.headers.get(name) for name in HEADERS} for each in answers] == [HEADERS] * 3


def test_the_policy_allows_nothing_but_our_own_files():
    assert POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("headers", [None, PARTIAL], ids=["page", "message"])
def test_a_bug_is_a_500_that_tells_nothing_of_the_inside(world, monkeypatch, headers):
    crash.portal_access = world.app.view_functions["users.show_list"].portal_access
    monkeypatch.setitem(world.app.view_functions, "users.show_list", crash)

    answer = world.browser_of("anna").get("/users", headers=headers)

    assert answer.status_code == 500
    assert "Это наша ошибка, мы её записали." in answer.text
    assert "не повторяйте: сначала откройте платёж и проверьте статус." in answer.text
    assert "Банк не ответил" not in answer.text
    assert "4111" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("headers", [None, PARTIAL], ids=["page", "message"])
def test_a_database_that_cannot_be_written_is_a_503(world, headers, listen):
    anna = world.browser_of("anna")
    form = {"mode": "all", "reason": "complaint", "expected_remaining": "300000"}
    form["intent_key"] = "22222222-2222-4222-8222-222222222222"
    before = anna.get(f"/payments/{world.payment}/refund").status_code
    assert anna.token
    read_only(world.app, listen)

    answer = anna.post(f"/payments/{world.payment}/refund", form, headers=headers)

    assert (before, answer.status_code) == (200, 503)
    assert "Вернёмся через пару минут." in answer.text


def test_a_stranger_is_asked_to_sign_in_and_htmx_is_told_so(world):
    page = world.browser_of().get("/payments?q=secret")
    partial = world.browser_of().get("/payments?q=secret", headers=PARTIAL)

    assert (page.status_code, page.location) == (303, "/sign-in?next=%2Fpayments%3Fq%3Dsecret")
    assert (partial.status_code, partial.text.count("Сессия истекла. Деньги не отправлялись.")) == (
        401,
        1,
    )


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PUT", "DELETE"])
def test_a_method_that_nobody_declared_is_refused(world, method):
    assert world.browser_of("anna").client.open("/payments", method=method).status_code == 405


@pytest.mark.parametrize(
    "path", ["/static/..%2fapp.py", "/static/../app.py", "/.git/config", "/.env"]
)
def test_no_file_outside_static_is_served(world, path):
    assert world.browser_of().get(path).status_code == 404


def test_a_form_without_its_token_is_refused_by_the_name_of_its_request(world):
    anna, before = world.browser_of("anna"), entries(world)
    REFUSED.set((WrongPassword(),))

    answer = anna.post_bare("/payments/1/sync")

    assert (answer.status_code, len(answer.headers["X-Request-ID"])) == (400, 16)
    assert entries(world) == before


def entries(world):
    with world.app.app_context():
        return db.session.scalar(select(func.count()).select_from(AuditEntry))
