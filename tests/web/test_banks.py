"""Staff see how every account is, and stop or let go on taking payments; refunds go on (F2)."""

import html
import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.banks.registry import Account, Banks
from portal.domain.ports import Finding, Severity
from portal.domain.refunds import AccountMode
from portal.store.audit import AuditEntry
from portal.store.bank_states import BankCheck, BankSuspension
from portal.store.db import transaction
from portal.store.payments import Payment
from portal.usecases.banks import finish_check, suspend_account
from tests import builders
from tests.builders import NOW
from tests.web.conftest import Browser, World

REASON = "Банк предупредил о работах"
NOW_UNAVAILABLE = "Оплата в рублях через банк сейчас недоступна"


@pytest.fixture
def gleb(world):
    """Give the browser of who manages banks; the bank answers from memory."""
    account = Account("tochka", "Точка", world.bank, AccountMode.ACTIVE, "Консультация")
    world.app.extensions["banks"] = Banks({"tochka": account})
    return world.browser_of("gleb")


def count(world: World, table: type) -> int:
    with world.app.app_context(), transaction() as session:
        return session.scalar(select(func.count()).select_from(table))


def suspend(world: World) -> None:
    with world.app.app_context():
        suspend_account("tochka", REASON, actor=world.actor("gleb"), now=NOW)


def answers(world: World, *findings: Finding) -> None:
    """Let the bank answer the check that waits."""
    with world.app.app_context():
        with transaction() as session:
            number = session.scalars(select(BankCheck.id)).one()
        finish_check(number, findings, took_ms=3140, now=NOW)


def poll(browser: Browser, page: TestResponse) -> TestResponse:
    """Ask as the page asks by itself: whether there is anything that it has not shown."""
    (url,) = re.findall(r'hx-get="(/banks[^"]*seen=[^"]*)"', page.text)
    return browser.get(html.unescape(url), headers={"HX-Request": "true"})


