"""«Попросить возврат»: the client's page, the queue of staff, and their answer."""

import pytest


def plain(answer):
    return answer.text.replace("\xa0", " ")


@pytest.fixture
def asked(world):
    """Let Зоя ask for the money of her cancelled consultation."""
    words = {"comment": "Заболела, прошу вернуть"}
    answer = world.browser_of("zoya").post(f"/account/payments/{world.payment}/ask", words)
    assert (answer.status_code, answer.location) == (303, "/account")
    return world


def test_the_client_reads_that_it_was_handed_over(asked):
    page = plain(asked.browser_of("zoya").get("/account"))

    assert "Передали администратору. Ответим за 1 рабочий день." in page
    assert "Вы попросили возврат 24 ноября 2026 г., 15:00 по Москве." in page
    assert f"/account/payments/{asked.payment}/ask" not in page


def test_staff_find_it_on_the_overview_in_the_list_and_on_the_card(asked):
    anna = asked.browser_of("anna")
    overview, listed = plain(anna.get("/")), plain(anna.get("/payments?flag=asked"))
    card = plain(anna.get(f"/payments/{asked.payment}"))

    assert "1 клиент просит возврат" in overview
    assert "/payments?flag=asked" in overview
    assert (listed.count('id="p'), "Просят вернуть</span>" in listed) == (1, True)
    assert "Заболела, прошу вернуть" in card
    assert f"/payments/{asked.payment}/decline" in card


def test_whoever_may_only_look_sees_the_request_and_no_button(asked):
    card = asked.browser_of("vera").get(f"/payments/{asked.payment}").text

    assert "Клиент просит вернуть деньги" in card
    assert "/decline" not in card


def test_a_no_needs_a_reason_that_the_client_reads(asked):
    anna, address = asked.browser_of("anna"), f"/payments/{asked.payment}/decline"
    short = anna.post(address, {"reason": "нет"})
    said = anna.post(address, {"reason": "Эти деньги обещаны другой встрече"})
    late = anna.post(address, {"reason": "Эти деньги обещаны другой встрече"})
    page = plain(asked.browser_of("zoya").get("/account"))

    assert (short.status_code, said.status_code, late.status_code) == (422, 303, 409)
    assert "Просьба уже закрыта. Ничего не изменилось, деньги не двигались." in plain(late)
    assert "возврата в банк не будет. Причина: Эти деньги обещаны другой встрече" in page
    assert "Попросить возврат" not in page
    assert "напишите администратору" not in page


def test_a_comment_may_be_five_hundred_characters(world):
    zoya, address = world.browser_of("zoya"), f"/account/payments/{world.payment}/ask"
    long, right = (zoya.post(address, {"comment": "ж" * size}) for size in (501, 500))

    assert (long.status_code, right.status_code) == (422, 303)
    assert "Не больше 500 знаков" in plain(long)


def test_what_is_being_returned_is_not_asked_for(world):
    zoya = world.browser_of("zoya")
    page = plain(zoya.get(f"/account/payments/{world.payment + 1}/ask"))
    answer = zoya.post(f"/account/payments/{world.payment + 1}/ask")

    assert "Возврат уже идёт. Деньги не двигались." in page
    assert answer.status_code == 409
