"""The matrix on screen: looked at, edited, looked over, saved; and felt at the next request."""

import re
from datetime import timedelta

import time_machine

from portal.domain.permissions import Permission, Role
from portal.store.access import get_role, list_roles
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.users import User, hasher
from portal.usecases import access
from portal.usecases.access import RoleEdit
from tests.builders import NOW

READ, REFUND = Permission.PAYMENTS_READ, Permission.REFUNDS_CREATE
#: What a viewer holds at first.
LOOKING = ("payments:read", "consultations:read", "users:read")
WHY = "Вера теперь возвращает деньги"


def form(*rights, role="viewer", version=0, **more):
    """Return the fields of a form with one column."""
    cells = [f"{role}/{right}" for right in rights]
    return {"version": [f"{role}:{version}"], "cell": cells, **more}


def column(role="viewer"):
    """Return a role's version and rights."""
    with transaction() as session:
        found = get_role(session, role)
        return found.version, found.permissions


UNTOUCHED = (0, frozenset(Permission(right) for right in LOOKING))


def boxes(page):
    """Return the boxes of the table, and those that are ticked."""
    inputs = re.findall(r'<input type="checkbox"[^>]*>', page, re.DOTALL)
    values = [re.search(r'value="([^"]+)"', box)[1] for box in inputs]
    ticked = [
        value for value, box in zip(values, inputs, strict=True) if re.search(r"\schecked\b", box)
    ]
    return values, ticked


def test_a_super_admin_sees_every_box_with_its_full_name(house):
    page = house.browser(house.gleb.user_id).get("/access").text
    values, ticked = boxes(page)

    assert len(values) == 2 * 18 + 2
    assert [value for value in ticked if value.startswith("viewer")] == [
        f"viewer/{right}" for right in LOOKING
    ]
    assert 'aria-label="Возвращать деньги, роль Администратор"' in page
    assert "super_admin/" not in page
    assert "так никто не закроет доступ всем сразу" in page


def test_who_may_only_look_sees_no_box(house):
    house.hands(house.anna.user_id, Permission.ACCESS_READ)
    page = house.browser(house.anna.user_id).get("/access").text

    assert boxes(page) == ([], [])
    assert "Предпросмотр изменений" not in page


