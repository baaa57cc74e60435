"""How the words of a query are recognised."""

import pytest

from portal.domain.search import fold, phone_digits, pieces, search_text

QUERIES = {
    "Иванов": [("word", "иванов")],
    "Семёнов": [("word", "семенов")],
    "Ив": [("short", "ив")],
    "Анна Иванова": [("word", "анна"), ("word", "иванова")],
    "№42": [("id", "42")],
    "№ 42": [("id", "42")],
    "№\u00a042 анна": [("id", "42"), ("word", "анна")],
    "3 500,00": [("amount", "350000")],
    "1 234 500": [("number", "1234500")],
    "анна 8 (916) 123-45-67": [("word", "анна"), ("phone", "9161234567")],
    '"Анна Иванова" -орлова': [("word", "анна иванова"), ("excluded", "орлова")],
    '"Анна': [("word", "анна")],
    "Салтыков-Щедрин -42": [("word", "салтыков-щедрин"), ("word", "-42")],
    "42": [("number", "42")],
    "1500,5": [("amount", "150050")],
    "1500.50": [("amount", "150050")],
    "KIRILL@Example.test": [("email", "kirill@example.test")],
    "+7 916 123-45-67": [("phone", "9161234567")],
    "8 (916) 123-45-67": [("phone", "9161234567")],
    "89161234567": [("phone", "9161234567")],
    "48232c9a-ce82-1593": [("operation", "48232c9a-ce82-1593")],
    "": [],
    "   ": [],
    "\x00": [],
}


@pytest.mark.parametrize(("query", "found"), QUERIES.items())
def test_a_word_is_recognised_by_its_form(query, found):
    assert [(piece.token.kind.value, piece.token.text) for piece in pieces(query)] == found


def test_a_query_is_cut_and_never_refused():
    assert [piece.value for piece in pieces("а" * 5000)] == ["а" * 200]
    assert [piece.value for piece in pieces("abc " * 50)] == ["abc"] * 8


def test_what_looks_the_same_is_found_as_the_same():
    assert fold("ПЁТР") == fold("петр") == "петр"
    assert fold("Ａｎｎａ") == "anna"


@pytest.mark.parametrize("phone", ["+7 916 123-45-67", "89161234567", "(916) 1234567"])
def test_a_phone_is_its_last_ten_digits(phone):
    assert phone_digits(phone) == "9161234567"


def test_a_person_is_found_by_name_address_and_phone():
    line = search_text("Пётр Ё", "Petr@Example.test", "+7 916 123-45-67")
    assert line == "петр е\x1fpetr@example.test 9161234567"
    assert search_text("Анна", "anna@example.test", None) == "анна\x1fanna@example.test"


OPERATORS = {
    "статус:оплачен": ("статус", "оплачен"),
    "Статус: оплачен": ("статус", "оплачен"),
    'статус:"возвращён частично"': ("статус", "возвращён частично"),
    "сумма:500..3000": ("сумма", "500..3000"),
    "статус:": ("статус", ""),
    "12:30": ("", "12:30"),
}


@pytest.mark.parametrize(("query", "found"), OPERATORS.items())
def test_an_operator_is_a_name_and_a_value(query, found):
    assert [(piece.name, piece.value) for piece in pieces(query)] == [found]
