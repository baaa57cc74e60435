"""Lists as files: the rows of the screen, safe in a spreadsheet, told to the journal (§3.9)."""

import csv
import io
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from portal.domain.money import Currency, Money
from portal.domain.permissions import Role
from portal.store.audit import AuditEntry
from portal.store.db import db
from portal.web import exports
from portal.web.exports import FORMATS, cell
from tests.builders import NOW

EXCEL, PLAIN = FORMATS["csv"], FORMATS["csv-plain"]
CELLS = [
    ("=1+1", "'=1+1"),
    ("+7 916", "'+7 916"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\tx", "'\tx"),
    ("\rx", "'\rx"),
    ("Анна = Вера", "Анна = Вера"),
    (Money(-150050, Currency.RUB), "-1500,50"),
    (7, "7"),
    (None, ""),
]


def _rows(answer, delimiter):
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=delimiter))


def _name_of(answer):
    return unquote(answer.headers["Content-Disposition"].partition("UTF-8''")[2])


def _entries(desk):
    with desk.app.app_context():
        found = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "list.export"))
        return [(entry.actor_label, entry.object_type, entry.changes) for entry in found]


@pytest.mark.parametrize(("value", "written"), CELLS)
def test_a_cell_cannot_become_a_formula(value, written):
    assert cell(value, EXCEL) == written


def test_a_program_gets_dots_codes_and_moments_with_a_zone():
    assert cell(Money(150050, Currency.RUB), PLAIN) == "1500.50"
    assert cell(Role.CLIENT, PLAIN) == "client"
    assert cell(NOW, PLAIN) == "2026-11-24T15:00:00+03:00"


def test_the_file_for_people_opens_in_a_spreadsheet(desk):
    answer = desk.browser(desk.anna).get("/payments?format=csv")

    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert _name_of(answer) == "платежи_2026-11-24_МСК.csv"
    assert answer.text.startswith("\ufeff№ платежа;Оплачен, время московское;Пользователь;")
    number, paid_at, *rest = _rows(answer, ";")[1]
    assert (number, paid_at) == (str(desk.payment), "24.11.2026 15:00:00")
    assert rest[:6] == ["Зоя Канарейкина", "3000,00", "0,00", "0,00", "0,00", "3000,00"]
    assert rest[6:11] == ["RUB", "Оплачен", str(desk.cancelled), "Отменена", "СБП"]


def test_the_file_for_programs_is_plain(desk):
    answer = desk.browser(desk.anna).get("/payments?format=csv-plain")

    heads, row = _rows(answer, ",")
    assert heads[:4] == ["payment", "paid_at", "user", "captured"]
    assert row[1] == "2026-11-24T15:00:00+03:00"
    assert row[3:5] == ["3000.00", "0.00"]


def test_the_file_holds_every_page_of_the_filtered_list(desk, monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 2)
    desk.pays("=Формула", 5)
    browser = desk.browser(desk.anna)

    answer = browser.get("/payments?q=формула&sort=date&after=ignored&format=csv")

    ids = [row[0] for row in _rows(answer, ";")[1:]]
    assert ids == [str(desk.payment + step) for step in range(1, 6)]
    assert [row[2] for row in _rows(answer, ";")[1:]] == ["'=Формула"] * 5


def test_the_journal_knows_who_took_what(desk):
    desk.browser(desk.anna).get("/payments?q=Зоя&format=csv")

    taken = {"address": "/payments?q=%D0%97%D0%BE%D1%8F", "rows": 1}
    assert _entries(desk) == [("Анна Админова", "payments", taken)]


@pytest.mark.parametrize("path", ["/payments", "/consultations", "/users/1?tab=statement"])
def test_without_the_right_there_is_no_file(desk, path):
    sign = "&" if "?" in path else "?"

    answer = desk.browser(desk.vera).get(f"{path}{sign}format=csv")

    assert answer.status_code == 403
    assert "У вас нет права «Выгружать платежи»" in answer.text
    assert _entries(desk) == []


def test_a_file_that_would_lose_its_end_is_refused(desk, monkeypatch):
    monkeypatch.setattr(exports, "LIMIT", 2)
    desk.pays("Пётр", 2)

    answer = desk.browser(desk.anna).get("/payments?format=csv")

    assert answer.status_code == 422
    assert "больше 2 строк, файл не собран" in answer.text
    assert _entries(desk) == []


def test_consultations_and_a_statement_are_files_too(desk):
    browser, zoya = desk.browser(desk.anna), desk.zoya

    consultations = _rows(browser.get("/consultations?format=csv"), ";")
    statement = _rows(browser.get(f"/users/{zoya}?tab=statement&format=csv"), ";")

    assert [(row[0], row[6]) for row in consultations[1:]] == [
        (str(desk.scheduled), "Не оплачено"),
        (str(desk.cancelled), "Оплачено"),
    ]
    assert [row[2] for row in statement[1:]] == [
        "Оплата",
        "В резерве на консультацию",
        "Освобождено после отмены",
    ]
    assert [row[-2:] for row in statement[1:]] == [["3000,00", "RUB"]] * 3


def test_only_who_may_take_files_sees_the_links(desk):
    assert "CSV для Excel" in desk.browser(desk.anna).get("/payments").text
    assert "CSV для Excel" not in desk.browser(desk.vera).get("/payments").text


def test_a_printed_list_says_when_by_whom_and_which(desk):
    page = desk.browser(desk.vera).get("/payments?status=paid").text

    printed = (
        "Напечатано 24\xa0ноября 2026\xa0г., 15:00 по Москве. Вера Смотрящая. /payments?status=paid"
    )
    assert printed in page


def test_the_name_of_the_file_tells_its_days(desk):
    answer = desk.browser(desk.anna).get("/payments?from=-6d&to=today&format=csv")

    assert _name_of(answer) == "платежи_2026-11-18_2026-11-24_МСК.csv"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/payments?flag=owed", "платежи_ждут-возврата_2026-11-24_МСК.csv"),
        (
            "/payments?status=partly_refunded&method=sbp&from=2026-11-01",
            "платежи_возвращён-частично_сбп_2026-11-01_2026-11-24_МСК.csv",
        ),
        ("/payments?q=status:paid+зоя", "платежи_оплачен_2026-11-24_МСК.csv"),
        (
            "/consultations?paid=no&tab=overdue",
            "консультации_не-закрыты_не-оплачено_2026-11-24_МСК.csv",
        ),
    ],
)
def test_the_name_of_the_file_tells_its_filters(desk, path, name):
    assert _name_of(desk.browser(desk.anna).get(f"{path}&format=csv")) == name
