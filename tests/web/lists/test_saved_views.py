"""«Сохранить вид»: what a person sees of a list, under a name that nobody else sees (ux.md 1.4)."""

import pytest
from sqlalchemy import select

from portal.store.db import db
from portal.store.saved_views import SavedView
from portal.usecases.saved_views import MOST
from tests.pages import form_token

FILTERED = "/payments?q=Канарейкина&consultation=cancelled&from=-7d"


def post(browser, path, **form):
    return browser.post(path, data={"csrf_token": form_token(browser.get("/").text), **form})


def saved():
    db.session.rollback()
    found = select(SavedView.user_id, SavedView.path, SavedView.name).order_by(SavedView.id)
    return [tuple(row) for row in db.session.execute(found)]


def test_a_view_opens_the_list_as_it_was_and_is_its_owners_alone(desk):
    anna, vera = desk.browser(desk.anna), desk.browser(desk.vera)
    answer = post(anna, "/views", url=f"{FILTERED}&after=xyz", name="  Отмены   Зои ")

    page = anna.get("/payments").text
    url = answer.location.replace("&", "&amp;")
    assert f'<a href="{url}">Отмены Зои</a>' in page
    assert ("from=-7d" in url, "after" in url) == (True, False)
    assert "сохранён. Он виден только вам." in page
    assert "Отмены Зои" not in vera.get("/payments").text + anna.get("/users").text


def test_the_same_name_again_replaces_the_view(desk):
    anna = desk.browser(desk.anna)
    for url in (FILTERED, "/payments?status=refunded"):
        post(anna, "/views", url=url, name="Мои")

    assert saved() == [(desk.anna, "/payments", "Мои")]
    assert 'href="/payments?status=refunded">Мои' in anna.get("/payments").text


@pytest.mark.parametrize(
    ("url", "place_after"), [("/payments?status=paid",) * 2, ("//evil.test/payments", "/")]
)
def test_only_its_owner_forgets_a_view(desk, url, place_after):
    anna, vera = desk.browser(desk.anna), desk.browser(desk.vera)
    post(anna, "/views", url=FILTERED, name="Мои")
    place = f"/views/{db.session.scalar(select(SavedView.id))}/forget"

    denied = post(vera, place, url="/payments")
    kept = saved()
    answer = post(anna, place, url=url)

    assert (denied.status_code, len(kept)) == (404, 1)
    assert (answer.location, saved()) == (place_after, [])


@pytest.mark.parametrize(
    "url", ["", "//[", "//evil.test/payments", "/audit?q=x", "/payments?q=" + "x" * 3000]
)
def test_what_is_no_list_of_ours_is_not_saved(desk, url):
    answer = post(desk.browser(desk.anna), "/views", url=url, name="Мои")

    assert (answer.status_code, saved()) == (422, [])


def test_a_list_that_a_client_may_not_open_is_not_saved(desk):
    zoya = desk.browser(desk.zoya)
    form = {"csrf_token": form_token(zoya.get("/account").text), "url": FILTERED, "name": "Мои"}

    assert (zoya.post("/views", data=form).status_code, saved()) == (422, [])


@pytest.mark.parametrize("name", ["", "   ", "ж" * 41])
def test_a_view_needs_a_name(desk, name):
    anna = desk.browser(desk.anna)
    answer = post(anna, "/views", url=FILTERED, name=name)

    assert "Вид не сохранён: назовите его" in anna.get(answer.location).text
    assert saved() == []


def test_there_is_an_end_of_views(desk):
    anna = desk.browser(desk.anna)
    for number in range(MOST + 1):
        post(anna, "/views", url=FILTERED, name=f"Вид {number}")

    assert f"их уже {MOST}. Удалите лишний." in anna.get("/payments").text
    assert len(saved()) == MOST
