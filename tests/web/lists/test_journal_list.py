"""The journal on the screen: found by who, what and from where, and never leaking a contact."""

import csv
import io
from urllib.parse import quote

import pytest
from sqlalchemy import text

from portal.domain.actors import Actor
from portal.domain.consultations import CancelledBy
from portal.domain.permissions import Role
from portal.store.audit_lists import AuditFilter, list_entries
from portal.store.db import db, transaction
from portal.store.lists import PageRequest
from portal.usecases.consultations import Cancellation, cancel_consultation
from portal.usecases.journal import check_journal
from tests.builders import NOW
from tests.web.lists.conftest import person


@pytest.fixture
def gleb(desk):
    """Give the browser of Глеб, a super-admin, on the address 10.0.0.7."""
    browser = desk.browser(person("Глеб Главный", Role.SUPER_ADMIN))
    browser.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    return browser


def found(browser, query):
    """Return the caption of the list."""
    page = browser.get(f"/audit?{query}").text
    return page.split("<caption>")[1].split(",")[0] if "<caption>" in page else "Ничего"


def test_the_newest_stands_first_with_who_what_and_how_it_ended(desk, gleb):
    page = gleb.get("/audit").text

    assert page.index("Консультация отменена") < page.index("Банк подтвердил оплату, 3")
    assert f'href="/consultations/{desk.cancelled}">Консультация №\xa0{desk.cancelled}</a>' in page
    assert f'href="/payments/{desk.payment}">Платёж №\xa0{desk.payment}</a>' in page
    assert "Сделано" in page


def test_an_entry_tells_what_was_and_what_became_in_words(desk, gleb):
    page = " ".join(gleb.get("/audit?action=consultations&q=анна").text.split())

    assert "<dt>Состояние</dt>" in page
    was = '<span class="hidden-text">было </span>Запланирована →'
    assert f'{was} <span class="hidden-text">стало </span><strong>Отменена</strong>' in page
    assert "<dt>Кем или чем</dt> <dd> клиент </dd>" in page
    assert "<dt>Причина</dt> <dd> Заболел </dd>" in page


FOUND = {
    "all": ("", "Найдено: 9 записей"),
    "by who": ("q=анна", "Найдено: 1 запись"),
    "the portal": ("q=портал", "Найдено: 8 записей"),
    "an object in words": ("q=Платёж № {payment}", "Найдено: 2 записи"),
    "an object in another case": ("q=платежа {payment}", "Найдено: 2 записи"),
    "all of a kind": ("q=консультации", "Найдено: 3 записи"),
    "a group": ("action=money", "Найдено: 2 записи"),
    "a person": ("person={anna}", "Найдено: 1 запись"),
    "a day": ("from=2026-11-24&to=2026-11-24", "Найдено: 9 записей"),
    "another day": ("to=2026-11-23", "Ничего"),
    "an outcome": ("outcome=denied", "Ничего"),
    "an address that nobody has": ("q=10.9.9.9", "Ничего"),
    "a word too short": ("q=ан", "Ничего"),
    "somebody unknown": ("q=незнакомец", "Ничего"),
    "nonsense in every filter": ("action=x&person=x&outcome=x&from=x&to=x", "Найдено: 9 записей"),
}


@pytest.mark.parametrize(("query", "caption"), FOUND.values(), ids=FOUND)
def test_the_journal_is_searched(desk, gleb, query, caption):
    assert found(gleb, query.format(payment=desk.payment, anna=desk.anna)) == caption


def test_a_denied_attempt_is_found_by_its_address_and_its_request(desk, gleb):
    vera = desk.browser(desk.vera)
    vera.environ_base["REMOTE_ADDR"] = "10.0.0.66"
    request_id = vera.get(f"/payments/{desk.payment}/refund/preview").headers["X-Request-ID"]

    assert found(gleb, "q=10.0.0.66") == "Найдено: 1 запись"
    page = gleb.get(f"/audit?q={request_id}").text
    assert "Отказано: нет права" in page
    assert f"Платёж №\xa0{desk.payment}" in page
    assert found(gleb, "outcome=denied") == "Найдено: 1 запись"


def test_pages_follow_each_other_without_a_gap(desk):
    seen, after = [], ""
    for _ in range(3):
        page = list_entries(db.session(), AuditFilter(page=PageRequest(after=after, per=3)))
        seen += [row.entry.id for row in page.items]
        after = page.next

    assert seen == list(range(8, 0, -1))
    assert after == ""


def test_the_next_page_is_a_link(desk, gleb):
    desk.pays("Прохор Плательщиков", 10)
    first = gleb.get("/audit?per=25").text
    link = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")

    assert 'id="e27"' not in gleb.get(link).text or 'id="e27"' not in first
    assert "В начало" in gleb.get(link).text


