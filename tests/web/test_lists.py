"""Lists answer whatever stands in their address, and show every row once (E1-E3)."""

import re

import pytest

from portal.domain.actors import SYSTEM
from portal.domain.permissions import Role
from portal.usecases.users import NewUser, create_user
from portal.web.formats import shown
from tests.builders import NOW

LISTS = ["/payments", "/consultations", "/users", "/deliveries"]
PARTIAL = {"HX-Request": "true"}

TERMS = [
    *("'", '"', ";--", "') OR 1=1--", "%", "_", "\\", "%%%%", "\\%", "*", "AND", "NEAR(a b)", "-x"),
    *("a", "", "   ", "а б в г д е ё ж з и к", "x" * 60_000, "a" * 200 + "!", "ИВАНОВ", "Ёлка"),
    *("е\u0308лка", "\u202eгнп", "<script>alert(1)</script>", '"><img src=x onerror=a>', "{{7*7}}"),
    *(
        "${7*7}",
        "😀",
        "👩‍👩‍👧",
        "№ 1",
        "№",
        "no99999999999",
        "1,5",
        "99999999999,99",
        "+7 (916) 1",
        "@",
    ),
    *(
        "a@b.ru",
        "a@b." + "c" * 250,
        "статус:",
        "сумма:>abc",
        ":",
        '"',
        "«»",
        "１２３",
        "²",
        "\u200b",
    ),
]
FILTERS = [
    *(
        "page=0",
        "page=-1",
        "page=1e9",
        "page=abc",
        f"page={2**63}",
        "page=１",
        "per=100000",
        "per=-1",
    ),
    *(
        "per=abc",
        "sort=password",
        "sort=id;drop",
        "sort=-",
        "order=__class__",
        "tab=x",
        "tab=overdue",
    ),
    *("from=0000-00-00", "from=9999-12-31", "to=9999-12-31", "from=2024-02-30", "from=2024-W01-1"),
    *("from=2026-12-31&to=2020-01-01", "from=1926-01-01&to=2026-01-01", "from=20240101", "to=x"),
    *("status=nobody", "status=paid&status=x", "&".join(["status=paid"] * 1000), "method=cash"),
    *("consultation=x", "paid=maybe", "role=god", "free=2", "after=x", "after=%ff", "before=W10"),
    *("after=WyJkYXRlIiwxLDJd", "after=eyJhIjoxfQ", "after=" + "A" * 10_000, "after=x&before=y"),
    *(
        "after=WyItZGF0ZSIsIjIwMjYiLDFd",
        "after=WyItaWQiLDEsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OV0",
        "q=%ff",
    ),
    *("q=%ed%a0%80", "q[]=a", "%00x=1", "q=a&q=b", "=", "&&&", "hx-get=/users", "per=25&per=50"),
]


@pytest.mark.parametrize("path", LISTS)
def test_no_search_term_breaks_a_list(world, path):
    gleb = world.browser_of("gleb")

    answers = {
        term: gleb.get(path, query_string={"q": term}, headers=PARTIAL).status_code
        for term in TERMS
    }

    assert answers == dict.fromkeys(TERMS, 200)


@pytest.mark.parametrize("path", LISTS)
def test_no_filter_breaks_a_list(world, path):
    gleb = world.browser_of("gleb")

    answers = {each: gleb.get(f"{path}?{each}").status_code for each in FILTERS}

    assert answers == dict.fromkeys(FILTERS, 200)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["q", "status", "from", "after", "x"])
def test_a_nul_is_refused(world, path, name):
    assert world.browser_of("gleb").get(f"{path}?{name}=a%00b").status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_what_was_typed_comes_back_as_text_only(world, path):
    answer = world.browser_of("gleb").get(path, query_string={"q": '"><script>alert(1)</script>'})

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


def test_a_percent_sign_is_a_letter_and_no_wildcard(world):
    anna = world.browser_of("anna")

    hits = [
        anna.get("/users", query_string={"q": term}).text.count("<tr id=")
        for term in ("%%%", "канар")
    ]

    assert hits == [0, 1]