def plain(text: str) -> str:
    """Return the words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_card_tells_mode_signs_of_life_queue_and_abilities(world, gleb):
    page = plain(gleb.get("/banks").text)

    for words in (
        "Точка Ещё не проверяли",
        "Режим Принимает платежи и возвращает деньги",
        "разобрать событие банка: 1",
        "Неизвестные возвраты 1",
        "Умеет оплата: СБП и карты; чеки выдаёт банк, без НДС; помнит карты клиентов",
    ):
        assert words in page
    link = "/payments?status=refund_unknown&amp;bank=tochka"
    assert link in gleb.get("/banks").text
    assert f"/refunds/{world.refund}" in gleb.get(link.replace("&amp;", "&")).text


def test_a_check_is_asked_by_a_row_and_its_answer_comes_to_the_page(world, gleb):
    pressed = gleb.post("/banks/tochka/check")
    waits = gleb.get("/banks")
    polled = poll(gleb, waits)
    assert (pressed.status_code, pressed.location) == (303, "/banks")
    assert ("Спрашиваем банк" in waits.text, "every 2s" in waits.text) == (True, True)
    assert (polled.status_code, polled.text) == (204, "")
    assert "check" not in world.bank.calls

    answers(world, Finding(Severity.WARNING, "Токен", "истекает 01.12.2026"))

    shown = poll(gleb, waits)
    words = plain(shown.text)
    assert "Работает, но скоро понадобитесь вы" in words
    assert "банк отвечал 3,1\u00a0с" in shown.text
    assert "Токен Скоро истекает 01.12.2026" in words
    assert ("<html" in shown.text, "every 30s" in shown.text) == (False, True)
    assert poll(gleb, shown).status_code == 204


@pytest.mark.parametrize(
    ("severity", "words"),
    [(Severity.OK, "Точка Работает "), (Severity.PROBLEM, "Точка Есть неполадки ")],
)
def test_health_is_the_worst_of_the_last_answer(world, gleb, severity, words):
    gleb.post("/banks/tochka/check")
    answers(world, Finding(Severity.OK, "Адрес", "наш"), Finding(severity, "Вебхук", "там"))

    assert words in plain(gleb.get("/banks").text)


def test_an_old_answer_says_nothing_about_now(world, gleb, now):
    gleb.post("/banks/tochka/check")
    answers(world, Finding(Severity.OK, "Адрес", "наш"))
    now.shift(timedelta(minutes=61))

    assert "Точка Проверка устарела " in plain(world.browser_of("gleb").get("/banks").text)


def test_a_suspended_account_is_told_to_payer_and_staff_and_moves_nothing(world, gleb, payer):
    done = gleb.post("/banks/tochka/suspend", {"reason": REASON})
    assert (done.status_code, done.location) == (303, "/banks")
    before = count(world, Payment)

    page = payer.get(f"/pay/{world.pay_token}/method")
    pressed = payer.post(f"/pay/{world.pay_token}/method", {"method": "sbp"})

    assert (NOW_UNAVAILABLE in page.text, 'name="method"' in page.text) == (True, False)
    assert (pressed.status_code, NOW_UNAVAILABLE in pressed.text) == (409, True)
    assert count(world, Payment) == before
    overview = plain(world.browser_of("vera").get("/").text)
    assert f"Приём через «Точка» приостановлен Причина: {REASON}" in overview
    buying = f"/consultations/buy/{world.people['zoya']}/{world.slot}"
    assert "приём платежей через банк приостановлен" in world.browser_of("anna").get(buying).text


def test_refunds_go_on_while_payments_wait(world, gleb):
    suspend(world)

    page = gleb.get(f"/payments/{world.payment}/refund")

    assert (page.status_code, "intent_key" in page.text) == (200, True)
    with world.app.app_context():
        refund = builders.ask(world.actor("anna"), world.payment, intent_key=str(uuid.uuid4()))
        builders.send(world.bank, refund)
        assert world.bank.refunds[-1][1] == builders.rub(builders.PRICE)


def test_resuming_lets_the_payer_pay_again(world, gleb, payer):
    suspend(world)
    form = gleb.get("/banks/tochka/resume")
    assert REASON in form.text

    gleb.post("/banks/tochka/resume", {"reason": "Работы закончены"})

    page = payer.get(f"/pay/{world.pay_token}/method")
    assert (NOW_UNAVAILABLE in page.text, 'name="method"' in page.text) == (False, True)


@pytest.mark.parametrize("reason", ["", "   ", "Да", "я" * 501])
def test_without_a_reason_nothing_is_suspended(world, gleb, reason):
    entries = count(world, AuditEntry)

    answer = gleb.post("/banks/tochka/suspend", {"reason": reason})

    assert answer.status_code == 422
    assert (count(world, BankSuspension), count(world, AuditEntry)) == (0, entries)


def test_a_second_suspension_is_told_that_somebody_was_faster(world, gleb):
    suspend(world)

    answer = gleb.post("/banks/tochka/suspend", {"reason": "И мне так кажется"})

    assert (answer.status_code, "Кто-то уже сделал это раньше" in answer.text) == (409, True)
    assert count(world, BankSuspension) == 1


def test_what_takes_no_payments_by_its_settings_is_not_suspended(world, gleb):
    mode = AccountMode.REFUND_ONLY
    account = Account("tochka", "Точка", world.bank, mode, "Консультация")
    world.app.extensions["banks"] = Banks({"tochka": account})

    answer = gleb.post("/banks/tochka/suspend", {"reason": REASON})

    assert (answer.status_code, "приостанавливать нечего" in answer.text) == (409, True)
    assert count(world, BankSuspension) == 0


def test_an_old_confirmation_is_renewed_before_anything_is_suspended(world, gleb, now):
    now.shift(timedelta(minutes=16))

    answer = gleb.post("/banks/tochka/suspend", {"reason": REASON})

    assert answer.location.startswith("/confirm/password?next=%2Fbanks%2Ftochka%2Fsuspend")
    assert count(world, BankSuspension) == 0
    assert REASON in gleb.get("/banks/tochka/suspend").text


@pytest.mark.parametrize("door", ["check", "suspend", "resume"])
def test_an_account_that_the_settings_do_not_have_is_no_page(world, gleb, door):
    assert gleb.post(f"/banks/other/{door}", {"reason": REASON}).status_code == 404
    assert (count(world, BankCheck), count(world, BankSuspension)) == (0, 0)


def test_only_who_manages_banks_finds_them_in_the_menu(world, gleb):
    anna = world.browser_of("anna")

    assert ('href="/banks"' in gleb.get("/").text, 'href="/banks"' in anna.get("/").text) == (
        True,
        False,
    )
