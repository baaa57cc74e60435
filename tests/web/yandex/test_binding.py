"""Binding an account at Yandex: once, by oneself, after the password; taken off by another."""

from datetime import timedelta

import pytest
import time_machine

from portal.domain import clock
from portal.domain.permissions import Role
from portal.store.db import transaction
from portal.store.users import User
from tests.web.yandex.conftest import GLEBOV, PETROVA, arrives, chosen, employ, entries, switch

REASON = {"reason": "Сменила аккаунт"}


def bound(app, user_id):
    with app.app_context(), transaction() as session:
        user = session.get_one(User, user_id)
        return (user.yandex_id, user.yandex_login)


@pytest.fixture
def vera(portal):
    """Give Вера, who has no account bound yet."""
    return arrives(portal, employ(portal, "vera", Role.ADMIN, None))


def links(person, login):
    return person.client.get(chosen(person.posts("/profile/yandex").location, login))


def test_a_person_binds_their_account_and_is_not_confirmed_by_that(portal, vera):
    answer = links(vera, "ivanov")

    assert (answer.status_code, answer.location) == (303, "/profile/yandex")
    assert bound(portal, vera.user_id) == ("1130000000000003", "ivanov")
    assert vera.confirmed == [None]
    after = {"after": {"yandex_id": "1130000000000003"}}
    assert entries(portal, "yandex.link") == [("done", after)]
    assert vera.confirms("ivanov").location == "/payments"


def test_the_account_of_another_is_not_bound(portal, anna, vera):
    answer = links(vera, "petrova.pay")

    assert (answer.status_code, "привязан к другому человеку" in answer.text) == (409, True)
    assert entries(portal, "yandex.link")[-1] == ("denied", {"refusal": "account_taken"})
    assert bound(portal, vera.user_id) == (None, None)
    assert bound(portal, anna.user_id) == (PETROVA.id, PETROVA.login)


def test_a_new_account_does_not_replace_the_old_one(portal, anna):
    answer = links(anna, "ivanov")

    assert (answer.status_code, "Яндекс ID уже привязан" in answer.text) == (409, True)
    assert bound(portal, anna.user_id) == (PETROVA.id, PETROVA.login)


@pytest.mark.parametrize("required", [True, False])
def test_binding_asks_for_the_password_when_it_is_old(portal, vera, required):
    switch(portal, yandex_required=required)

    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        answer = vera.posts("/profile/yandex")

    assert (answer.status_code, answer.location) == (
        303,
        "/confirm/password?next=%2Fprofile%2Fyandex",
    )


def test_a_question_for_binding_confirms_nobody_and_the_other_way_round(portal, anna, vera):
    links(vera, "glebov.pay")
    assert vera.confirmed == [None]

    anna.confirms()
    assert bound(portal, anna.user_id) == (PETROVA.id, PETROVA.login)


@pytest.fixture
def gleb(portal):
    """Give Глеб, super-admin, who has passed the second step."""
    gleb = arrives(portal, employ(portal, "gleb", Role.SUPER_ADMIN, GLEBOV))
    gleb.confirms("glebov.pay")
    return gleb


def test_a_super_admin_takes_it_off_and_its_confirmations_with_it(portal, anna, gleb):
    anna.confirms()

    answer = gleb.posts(f"/users/{anna.user_id}/yandex/unlink", REASON)

    assert (answer.status_code, answer.location) == (303, f"/users/{anna.user_id}")
    assert bound(portal, anna.user_id) == (None, None)
    assert anna.confirmed == [None]
    before = {"before": {"yandex_id": PETROVA.id}}
    assert entries(portal, "yandex.unlink") == [("done", before)]
    assert "не привязан" in anna.client.get("/payments", follow_redirects=True).text


def test_nobody_takes_off_their_own(portal, gleb):
    answer = gleb.posts(f"/users/{gleb.user_id}/yandex/unlink", REASON)

    assert (answer.status_code, "и не у себя" in answer.text) == (403, True)
    assert bound(portal, gleb.user_id) == (GLEBOV.id, GLEBOV.login)


def test_what_is_off_already_is_said_to_be(portal, vera, gleb):
    answer = gleb.posts(f"/users/{vera.user_id}/yandex/unlink", REASON)

    assert (answer.status_code, "уже отвязан" in answer.text) == (409, True)


@pytest.mark.parametrize("reason", ["", " \t\n   ", "\x0b\x0c\x0b\x0c\x0b", "нет"])
def test_a_reason_is_needed(portal, anna, gleb, reason):
    answer = gleb.posts(f"/users/{anna.user_id}/yandex/unlink", {"reason": reason})

    assert (answer.status_code, "Напишите" in answer.text) == (422, True)
    assert bound(portal, anna.user_id) == (PETROVA.id, PETROVA.login)


def test_a_reason_that_the_step_interrupts_comes_back_as_it_was_typed(portal, anna, gleb):
    path = f"/users/{anna.user_id}/yandex/unlink"
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        asked = gleb.posts(path, REASON)
        gleb.confirms("glebov.pay", next_path=path)
        page = gleb.client.get(path).text

    assert (asked.status_code, asked.location.partition("?")[0]) == (303, "/confirm/yandex")
    assert f"{REASON['reason']}</textarea>" in page
    assert bound(portal, anna.user_id) == (PETROVA.id, PETROVA.login)


def test_an_admin_takes_nothing_off(portal, anna, gleb):
    anna.confirms()

    answer = anna.posts(f"/users/{gleb.user_id}/yandex/unlink", REASON)

    assert answer.status_code == 403
    assert bound(portal, gleb.user_id) == (GLEBOV.id, GLEBOV.login)
    assert anna.client.get(f"/users/{gleb.user_id}/yandex/unlink").status_code == 403


def test_the_card_shows_the_account_to_who_may_take_it_off(anna, gleb):
    card = gleb.client.get(f"/users/{anna.user_id}").text

    assert "petrova.pay" in card
    assert f"/users/{anna.user_id}/yandex/unlink" in card
    assert "/yandex/unlink" not in anna.client.get(f"/users/{gleb.user_id}").text