@pytest.mark.parametrize(
    "term", ["канарейкина", "КАНАРЕЙКИНА", "нарей", "903 765-43-21", "Зоя канар"]
)
def test_a_person_is_found_as_people_type(world, term):
    page = world.browser_of("anna").get("/users", query_string={"q": term})

    assert re.findall(r'<tr id="u(\d+)"', page.text) == [str(world.people["zoya"])]


@pytest.mark.parametrize("path", LISTS)
def test_the_fragment_is_a_part_of_the_page(world, path):
    gleb = world.browser_of("gleb")

    page, fragment = gleb.get(path), gleb.get(path, headers=PARTIAL)

    assert fragment.text.strip() in page.text
    assert (page.text.count("<h1>"), fragment.text.count("<h1>")) == (1, 0)
    assert fragment.headers["HX-Push-Url"] == path
    assert {"HX-Request", "HX-Target"} <= set(page.headers["Vary"].split(", "))


def test_while_the_same_word_is_typed_the_address_is_replaced(world):
    headers = PARTIAL | {"HX-Current-URL": "http://localhost/users?q=кан"}

    answer = world.browser_of("anna").get("/users", query_string={"q": "кана"}, headers=headers)

    assert answer.headers["HX-Replace-Url"] == "/users?q=%D0%BA%D0%B0%D0%BD%D0%B0"
    assert "HX-Push-Url" not in answer.headers


def crowd(world, count):
    """Make many customers, the last with the largest number."""
    with world.app.app_context():
        return [
            create_user(new, actor=SYSTEM, now=NOW)
            for new in (NewUser(f"p{n}@x.test", f"Гость {n}", Role.CLIENT) for n in range(count))
        ]


def rows_of(page):
    return [int(number) for number in re.findall(r'<tr id="u(\d+)"', page.text)]


def link_of(page, rel):
    found = re.search(rf'<a class="button"\s+href="([^"]+)"\s+rel="{rel}"', page.text)
    return found[1].replace("&amp;", "&") if found else ""


def test_forwards_and_back_every_row_is_shown_once(world):
    made = crowd(world, 53)
    anna = world.browser_of("anna")

    first = anna.get("/users?per=25")
    second = anna.get(link_of(first, "next"))
    third = anna.get(link_of(second, "next"))
    back = anna.get(link_of(second, "prev"))

    everybody = sorted([*made, *world.people.values()], reverse=True)
    assert rows_of(first) + rows_of(second) + rows_of(third) == everybody
    assert [len(rows_of(page)) for page in (first, second, third)] == [25, 25, 10]
    assert rows_of(back) == rows_of(first)
    assert (link_of(first, "prev"), link_of(third, "next")) == ("", "")


def test_a_search_tells_nothing_of_what_may_not_be_read(world):
    vera, kirill = world.browser_of("vera"), world.browser_of("kirill")

    found = vera.get("/users", query_string={"q": "зоя"}).text
    refused = [kirill.get(path, headers=PARTIAL) for path in LISTS]

    assert "zoya.canary" not in found
    assert [answer.status_code for answer in refused] == [403] * 4
    assert "Канарейкина" not in "".join(answer.text for answer in refused)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "показан 1"), (2, "показаны 2"), (5, "показано 5"), (21, "показан 21")],
)
def test_the_shown_rows_are_counted_in_russian(count, words):
    assert shown(count, "показан") == words
    assert shown(count) == words.replace("показан ", "показана ")


def test_a_list_says_how_many_rows_it_shows(world):
    anna = world.browser_of("anna")

    page = anna.get("/payments", query_string={"q": f"№{world.payment}"}).text

    assert "Найдено: 1 платёж, показан 1." in page


def test_staff_open_the_payment_link_of_a_client_in_a_new_tab(world):
    page = world.browser_of("anna").get(f"/consultations/{world.scheduled}").text

    link = re.search(r'<a href="([^"]+)"\s+target="_blank"\s+rel="noopener">', page)[1]
    assert link.endswith(f"/pay/{world.pay_token}")
