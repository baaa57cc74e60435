"""Contacts are masked until somebody who may see them asks, and the journal remembers it (E3)."""

import pytest
from sqlalchemy import select

from portal.domain.permissions import Role
from portal.store.audit import AuditEntry
from portal.store.db import db
from portal.store.users import User
from tests.pages import form_token
from tests.web.lists.conftest import person

HTMX = {"HX-Request": "true", "HX-Target": "contacts"}
PHONE = "+7 903 765-43-21"


@pytest.fixture
def email(desk):
    """Give Зоя's e-mail."""
    return db.session.get_one(User, desk.zoya).email


def reveal(desk, who, number, **more):
    browser = desk.browser(who)
    token = form_token(browser.get("/").text)
    return browser.post(f"/users/{number}/reveal", data={"csrf_token": token}, **more)


def looks(desk):
    """Return who looked at whose contacts, and all that the journal keeps of it."""
    db.session.rollback()
    found = select(AuditEntry).where(AuditEntry.action == "user.contacts")
    return [
        (one.actor_id, one.object_type, one.object_id, one.changes, one.reason)
        for one in db.session.scalars(found)
    ]


def test_a_card_masks_contacts_even_from_who_may_see_them(desk, email):
    card = desk.browser(desk.anna).get(f"/users/{desk.zoya}").text

    assert (email in card, PHONE in card) == (False, False)
    assert "+7 9•• •••-43-21" in card
    assert f'action="/users/{desk.zoya}/reveal"' in card
    assert looks(desk) == []


def test_a_press_shows_them_once_and_the_journal_says_who_looked(desk, email):
    answer = reveal(desk, desk.anna, desk.zoya, headers=HTMX)

    assert answer.status_code == 200
    assert (email in answer.text, PHONE in answer.text) == (True, True)
    assert "<html" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert looks(desk) == [(desk.anna, "users", desk.zoya, {}, None)]
    assert email not in desk.browser(desk.anna).get(f"/users/{desk.zoya}").text


def test_without_scripts_a_page_shows_the_contacts_and_nothing_else_of_the_card(desk, email):
    page = reveal(desk, desk.anna, desk.zoya).text

    assert (email in page, PHONE in page) == (True, True)
    assert "Контакты: Зоя Канарейкина" in page
    assert "Баланс" not in page
    assert len(looks(desk)) == 1


def test_every_look_is_an_entry(desk):
    reveal(desk, desk.anna, desk.zoya)
    reveal(desk, desk.anna, desk.zoya)

    assert [look[0] for look in looks(desk)] == [desk.anna, desk.anna]


def test_without_the_right_there_is_no_button_and_a_try_is_denied_and_noted(desk, email):
    card = desk.browser(desk.vera).get(f"/users/{desk.zoya}").text
    answer = reveal(desk, desk.vera, desk.zoya)

    assert "/reveal" not in card
    assert answer.status_code == 403
    assert (email in answer.text, PHONE in answer.text) == (False, False)
    assert looks(desk) == []
    denied = select(AuditEntry.actor_id).where(AuditEntry.action == "access.denied")
    assert db.session.scalars(denied).all() == [desk.vera]


def test_nobody_is_revealed_by_a_wrong_number(desk):
    assert reveal(desk, desk.anna, 999).status_code == 404
    assert looks(desk) == []


def test_the_log_of_the_portal_has_no_contacts(desk, email, caplog):
    with caplog.at_level("DEBUG"):
        reveal(desk, desk.anna, desk.zoya)

    assert [line for line in caplog.messages if email in line or PHONE in line] == []


def test_the_journal_tells_the_look_in_words(desk):
    reveal(desk, desk.anna, desk.zoya)
    gleb = desk.browser(person("Глеб", Role.SUPER_ADMIN))

    page = gleb.get(f"/audit?q=пользователь {desk.zoya}").text

    assert "Показаны почта и телефон" in page
    assert "Анна Админова" in page
