"""One's own page: the sessions of a person, their ends, and passwords through the doors."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.domain.permissions import Role
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.users import User, hasher
from tests import builders
from tests.builders import NOW

OLD, NEW = "старая длинная фраза", "лошадь скрепка батарея"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def anna(app):
    """Make Анна, whose password is known, and return her number."""
    with time_machine.travel(NOW, tick=False), app.app_context():
        user_id = builders.staff().user_id
        with transaction() as session:
            session.get_one(User, user_id).password_hash = hasher.hash(OLD)
        yield user_id


@pytest.fixture
def browser(app, anna):
    """Give Анна's browser."""
    return builders.sign_in(app.test_client(), anna)


def post(client, path, page, **fields):
    """Send a form with the token of the page that shows it."""
    token = TOKEN.search(client.get(page).text)[1]
    return client.post(path, data={"csrf_token": token, **fields})


def letters(app):
    with app.app_context(), transaction() as session:
        return session.query(Letter).count()


def test_a_person_sees_their_sessions_and_ends_another(app, anna, browser):
    other = builders.sign_in(app.test_client(), anna)
    page = browser.get("/profile").text

    answer = post(browser, "/profile/sessions/2/end", "/profile")

    assert page.count("активность ") == 2
    assert answer.status_code == 303
    assert (browser.get("/profile").status_code, other.get("/profile").status_code) == (200, 303)


def test_the_session_of_another_person_is_not_found(app, anna, browser):
    with app.app_context():
        vera = builders.staff(Role.VIEWER, "Вера", "vera@example.test").user_id
    hers = builders.sign_in(app.test_client(), vera)

    assert post(browser, "/profile/sessions/2/end", "/profile/password").status_code == 404
    assert hers.get("/profile").status_code == 200


def test_every_other_session_ends_at_once(app, anna, browser):
    others = [builders.sign_in(app.test_client(), anna) for _ in range(2)]

    assert post(browser, "/profile/sessions/end", "/profile").status_code == 303
    assert [other.get("/profile").status_code for other in others] == [303, 303]
    assert browser.get("/profile").status_code == 200


def test_a_copy_of_the_cookie_is_dead_after_signing_out(app, anna, browser):
    copied = app.test_client()
    cookie = browser.get_cookie("portal_session")
    copied.set_cookie("portal_session", cookie.value)
    before = copied.get("/profile").status_code

    post(browser, "/sign-out", "/profile")

    assert (before, copied.get("/profile").status_code) == (200, 303)


def test_the_password_is_changed_by_the_old_one(app, anna, browser):
    other = builders.sign_in(app.test_client(), anna)
    page = "/profile/password"

    wrong = post(browser, page, page, current="не тот пароль", password=NEW)
    weak = post(browser, page, page, current=OLD, password="123456789012")
    unchanged = (letters(app), other.get("/profile").status_code)
    right = post(browser, page, page, current=OLD, password=NEW)

    assert (wrong.status_code, weak.status_code, right.status_code) == (422, 422, 303)
    assert ("Неверный пароль" in wrong.text, "легко подобрать" in weak.text) == (True, True)
    assert unchanged == (0, 200)
    assert (letters(app), other.get("/profile").status_code) == (1, 303)
    assert browser.get("/profile").status_code == 200


@pytest.mark.parametrize("email", ["anna@example.test", "nobody@example.test"])
def test_a_stranger_cannot_learn_who_is_here(app, anna, client, email):
    page = "/password/forgotten"

    answer = post(client, page, page, email=email)

    assert answer.status_code == 200
    assert "Если такая почта у нас есть" in answer.text
    assert email not in answer.text


def test_a_fresh_confirmation_is_asked_and_renews_the_session(app, anna, browser):
    page = "/confirm/password?next=/profile"
    old = browser.get_cookie("portal_session").value

    wrong = post(browser, page, page, password="не тот пароль")
    right = post(browser, page, page, password=OLD)

    assert (wrong.status_code, right.status_code, right.location) == (422, 303, "/profile")
    copied = app.test_client()
    copied.set_cookie("portal_session", old)
    assert (copied.get("/profile").status_code, browser.get("/profile").status_code) == (303, 200)


def test_idle_staff_sign_in_again(anna, browser):
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert browser.get("/profile").status_code == 303


def test_the_hour_that_a_person_is_told_is_named_by_its_town(world):
    page = world.browser_of("kirill").get("/profile").text

    assert ("Москва" in page, "Europe/Moscow" in page) == (True, False)


def test_a_person_sets_up_the_screen_of_this_browser(browser):
    usual = browser.get("/payments").text
    post(browser, "/profile/screen", "/profile", dense="on")
    dense = browser.get("/payments").text
    post(browser, "/profile/screen", "/profile", keys="on")

    assert ('data-density="dense"' in usual, 'data-keys="on"' in usual) == (False, True)
    assert ('data-density="dense"' in dense, 'data-keys="off"' in dense) == (True, True)
    assert browser.get("/payments").text.count('data-keys="on"') == 1
