"""Who gives rights and holds less than others: refused with the reason, offered what is held."""

from portal.domain.permissions import Permission
from tests.builders import rub
from tests.web.rights.test_grants import GRANT, person, posts


def test_who_is_limited_to_a_sum_hands_nothing_on_and_reads_why(house):
    for permission in (Permission.ACCESS_GRANT, Permission.CONSULTATIONS_CANCEL):
        house.hands(house.vera.user_id, permission)
    house.hands(house.vera.user_id, Permission.REFUNDS_CREATE, limit=rub(10_000_00))
    answer = posts(house, f"/users/{house.kirill}/grants", house.vera, **GRANT)

    assert answer.status_code == 409
    assert "Ваше право ограничено суммой 10\u00a0000,00\u00a0₽: возвращать деньги" in answer.text
    assert "другим его не выдать. Ничего не изменилось. Это может сделать: " in answer.text
    assert person(house.kirill).grants == []


def test_a_weaker_giver_is_refused_with_the_reason(house):
    house.hands(house.anna.user_id, Permission.ACCESS_GRANT)
    path = f"/users/{house.gleb.user_id}/grants"
    answer = posts(house, path, house.anna, **(GRANT | {"permission": "users:read", "limit": ""}))

    assert answer.status_code == 409
    assert "У этого человека есть право «" in answer.text
    assert person(house.gleb.user_id).grants == []


def test_only_rights_that_are_held_are_offered(house):
    house.hands(house.anna.user_id, Permission.ACCESS_GRANT)
    page = house.browser(house.anna.user_id).get(f"/users/{house.kirill}/grants").text

    assert 'value="refunds:create"' in page
    assert 'value="audit:read"' not in page
