"""Rights on a person's card: handed over, taken back, roles, people shut out at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.domain.money import Currency, Money
from portal.domain.permissions import Permission, Role
from portal.store.db import transaction
from portal.store.users import get_user
from tests import builders
from tests.builders import NOW, rub

READ, OWN_REFUND = Permission.PAYMENTS_READ, Permission.OWN_REFUND
WHY = "Просили коллеги"
GRANT = {
    "permission": "own:refund",
    "term": "until",
    "until": "2026-12-31",
    "limit": "10 000",
    "currency": "RUB",
    "reason": WHY,
}


def person(user_id):
    with transaction() as session:
        return get_user(session, user_id)


def posts(house, path, actor=None, **fields):
    actor = actor or house.gleb
    return house.browser(actor.user_id).post(path, data=fields)


def card(house, user_id):
    return house.browser(house.gleb.user_id).get(f"/users/{user_id}").text


def test_a_right_is_handed_over_and_stands_on_the_card(house):
    answer = posts(house, f"/users/{house.kirill}/grants", **GRANT)

    assert (answer.status_code, answer.location) == (303, f"/users/{house.kirill}")
    (grant,) = person(house.kirill).grants
    assert (grant.permission, grant.limit) == (OWN_REFUND, rub(10_000_00))
    assert grant.expires_at == datetime(2026, 12, 31, 21, tzinfo=UTC)
    page = card(house, house.kirill)
    assert "Возвращать деньги за свои консультации" in page
    assert "по 31\xa0декабря 2026\xa0г. включительно" in page
    assert WHY in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "нет"}, "Напишите от 5 до 500 знаков"),
        ({"reason": "я" * 501}, "Напишите от 5 до 500 знаков"),
        ({"permission": ""}, "Выберите право"),
        ({"permission": "own:everything"}, "Такого права у вас нет"),
        ({"until": ""}, "Укажите последний день"),
        ({"until": "32.12.2026"}, "Укажите последний день"),
        ({"term": "perhaps"}, "Выберите срок"),
        ({"limit": "десять"}, "Введите сумму числом"),
        ({"limit": "-5"}, "Введите сумму числом"),
        ({"currency": "USD"}, "Выберите рубли или тенге"),
    ],
)
def test_what_was_typed_wrong_is_said_and_nothing_is_given(house, changes, words):
    answer = posts(house, f"/users/{house.kirill}/grants", **(GRANT | changes))

    assert answer.status_code == 422
    assert words in answer.text
    assert person(house.kirill).grants == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until": "2026-11-23"}, "Этот срок уже прошёл. Ничего не изменилось."),
        ({"permission": "audit:read"}, "не двигает деньги: лимит суммы не нужен."),
    ],
)
def test_a_refusal_stands_at_its_field(house, changes, words):
    answer = posts(house, f"/users/{house.kirill}/grants", **(GRANT | changes))

    assert answer.status_code == 409
    assert words in answer.text
    assert person(house.kirill).grants == []


def test_a_right_is_taken_back_and_the_next_request_feels_it(house):
    grant_id = house.hands(house.kirill, READ)
    kirill = house.browser(house.kirill)
    assert kirill.get("/payments").status_code == 200

    answer = posts(house, f"/users/{house.kirill}/grants/{grant_id}/revoke", reason=WHY)

    assert answer.status_code == 303
    assert kirill.get("/payments").status_code == 403
    assert "Отозвано" in card(house, house.kirill)


def test_the_journal_tells_what_was_given_before_and_what_after(house):
    house.hands(house.kirill, OWN_REFUND, until=NOW + timedelta(days=1))
    house.hands(house.kirill, OWN_REFUND, limit=Money(500_00, Currency.KZT))

    entry = house.browser(house.gleb.user_id).get("/audit?action=access").text
    words = " ".join(re.sub(r"<[^>]+>", " ", entry).split())

    assert "До было 25 ноября 2026 г., 15:00 → стало бессрочно" in words
    assert "До суммы было без лимита → стало 500,00 ₸" in words


def test_a_right_ends_by_the_clock(house):
    house.hands(house.kirill, READ, until=NOW + timedelta(minutes=5))
    kirill = house.browser(house.kirill)

    with time_machine.travel(NOW + timedelta(minutes=4, seconds=59), tick=False):
        assert kirill.get("/payments").status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert kirill.get("/payments").status_code == 403
        assert "Срок вышел" in card(house, house.kirill)


def test_a_grant_is_taken_back_only_on_the_card_of_its_person(house):
    grant_id = house.hands(house.kirill, READ)
    paths = [
        f"/users/{house.vera.user_id}/grants/{grant_id}/revoke",
        f"/users/{house.kirill}/grants/{2**63}/revoke",
        f"/users/{house.kirill}/grants/999/revoke",
        f"/users/{2**63}/grants/{grant_id}/revoke",
    ]

    assert [posts(house, path, reason=WHY).status_code for path in paths] == [404] * 4
    assert len(person(house.kirill).grants) == 1


def test_a_person_gets_another_role(house):
    vera = house.browser(house.vera.user_id)
    path = f"/users/{house.vera.user_id}/role"

    assert posts(house, path, role="admin", reason=WHY).status_code == 303
    assert "data-refund" in vera.get(f"/payments/{house.payment}").text


def test_the_same_role_once_more_is_said_to_change_nothing(house):
    gleb, path = house.browser(house.gleb.user_id), f"/users/{house.vera.user_id}"

    answer = gleb.post(f"{path}/role", data={"role": "viewer", "reason": WHY})

    assert (answer.status_code, answer.location) == (303, path)
    page = gleb.get(path).text
    assert ["Роль изменена" in page, "Эта роль у человека уже есть" in page] == [False, True]


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("role", {"role": "client"}, "Свои права, свою роль и свой доступ человек не меняет."),
        ("admission", {"wanted": "out"}, "Свои права, свою роль и свой доступ"),
        ("grants", GRANT | {"limit": ""}, "Свои права, свою роль и свой доступ"),
    ],
)
def test_nobody_changes_themselves(house, path, fields, words):
    number = house.gleb.user_id
    answer = posts(house, f"/users/{number}/{path}", **(fields | {"reason": WHY}))

    assert answer.status_code == 409
    assert words in answer.text
    assert (person(number).role, person(number).is_active) == (Role.SUPER_ADMIN, True)
    assert person(number).grants == []


def test_a_role_that_is_not_there_is_refused_at_the_field(house):
    answer = posts(house, f"/users/{house.vera.user_id}/role", role="king", reason=WHY)

    assert answer.status_code == 422
    assert "Выберите роль" in answer.text
    assert person(house.vera.user_id).role == Role.VIEWER


def test_who_is_disabled_is_out_at_once_in_every_browser(house):
    browsers = [house.browser(house.vera.user_id) for _ in range(2)]
    path = f"/users/{house.vera.user_id}/admission"

    posts(house, path, wanted="out", reason=WHY)

    assert [browser.get("/payments").status_code for browser in browsers] == [303, 303]
    posts(house, path, wanted="in", reason=WHY)
    assert [browser.get("/payments").status_code for browser in browsers] == [303, 303]
    assert house.browser(house.vera.user_id).get("/payments").status_code == 200


def test_disabling_twice_lets_nobody_in(house):
    path = f"/users/{house.vera.user_id}/admission"
    for _ in range(2):
        assert posts(house, path, wanted="out", reason=WHY).status_code == 303

    assert person(house.vera.user_id).is_active is False


def test_a_forged_wish_of_admission_changes_nothing(house):
    path = f"/users/{house.vera.user_id}/admission"
    answer = posts(house, path, wanted="perhaps", reason=WHY)

    assert answer.status_code == 422
    assert person(house.vera.user_id).is_active is True


@pytest.mark.parametrize("what", ["grants", "role", "admission"])
def test_old_confirmations_change_nothing_and_lose_nothing(house, what):
    gleb = house.browser(house.gleb.user_id)
    path = f"/users/{house.vera.user_id}/{what}"
    fields = GRANT | {"role": "admin", "wanted": "out"}
    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        answer = gleb.post(path, data=fields)
        page = gleb.get(path).text

    assert (answer.status_code, answer.location[:17]) == (303, "/confirm/password")
    assert WHY in page
    assert (person(house.vera.user_id).role, person(house.vera.user_id).is_active) == (
        Role.VIEWER,
        True,
    )
    assert person(house.vera.user_id).grants == []


def test_without_the_right_no_button_and_no_door(house):
    anna = house.browser(house.anna.user_id)
    paths = [f"/users/{house.kirill}/{what}" for what in ("grants", "role", "admission")]

    assert "Выдать право" not in anna.get(f"/users/{house.kirill}").text
    assert [anna.get(path).status_code for path in paths] == [403] * 3
    assert [anna.post(path, data=GRANT).status_code for path in paths] == [403] * 3
    assert person(house.kirill).grants == []


def test_the_tab_of_people_names_who_holds_what(house):
    house.hands(house.kirill, Permission.REFUNDS_CREATE, limit=rub(500_00))
    gleb = house.browser(house.gleb.user_id)
    everybody = gleb.get("/access/people").text
    returners = gleb.get("/access/people?right=refunds:create").text

    assert [everybody.count(f">{name}</a>") for name in ("Кирилл", "Вера", "Анна")] == [1, 1, 1]
    assert "осталось 500,00\u00a0₽" in everybody
    assert [returners.count(f">{name}</a>") for name in ("Кирилл", "Анна", "Вера")] == [1, 1, 0]


def test_the_card_of_a_payment_names_who_may_return_it(house):
    house.hands(house.kirill, OWN_REFUND, limit=rub(builders.PRICE))
    page = house.browser(house.gleb.user_id).get(f"/payments/{house.payment}").text
    part = page[page.index('id="returners"') :]

    assert [name in part for name in ("Анна", "Глеб", "Гала", "Кирилл")] == [True] * 4
    assert "осталось 3\u00a0000,00\u00a0₽" in part
    assert "Вера" not in part
    assert (
        "Кто может вернуть?"
        not in house.browser(house.anna.user_id).get(f"/payments/{house.payment}").text
    )