def test_nobody_else_sees_the_page(house):
    answers = [house.browser(who).get("/access") for who in (house.anna.user_id, house.kirill)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert [answer.text.count("Выдавать права") for answer in answers] == [0, 0]


def test_one_role_is_a_list_of_one_column(house):
    values, _ = boxes(house.browser(house.gleb.user_id).get("/access?role=viewer").text)

    assert {value.partition("/")[0] for value in values} == {"viewer"}


def test_the_difference_is_said_in_words_and_nothing_is_saved(house):
    fields = form("payments:read", "users:read", "refunds:create")
    page = house.browser(house.gleb.user_id).post("/access/changes", data=fields)

    assert page.status_code == 200
    assert "+ Возвращать деньги" in page.text
    assert "− Смотреть консультации" in page.text
    assert page.text.count("1 человек: Вера") == 2
    assert column() == UNTOUCHED


def test_the_names_stop_at_ten_and_the_count_goes_on(house):
    with transaction() as session:
        for number in range(12):
            session.add(
                User(
                    email=f"v{number}@example.test",
                    name=f"Вера {number:02}",
                    role="viewer",
                    created_at=NOW,
                    search_text="",
                )
            )
    fields = form(*LOOKING, "refunds:create")
    page = house.browser(house.gleb.user_id).post("/access/changes", data=fields).text

    assert "13 человек: Вера, Вера 00" in page
    assert "Вера 08 и ещё 3" in page


def test_easily_overlooked_ends_are_warned_of(house):
    fields = form("refunds:create", "access:grant", "deliveries:replay")
    page = house.browser(house.gleb.user_id).post("/access/changes", data=fields).text

    assert "Люди этой роли смогут выдавать права другим." in page
    assert "Без права «Смотреть платежи» кнопок возврата не видно." in page
    assert "ни у кого не останется" not in page


def test_a_right_that_only_super_admins_keep_is_warned_of(house):
    rights = [right for right in sorted(column("admin")[1]) if right != "deliveries:read"]
    fields = form(*rights, role="admin")
    page = house.browser(house.gleb.user_id).post("/access/changes", data=fields).text

    lost = "Кроме супер-администраторов, ни у кого не останется права «Смотреть события банков»."
    assert lost in page
    assert "Потеряют — 1 человек: Анна." in page


def test_saving_needs_a_reason(house):
    fields = form(*LOOKING, "refunds:create", reason="   да   ")
    page = house.browser(house.gleb.user_id).post("/access", data=fields)

    assert page.status_code == 422
    assert "Напишите от 5 до 500 знаков" in page.text
    assert column() == UNTOUCHED


def test_what_is_saved_is_felt_at_the_next_request(house):
    vera = house.browser(house.vera.user_id)
    before = vera.get(f"/payments/{house.payment}").text
    fields = form(*LOOKING, "refunds:create", reason=WHY)

    answer = house.browser(house.gleb.user_id).post("/access", data=fields)

    assert (answer.status_code, answer.location) == (303, "/access")
    assert column() == (1, UNTOUCHED[1] | {REFUND})
    assert "data-refund" not in before
    assert "data-refund" in vera.get(f"/payments/{house.payment}").text


def test_a_right_taken_away_stops_the_next_request(house):
    vera = house.browser(house.vera.user_id)
    assert vera.get("/payments").status_code == 200

    house.browser(house.gleb.user_id).post("/access", data=form("users:read", reason=WHY))

    assert vera.get("/payments").status_code == 403
    assert vera.get("/users").status_code == 200


def test_a_stale_form_is_answered_with_the_table_of_now(house):
    edits = {"viewer": RoleEdit(0, frozenset({READ}))}
    access.save_matrix(edits, WHY, actor=house.gala, now=NOW)
    gleb = house.browser(house.gleb.user_id)

    for path, more in (("/access/changes", {}), ("/access", {"reason": WHY})):
        answer = gleb.post(path, data=form("refunds:create", **more))
        assert answer.status_code == 409
        assert "кто-то сохранил другие" in answer.text
        assert "viewer/payments:read" in boxes(answer.text)[1]
        assert 'value="viewer:1"' in answer.text
    assert column() == (1, frozenset({READ}))


def test_nothing_changed_is_said(house):
    answer = house.browser(house.gleb.user_id).post("/access/changes", data=form(*LOOKING))

    assert answer.status_code == 422
    assert "Вы ничего не изменили" in answer.text


def test_a_matrix_sent_twice_is_said_to_save_nothing(house):
    gleb = house.browser(house.gleb.user_id)

    answer = gleb.post("/access", data=form(*LOOKING, reason=WHY))
    page = gleb.get("/access").text

    assert (answer.status_code, column()) == (303, UNTOUCHED)
    assert ["Права сохранены" in page, "Права уже такие" in page] == [False, True]


def test_going_back_keeps_what_was_ticked(house):
    fields = form("refunds:resolve", back="1")
    answer = house.browser(house.gleb.user_id).post("/access/changes", data=fields)

    assert answer.status_code == 200
    ticked = [value for value in boxes(answer.text)[1] if value.startswith("viewer")]
    assert ticked == ["viewer/refunds:resolve"]
    assert column() == UNTOUCHED


def test_forged_boxes_save_nothing(house):
    gleb = house.browser(house.gleb.user_id)
    forged = (
        (form("payments:all", reason=WHY), 422),
        (form("*", reason=WHY), 422),
        ({"version": ["viewer:x"], "reason": WHY}, 422),
        ({"version": ["viewer:0"], "cell": ["admin/payments:read"], "reason": WHY}, 422),
        (form("payments:read", role="nobody", reason=WHY), 404),
        (form("payments:read", role="super_admin", reason=WHY), 409),
        (form("payments:read", role="client", reason=WHY), 409),
        (form("own:refund", reason=WHY), 409),
    )

    answers = [gleb.post("/access", data=fields).status_code for fields, _ in forged]

    assert answers == [status for _, status in forged]
    assert column() == UNTOUCHED


def test_the_same_box_five_hundred_times_is_one_right(house):
    fields = form(*["payments:read"] * 500, reason=WHY)
    house.browser(house.gleb.user_id).post("/access", data=fields)

    assert column() == (1, frozenset({READ}))


def test_a_refusal_says_why_and_who_can(house):
    house.hands(house.anna.user_id, Permission.ACCESS_GRANT)
    anna = house.browser(house.anna.user_id)

    answer = anna.post("/access", data=form(*LOOKING, "audit:read", reason=WHY))

    assert answer.status_code == 409
    assert "У вас нет права «Смотреть журнал»" in answer.text
    assert "Ничего не изменилось. Это может сделать: Гала, Глеб." in answer.text
    assert column() == UNTOUCHED


def test_what_nobody_sees_does_not_get_into_the_journal(house):
    gleb = house.browser(house.gleb.user_id)
    gleb.post("/access", data=form("payments:read", reason="Одна строка\x0b\nи вторая"))

    with transaction() as session:
        entry = session.query(AuditEntry).filter_by(action="role.edit").one()
    assert entry.reason == "Одна строка\nи вторая"


def test_a_step_up_in_between_loses_nothing(house):
    with transaction() as session:
        session.get_one(User, house.gleb.user_id).password_hash = hasher.hash("длинный пароль")
    gleb = house.browser(house.gleb.user_id)
    fields = form(*LOOKING, "refunds:create", reason=WHY)
    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        asked = gleb.post("/access", data=fields)
        confirmed = gleb.post(asked.location, data={"password": "длинный пароль"})
        page = gleb.get(confirmed.location).text

    assert asked.location == "/confirm/password?next=%2Faccess"
    assert confirmed.location == "/access"
    assert "+ Возвращать деньги" in page
    assert WHY in page
    assert 'value="viewer/refunds:create"' in page
    assert column() == UNTOUCHED


def test_a_role_is_added_and_removed(house):
    gleb = house.browser(house.gleb.user_id)
    gleb.post("/access/roles", data={"title": "Финансы"})
    with transaction() as session:
        code = list_roles(session)[-1].code
    taken = gleb.post("/access/roles", data={"title": "финансы"})

    removed = gleb.post(f"/access/roles/{code}/remove")

    assert taken.status_code == 409
    assert "Роль с таким названием уже есть" in taken.text
    assert removed.status_code == 303
    with transaction() as session:
        assert [role.code for role in list_roles(session)] == list(Role)


def test_a_built_in_role_is_not_removed(house):
    answer = house.browser(house.gleb.user_id).post("/access/roles/viewer/remove")

    assert answer.status_code == 409
    assert column() == UNTOUCHED


def test_no_view_of_the_matrix_opens_without_the_right_to_give(house):
    house.hands(house.anna.user_id, Permission.ACCESS_READ)
    anna = house.browser(house.anna.user_id)
    paths = ("/access", "/access/changes", "/access/roles", "/access/roles/viewer/remove")

    assert [anna.post(path, data=form()).status_code for path in paths] == [403] * 4
    assert anna.get("/access/roles").status_code == 403
    assert column() == UNTOUCHED
