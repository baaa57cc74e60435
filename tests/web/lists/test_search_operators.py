"""What is typed into the search box: operators, exact numbers, what is not understood (3.3)."""

import re

import pytest

from portal.store.db import transaction
from portal.store.payments import Payment
from portal.web.search_words import EXAMPLES
from tests import builders

ROW = re.compile(r'<tr id="[puc](\d+)"')
CHIP = re.compile(r'class="chip"[^>]*href="([^"]*)">([^<]*)<', re.DOTALL)

#: Зоя has paid 3000 roubles by SBP on 24 November 2026, and cancelled; Пётр has only paid.
BOTH, ZOYA, PETR, NOBODY = ["2", "1"], ["1"], ["2"], []
OPERATION = "48232c9a-ce82-1593-3cb6-5c85a1ffef8f"
QUERIES = {
    "": BOTH,
    "статус:оплачен": BOTH,
    "status:paid": BOTH,
    "статус: возвращён": NOBODY,
    "консультация:отм": ZOYA,
    "консультация:запланирована": PETR,
    "консультация:отм зоя": ZOYA,
    "консультация:отм пётр": NOBODY,
    "метод:сбп": BOTH,
    "способ:карта": NOBODY,
    "сумма:3000": BOTH,
    "сумма:>3000": NOBODY,
    "сумма:>2999,99": BOTH,
    "сумма:<3000": NOBODY,
    "сумма:500..3000": BOTH,
    "дата:сегодня": BOTH,
    "дата:вчера": NOBODY,
    "дата:2026-11": BOTH,
    "дата:01.11..24.11": BOTH,
    "дата:25.11.2026": NOBODY,
    "банк:точка": BOTH,
    "карта:4242": NOBODY,
    "тел:7654321": ZOYA,
    "почта:d097": ZOYA,
    "почта:nobody@example.test": NOBODY,
    'возврат:"не прошёл"': NOBODY,
    "№2": PETR,
    "№ 2": PETR,
    "3 000,00": BOTH,
    '"зоя канарейкина"': ZOYA,
    '"канарейкина зоя"': NOBODY,
    "-канарейкина": PETR,
    "статус:": BOTH,
    "статсу:оплачен": BOTH,
    "статус:чепуха": BOTH,
}


@pytest.fixture
def shop(desk):
    desk.pays("Пётр Первый")
    return desk


def _name_operation(payment):
    with transaction() as session:
        session.get_one(Payment, payment).operation_id = OPERATION


def _rows(answer):
    return ROW.findall(answer.text)


def _get(shop, query, path="/payments", **more):
    return shop.browser(shop.anna).get(path, query_string={"q": query}, **more)


@pytest.mark.parametrize(("query", "found"), QUERIES.items())
def test_a_query_finds_exactly_its_rows(shop, query, found):
    assert _rows(_get(shop, query)) == found


def test_each_operator_is_a_chip_that_takes_away_only_itself(shop):
    answer = _get(shop, "зоя консультация:отм сумма:>100")

    words = [text for _, text in CHIP.findall(answer.text)]
    urls = [url for url, _ in CHIP.findall(answer.text)]
    assert words == ["поиск: зоя", "консультация: отменена", "сумма: &gt;100"]
    assert _rows(shop.browser(shop.anna).get(urls[1].replace("&amp;", "&"))) == ZOYA
    assert "%D0%BE%D1%82%D0%BC" not in urls[1]
    assert "%D0%BE%D1%82%D0%BC" in urls[0]


def test_a_mistyped_operator_is_told_and_corrected(shop):
    answer = _get(shop, "зоя статсу:оплачен")

    assert "Не понимаю «статсу:оплачен», поэтому не применено" in answer.text
    assert "«статус:»" in answer.text
    assert "Искать как текст" in answer.text
    assert _rows(answer) == ZOYA


def test_the_correction_is_the_query_that_was_meant(shop):
    page = _get(shop, "зоя статсу:возвращён").text
    link = re.search(r'Может, <a href="([^"]*)"', page)[1].replace("&amp;", "&")

    assert _rows(shop.browser(shop.anna).get(link)) == NOBODY


EXACT = {
    ("/payments", "№ 2"): "/payments/2",
    ("/payments", "2"): "/payments/2",
    ("/consultations", "№1"): "/consultations/1",
    ("/users", "1"): "/users/1",
}


@pytest.mark.parametrize(("asked", "opened"), EXACT.items())
def test_enter_opens_the_row_that_the_query_names(shop, asked, opened):
    path, query = asked

    answer = shop.browser(shop.anna).get(path, query_string={"q": query, "open": "1"})

    assert (answer.status_code, answer.location) == (303, opened)


def test_enter_opens_the_operation_of_the_bank(shop):
    with shop.app.app_context():
        _name_operation(shop.payment)

    answer = shop.browser(shop.anna).get(f"/payments?q={OPERATION}&open=1")

    assert (answer.status_code, answer.location) == (303, f"/payments/{shop.payment}")


def test_enter_opens_the_payment_of_our_order(shop):
    with shop.app.app_context():
        order = builders.payment(shop.payment).reference

    found = shop.browser(shop.vera).get("/payments", query_string={"q": order.upper(), "open": "1"})
    lost = _get(shop, f"{order[:-1]}{'1' if order[-1] == '0' else '0'}")

    assert (found.status_code, found.location) == (303, f"/payments/{shop.payment}")
    assert _rows(lost) == NOBODY


def test_htmx_is_told_to_go_there(shop):
    headers = {"HX-Request": "true"}

    answer = shop.browser(shop.anna).get("/payments?q=2&open=1", headers=headers)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/payments/2")


@pytest.mark.parametrize(
    "query", ["q=2", "q=зоя&open=1", "q=2&status=refunded&open=1", "q=99&open=1"]
)
def test_nothing_else_leaves_the_list(shop, query):
    assert shop.browser(shop.anna).get(f"/payments?{query}").status_code == 200


def test_a_number_that_is_also_a_sum_stays_a_list_with_ways_to_narrow_it(shop):
    answer = shop.browser(shop.anna).get("/payments?q=3000&open=1")

    assert _rows(answer) == BOTH
    assert [text for text in ("№ 3000", "сумма", "карта •• 3000") if text in answer.text] == [
        "№ 3000",
        "сумма",
        "карта •• 3000",
    ]


def test_the_address_of_a_list_never_says_open(shop):
    answer = shop.browser(shop.anna).get("/payments?q=зоя&open=1", headers={"HX-Request": "true"})

    assert answer.headers["HX-Push-Url"] == "/payments?q=%D0%B7%D0%BE%D1%8F"


def test_the_other_keyboard_layout_is_offered(shop):
    answer = _get(shop, "pjz")

    assert _rows(answer) == []
    assert "Искать «зоя»?" in answer.text
    assert "Искать среди неоплаченных" in answer.text


@pytest.mark.parametrize(("query", "is_offered"), [("фттф", True), ("никого", False)])
def test_a_russian_word_is_not_offered_in_latin_letters(shop, query, is_offered):
    answer = _get(shop, query)

    assert (_rows(answer), "Искать «" in answer.text) == ([], is_offered)


@pytest.mark.parametrize(("query", "words"), EXAMPLES)
def test_every_example_of_the_help_is_understood(shop, query, words):
    answer = _get(shop, query)

    assert "Не понимаю" not in answer.text
    assert words.replace(">", "&gt;").replace("<", "&lt;") in answer.text
