"""Sums that do not hold stand on the first page until a later check finds them right (C3)."""

import re

import pytest
from sqlalchemy import text

from portal.domain.book import SENTENCES, SumFault
from portal.domain.permissions import Permission, Role
from portal.store.book_checks import NAMED, check_of
from portal.store.db import transaction
from portal.usecases.access import RoleEdit, save_matrix
from portal.usecases.book import check_book
from portal.web.book_words import WORDS
from tests import builders
from tests.builders import NOW
from tests.web.lists.conftest import person

LINE = re.compile(r"<li>\s*(?:<a href=\"([^\"]*)\">)?([^<]*?)(?:</a>)?\s*</li>")
PANEL = re.compile(r'<section id="book".*?</section>', re.DOTALL)
HARM = "UPDATE payments SET refunded_minor = 1"
MEND = "UPDATE payments SET refunded_minor = 0"


def harm(statement):
    """Do what somebody with a database client might do, and let the book be checked."""
    with transaction() as session:
        session.execute(text(statement))
    return [str(wrong) for wrong in check_book(now=NOW)]


def panel(desk, who):
    """Return the panel of the first page, nothing when it is not there."""
    found = PANEL.search(desk.browser(who).get("/").text)
    return found[0] if found else ""


def lines(desk, who):
    return LINE.findall(panel(desk, who))


def test_before_the_first_check_nothing_is_said_of_the_book(desk):
    assert "Книга денег" not in desk.browser(desk.anna).get("/").text


def test_a_wrong_sum_is_named_with_its_card_until_a_later_check_is_clean(desk):
    assert harm(HARM) == [f"payment {desk.payment}: refunded 1, refunds give 0"]

    words = f"Платёж №\u00a0{desk.payment}: возвращено записано 0,01, по возвратам 0,00"
    assert lines(desk, desk.anna) == [(f"/payments/{desk.payment}", words)]
    assert "не сходится: 1 расхождение<" in panel(desk, desk.anna)
    assert harm(MEND) == []
    page = desk.browser(desk.anna).get("/").text
    assert panel(desk, desk.anna) == ""
    assert "Книга денег сходится, проверено" in page


def test_with_a_wrong_sum_the_day_is_not_called_quiet(desk):
    quiet = f"UPDATE payments SET captured_minor = 0 WHERE id = {desk.payment}"
    assert harm(quiet) != []

    assert "Всё спокойно" not in desk.browser(desk.anna).get("/").text


def test_an_account_of_a_client_leads_to_the_client_and_one_of_ours_nowhere(desk):
    code = f"user:{desk.zoya}:available"
    harm(f"UPDATE ledger_accounts SET balance_minor = 301000 WHERE code = '{code}'")

    client = (f"/users/{desk.zoya}", f"Клиент №\u00a0{desk.zoya}, свободно: ")
    assert lines(desk, desk.anna) == [
        (client[0], f"{client[1]}записано 3\u00a0010,00, по движениям 3\u00a0000,00"),
        ("", "Валюта RUB: все счета вместе дают 10,00 вместо нуля"),
    ]


def test_who_may_not_see_payments_is_told_nothing_of_the_book(desk):
    harm(HARM)
    gleb = builders.person(person("Глеб", Role.SUPER_ADMIN))
    edits = {"viewer": RoleEdit(0, frozenset({Permission.USERS_READ}))}
    assert panel(desk, desk.vera) != ""

    save_matrix(edits, "Узкая роль", actor=gleb, now=NOW)

    assert "Книга денег" not in desk.browser(desk.vera).get("/").text


def test_only_the_first_are_named_and_all_are_counted(desk):
    desk.pays("Пётр", NAMED + 5)
    harm(HARM)

    row = check_of(check_book(now=NOW), now=NOW)
    assert (row.wrong, len(row.sums)) == (NAMED + 6, NAMED)
    assert len(lines(desk, desk.anna)) == 5
    assert "Показаны первые 5" in panel(desk, desk.anna)


@pytest.mark.parametrize("fault", SumFault)
def test_every_fault_has_words_for_the_page_and_for_the_log(fault):
    assert "{row}" in WORDS[fault]
    assert "{0}" in SENTENCES[fault]
