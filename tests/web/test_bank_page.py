"""The page of one account: its day, what befell it, abilities, settings without secrets (F2)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.banks.registry import Account, Banks, build_banks
from portal.domain.payments import Incident
from portal.domain.ports import Finding, Severity
from portal.domain.refunds import AccountMode
from portal.store.bank_states import BankCheck
from portal.store.db import transaction
from portal.store.payments import Payment
from portal.usecases.banks import resume_account, suspend_account
from tests.builders import NOW
from tests.conftest import TOCHKA
from tests.fakes import FakeBank
from tests.web.test_banks import REASON, plain, poll

SILENT = Finding(Severity.PROBLEM, "Связь", "банк молчит", "подождите и проверьте ещё раз")
FINE = Finding(Severity.OK, "Связь", "Банк отвечает.")


@pytest.fixture
def gleb(world):
    return world.browser_of("gleb")


def answered(world, *minutes_ago_and_took, account="tochka"):
    """Let the bank have answered some minutes ago, within milliseconds, None: not at all."""
    with world.app.app_context(), transaction() as session:
        for minutes, took in minutes_ago_and_took:
            one = FINE if took is not None else SILENT
            at = NOW - timedelta(minutes=minutes)
            row = BankCheck(account=account, asked_at=at, finished_at=at, took_ms=took or 25_000)
            row.findings = [[one.severity.value, one.subject, one.text, one.hint]]
            session.add(row)
            session.flush()


def test_a_day_of_checks_is_a_line_a_sentence_and_a_table(world, gleb):
    answered(world, (25 * 60, 9_000), (130, 200), (115, 400), (100, None), (85, None), (70, 240))

    page = gleb.get("/banks/tochka").text
    words = plain(page).replace("\u00a0", " ")

    assert "За сутки 5 проверок, с ошибками 2. Ответ обычно 240 мс, самый долгий 400 мс." in words
    assert re.findall(r'polyline points="([^"]*)"', page) == ["262,20 265,0 274,16"]
    assert re.findall(r'rect x="(\d+)"', page) == ["267", "270"]
    assert "24 нояб, 13:00 4 2 320 мс" in words
    assert "24 нояб, 13:20 до 13:50: Связь, банк молчит" in words
    assert "банк отвечал 240 мс, без ошибок 60 % проверок за сутки" in words


def test_a_line_breaks_where_nobody_asked_and_a_lone_answer_is_seen(world, gleb):
    answered(world, (120, 100), (30, 100))

    page = gleb.get("/banks/tochka").text

    assert re.findall(r'polyline points="([^"]*)"', page) == ["264,0 266,0", "282,0 284,0"]


def test_a_trouble_that_lasts_says_what_to_do(world, gleb):
    answered(world, (20, 100), (5, None))

    words = plain(gleb.get("/banks/tochka").text)

    assert "24 нояб, 14:55 и до сих пор: Связь, банк молчит" in words
    assert "Исправить банк молчит Что сделать: подождите и проверьте ещё раз" in words


def test_what_befell_an_account_is_listed_and_anothers_is_not(world, gleb):
    with world.app.app_context():
        gleb_, incident = world.actor("gleb"), {"incident": Incident.WRONG_AMOUNT}
        suspend_account("tochka", REASON, actor=gleb_, now=NOW)
        resume_account("tochka", "Починили", actor=gleb_, now=NOW + timedelta(minutes=5))
        suspend_account("kazakh", "Не наш", actor=gleb_, now=NOW)
        with transaction() as session:
            session.execute(update(Payment).where(Payment.id == world.payment).values(incident))

    words = plain(gleb.get("/banks/tochka").text)

    assert f"Сумма в банке другая: платёж № {world.payment}" in words
    assert f"Результат возврата неизвестен: возврат № {world.refund}" in words
    assert f"Приём приостановлен, Глеб Главный: {REASON}. Возобновлён 24 нояб, 15:05" in words
    assert "Не наш" not in words


def test_a_page_hears_only_of_what_is_new(world, gleb):
    answered(world, (20, 100))
    page = gleb.get("/banks/tochka")
    assert poll(gleb, page).status_code == 204

    answered(world, (1, 120))
    shown = poll(gleb, page)

    assert (shown.status_code, "<html" in shown.text, "120" in shown.text) == (200, False, True)
    answered(world, (1, 100), account="kazakh")
    assert poll(gleb, shown).status_code == 204


def test_settings_are_shown_without_a_secret(world, gleb):
    secrets = {"token": "top.secret.token", "client_id": "top-secret-client"}
    own = {
        **secrets,
        "base_url": "https://bank.test/top/secret",
        "receipt": "us",
        "ttl_minutes": 20,
    }
    world.app.extensions["banks"] = build_banks({"tochka": {**TOCHKA, **own}})

    words = plain(gleb.get("/banks/tochka").text)

    for told in ("TOKEN задано, скрыто", "CLIENT_ID задано, скрыто", "RECEIPT us", "TITLE Точка"):
        assert told in words
    assert re.search(r"BASE_URL https://bank\.test .* TTL_MINUTES 20 ", words)
    assert "secret" not in words


@pytest.mark.parametrize(
    ("charges", "told"),
    [
        (False, "Списание без клиента нет"),
        (True, "Возврат таких списаний нет , в кабинете банка"),
    ],
)
def test_abilities_are_a_table_by_flags(world, gleb, charges, told):
    bank = FakeBank(charges=charges)
    account = Account("tochka", "Точка", bank, AccountMode.ACTIVE, "Консультация")
    world.app.extensions["banks"] = Banks({"tochka": account})

    words = plain(gleb.get("/banks/tochka").text)

    assert "Повторный частичный возврат да" in words
    assert told in words


def test_a_check_from_the_page_comes_back_to_it(gleb):
    assert gleb.post("/banks/tochka/check?one=1").location == "/banks/tochka"


@pytest.mark.parametrize("spare", [True, False])
def test_who_suspends_reads_who_takes_over_and_who_hears_of_it(world, gleb, spare):
    accounts = {"tochka": Account("tochka", "Точка", FakeBank(), AccountMode.ACTIVE, "К")}
    if spare:
        other = Account("spare", "Запасной", FakeBank(), AccountMode.ACTIVE, "К", priority=2)
        accounts["spare"] = other
    world.app.extensions["banks"] = Banks(accounts)

    dialog = gleb.get("/banks/tochka/suspend", headers={"HX-Request": "true"}).text
    words = plain(dialog)

    assert ("<html" in dialog, 'hx-target="#dlg"' in dialog) == (False, True)
    assert ("Новые оплаты пойдут через « Запасной »" in words) is spare
    assert "Возвраты и опрос банка продолжатся" in words
    assert "Узнают сразу: плательщики" in words
