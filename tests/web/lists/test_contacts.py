"""Without the right to contacts nobody learns them by asking, part by part (E3)."""

import re

import pytest

from portal.domain.permissions import Role
from tests.builders import NOW
from tests.web.lists.conftest import person

ROW = re.compile(r'<tr id="[puc](\d+)"')
LISTS = ("/payments", "/consultations", "/users")
#: Parts of Зоя's e-mail and phone; 43-21 are digits that Вера sees as dots.
CONTACTS = (
    "d097d0bed18f",
    "example.test",
    "+7 903 765-43-21",
    "903-765-43-21",
    '"765432"',
    "тел:76543",
)


def rows(desk, who, path, query):
    answer = desk.browser(who).get(path, query_string={"q": query})
    return ROW.findall(answer.text)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", CONTACTS)
def test_contacts_are_found_by_whom_may_see_them(desk, path, query):
    assert rows(desk, desk.anna, path, query) != []


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", [*CONTACTS[:-1]])
def test_without_the_right_a_contact_finds_nobody(desk, path, query):
    assert rows(desk, desk.vera, path, query) == []


@pytest.mark.parametrize("path", LISTS)
def test_without_the_right_a_whole_address_finds_nobody(desk, path):
    address = f"{'Зоя Канарейкина'.encode().hex()[:40]}@example.test"

    assert rows(desk, desk.anna, path, address) != []
    assert rows(desk, desk.vera, path, address) == []


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", ["тел:76543", "тел:11111", "почта:d097", "почта:nobody"])
def test_the_operators_of_contacts_tell_nothing_apart(desk, path, query):
    assert rows(desk, desk.vera, path, query) == rows(desk, desk.vera, path, "")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", ["канарейкина", '"зоя канарейкина"'])
def test_without_the_right_names_are_found(desk, path, query):
    assert rows(desk, desk.vera, path, query) == rows(desk, desk.anna, path, query) != []


@pytest.mark.parametrize("path", LISTS)
def test_without_the_right_nothing_is_left_out_by_a_contact(desk, path):
    everything = rows(desk, desk.vera, path, "")

    assert rows(desk, desk.vera, path, "-example") == everything
    assert rows(desk, desk.anna, path, "-example") == []


def test_a_specialist_is_a_name(desk):
    assert rows(desk, desk.vera, "/consultations", "орлова") == ["2", "1"]


@pytest.mark.parametrize(("asked", "is_found"), [("зоя", True), ("d097", False)])
def test_the_journal_is_searched_by_names_only(desk, asked, is_found):
    with desk.app.app_context():
        gleb = person("Глеб", Role.SUPER_ADMIN)
    desk.browser(desk.zoya).get("/payments")

    answer = desk.browser(gleb).get("/audit", query_string={"q": asked})

    assert ("Зоя Канарейкина" in answer.text) is is_found


def test_the_list_of_people_tells_what_each_has_booked_and_paid(desk):
    page = " ".join(desk.browser(desk.vera).get("/users?q=Канарейкина").text.split())

    assert 'data-label="Консультаций">2</td>' in page
    paid = page.partition('data-label="Последняя оплата">')[2].partition("</td>")[0]
    assert f'datetime="{NOW.isoformat(timespec="seconds")}"' in paid
