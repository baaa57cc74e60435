"""«Посмотреть как…»: what a role and a person see, and whom it may name."""

import pytest

from portal.domain.permissions import Permission
from portal.store.db import transaction
from portal.store.users import get_user
from portal.usecases.access import RoleEdit, save_matrix
from portal.web.access_words import DOORS
from tests.builders import NOW

READ = Permission.PAYMENTS_READ
WHY = "Просили коллеги"


def person(user_id):
    with transaction() as session:
        return get_user(session, user_id)


def test_the_preview_shows_what_a_role_and_a_person_see(house):
    house.hands(house.kirill, READ)
    gleb = house.browser(house.gleb.user_id)
    viewer = gleb.get("/access/preview?role=viewer").text
    kirill = gleb.get(f"/access/preview?user={house.kirill}").text

    refund = 'Кнопка «Вернуть деньги»<span class="hidden-text">: '
    assert f"{refund}нет" in viewer
    assert 'Список платежей и поиск<span class="hidden-text">: есть' in viewer
    assert "<li>Консультации</li>" in viewer
    assert 'Список платежей и поиск<span class="hidden-text">: есть' in kirill
    assert "<li>Консультации</li>" not in kirill


@pytest.mark.parametrize("query", ["user=x", "role=king", "user=１２"])
def test_a_preview_of_nobody_says_so(house, query):
    answer = house.browser(house.gleb.user_id).get(f"/access/preview?{query}")

    assert answer.status_code == 200
    assert "Такой роли или человека нет" in answer.text


def test_a_preview_names_no_client_to_who_may_not_read_cards(house):
    only = {"viewer": RoleEdit(0, frozenset({Permission.ACCESS_READ}))}
    save_matrix(only, WHY, actor=house.gleb, now=NOW)
    vera, path = house.browser(house.vera.user_id), f"/access/preview?user={house.kirill}"
    before = vera.get(path).text
    house.hands(house.kirill, READ)
    after = vera.get(path).text

    assert [person(house.kirill).name in page for page in (before, after)] == [False, True]
    assert vera.get(f"/users/{house.kirill}").status_code == 403


def test_every_door_of_the_preview_is_there(app):
    named = {endpoint for _, doors in DOORS for endpoint, _ in doors}

    assert named - set(app.view_functions) == set()
