"""How the words of a query are recognised."""

import pytest

from portal.domain.search import fold, phone_digits, search_text, tokens

QUERIES = {
    "Иванов": [("word", "иванов")],
    "Семёнов": [("word", "семенов")],
    "Ив": [("short", "ив")],
    "Анна Иванова": [("word", "анна"), ("word", "иванова")],
    "№42": [("number", "42")],
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
    assert [(token.kind.value, token.text) for token in tokens(query)] == found


def test_a_query_is_cut_and_never_refused():
    assert [token.text for token in tokens("а" * 5000)] == ["а" * 200]
    assert [token.text for token in tokens("abc " * 50)] == ["abc"] * 8


def test_what_looks_the_same_is_found_as_the_same():
    assert fold("ПЁТР") == fold("петр") == "петр"
    assert fold("Ａｎｎａ") == "anna"


@pytest.mark.parametrize("phone", ["+7 916 123-45-67", "89161234567", "(916) 1234567"])
def test_a_phone_is_its_last_ten_digits(phone):
    assert phone_digits(phone) == "9161234567"


def test_a_person_is_found_by_name_address_and_phone():
    line = search_text("Пётр Ё", "Petr@Example.test", "+7 916 123-45-67")
    assert line == "петр е petr@example.test 9161234567"
    assert search_text("Анна", "anna@example.test", None) == "анна anna@example.test"
