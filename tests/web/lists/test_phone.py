"""A telephone is changed by who may see contacts: it is found by at once, and told to nobody."""

import pytest
from sqlalchemy import select

from portal.store.audit import AuditEntry
from portal.store.db import db
from portal.store.users import User
from tests.pages import form_token

OLD = "9037654321"


def changes(desk, who, typed, after=""):
    browser, address = desk.browser(who), f"/users/{desk.zoya}/phone{after}"
    token = form_token(browser.get("/").text)
    return browser.post(address, data={"csrf_token": token, "phone": typed})


def kept(desk):
    """Return the telephone that is written down, and who is said to have changed it."""
    db.session.rollback()
    entries = select(AuditEntry).where(AuditEntry.action == "user.phone")
    told = [(one.actor_id, one.object_id, one.changes) for one in db.session.scalars(entries)]
    return db.session.get_one(User, desk.zoya).phone, told


@pytest.mark.parametrize(
    ("typed", "number"), [("8 (916) 111-22-33", "+79161112233"), (" +77010000000", "+77010000000")]
)
def test_a_new_number_is_written_as_e164_and_noted_without_it(desk, typed, number):
    answer = changes(desk, desk.anna, typed)

    assert (answer.status_code, answer.location) == (303, f"/users/{desk.zoya}")
    assert kept(desk) == (number, [(desk.anna, desk.zoya, {})])
    assert number not in desk.browser(desk.anna).get(answer.location).text


@pytest.mark.parametrize(
    ("after", "place"),
    [("?link=7", "/consultations/7/link"), ("?link=//evil.test", "/users/{}")],
    ids=["a link", "nonsense"],
)
def test_who_missed_it_at_a_link_is_led_back_there(desk, after, place):
    answer = changes(desk, desk.anna, "+7 916 111-22-33", after)

    assert (answer.status_code, answer.location) == (303, place.format(desk.zoya))


@pytest.mark.parametrize("place", ["/users", "/payments", "/consultations"])
def test_what_is_theirs_is_found_by_the_new_number_and_no_more_by_the_old(desk, place):
    anna = desk.browser(desk.anna)
    before = "Зоя" in anna.get(f"{place}?q={OLD}").text
    changes(desk, desk.anna, "+7 916 111-22-33")

    found = ["Зоя" in anna.get(f"{place}?q={number}").text for number in (OLD, "9161112233")]
    assert (before, found) == (True, [False, True])


def test_an_empty_field_removes_it(desk):
    changes(desk, desk.anna, " ")

    assert kept(desk) == (None, [(desk.anna, desk.zoya, {})])


@pytest.mark.parametrize("typed", ["звонить вечером", "916 111-22-33", "+7 916 111-22"])
def test_what_is_no_number_changes_nothing_and_says_so(desk, typed):
    was = kept(desk)
    answer = changes(desk, desk.anna, typed)

    assert (answer.status_code, kept(desk)) == (422, was)
    assert "Это не номер телефона. Напишите его с кодом страны" in answer.text