def test_the_file_has_every_field_and_is_itself_in_the_journal(desk, gleb):
    answer = gleb.get("/audit?q=анна&format=csv")
    heads, first, *_ = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";")
    line = dict(zip(heads, first, strict=True))

    assert (line["Действие"], line["Итог"]) == ("Консультация отменена", "Сделано")
    assert line["Изменения"] == "Состояние: Запланирована → Отменена; Кем или чем: клиент"
    assert len(line["Отпечаток"]) == 64
    page = gleb.get("/audit?action=exports").text
    assert "Список выгружен в файл" in page
    assert quote("анна") in page


def test_a_contact_that_was_searched_for_is_not_kept_by_the_export(desk, gleb):
    for query in ("zoya@example.test", "+7 903 765-43-21", "89037654321"):
        gleb.get("/payments", query_string={"q": query, "format": "csv"})

    with transaction() as session:
        kept = session.execute(
            text("SELECT changes FROM audit_entries WHERE action = 'list.export'")
        ).all()
    assert len(kept) == 3
    assert [row for row in kept if "zoya" in str(row) or "765" in str(row)] == []


@pytest.mark.parametrize("name", ["anna", "vera", "zoya"])
def test_the_journal_is_closed_without_the_right(desk, name):
    browser = desk.browser(getattr(desk, name))

    for path in ("/audit", "/audit?format=csv"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "Зоя" not in answer.text.replace("Зоя Канарейкина</", "")
        assert "Запланирована" not in answer.text
    assert "Журнал по объекту" not in browser.get(f"/payments/{desk.payment}").text


def test_contacts_in_reasons_are_hidden_without_their_right(desk, gleb):
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO roles (code, title, version, created_at) "
                "VALUES ('auditor', 'Ревизор', 0, '2026-11-24 12:00:00')"
            )
        )
        session.execute(text("INSERT INTO role_permissions VALUES ('auditor', 'audit:read')"))
    reason = "Просила Зоя: zoya@example.test, +7 (903) 765-43-21"
    wish = Cancellation(CancelledBy.CLIENT, reason)
    cancel_consultation(desk.scheduled, wish, actor=Actor(desk.anna, "Анна"), now=NOW)
    auditor = desk.browser(person("Рита Ревизор", "auditor"))

    assert "Просила Зоя: ••• •••" in " ".join(auditor.get("/audit").text.split())
    assert "765-43-21" not in auditor.get("/audit").text
    assert "zoya@example.test" in gleb.get("/audit").text
    assert 'href="/payments/' not in auditor.get("/audit").text
    file = auditor.get("/audit?format=csv").text
    assert "Просила Зоя: ••• •••" in file
    assert [each in file for each in ("zoya@example.test", "765-43-21")] == [False, False]
    assert reason in gleb.get("/audit?format=csv").text


def test_every_card_links_to_its_own_part_of_the_journal(desk, gleb):
    for path, words in (
        (f"/payments/{desk.payment}", f"платёж {desk.payment}"),
        (f"/consultations/{desk.scheduled}", f"консультация {desk.scheduled}"),
        (f"/users/{desk.zoya}", f"пользователь {desk.zoya}"),
    ):
        page = gleb.get(path).text
        assert f'href="/audit?q={quote(words)}">Журнал по объекту</a>' in page.replace("+", "%20")


def test_the_foot_says_when_the_chain_was_found_whole(desk, gleb):
    assert "Цепочку записей ещё не проверяли" in gleb.get("/audit").text

    check_journal(now=NOW)

    assert "Цепочка записей цела: 9 записей, проверено" in gleb.get("/audit").text
    assert "Требуют внимания" in gleb.get("/").text
    assert "цепочка журнала нарушена" not in gleb.get("/").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_broken_chain_is_a_problem_on_the_journal_and_the_overview(desk, gleb):
    with transaction() as session:
        session.execute(text("DROP TRIGGER audit_entries_append_only_update"))
        session.execute(text("UPDATE audit_entries SET reason = 'x' WHERE id = 4"))
    check_journal(now=NOW)

    assert "Цепочка записей нарушена на записи №&nbsp;4" in gleb.get("/audit").text
    assert "цепочка журнала нарушена на записи №\xa04" in gleb.get("/").text
    assert "цепочка журнала" not in desk.browser(desk.anna).get("/").text


def test_htmx_gets_the_rows_alone(desk, gleb):
    answer = gleb.get("/audit", headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith("<div data-announce=")
    assert "<html" not in answer.text
