"""Cancelling one's own consultation: the page tells until when, and whom to write to later."""

from datetime import timedelta

import pytest

from tests import builders
from tests.builders import NOW, STARTS_AT

LATE = "Отменить самому можно было до 25\xa0ноября 2026\xa0г., 03:00 по Москве."


def test_before_the_deadline_the_page_tells_it(world):
    page = world.browser_of("zoya").get(f"/account/consultations/{world.scheduled}/cancel").text

    assert "Отменить можно до 25\xa0ноября 2026\xa0г., 03:00 по Москве." in page


def test_after_it_nothing_is_cancelled_and_the_page_tells_whom_to_write_to(world, now):
    now.move_to(NOW + timedelta(hours=12))
    zoya, address = world.browser_of("zoya"), f"/account/consultations/{world.scheduled}/cancel"
    answer, account = zoya.post(address), zoya.get("/account").text

    assert (answer.status_code, LATE in answer.text) == (409, True)
    assert "Ничего не изменилось, деньги не двигались." in answer.text
    assert "Отменить самому уже нельзя. Чтобы отменить, напишите администратору." in account
    assert address not in account


def test_after_it_the_account_tells_where_the_money_is(world):
    with world.app.app_context():
        paid = builders.book(world.people["kirill"])
        builders.pay(world.bank, builders.start_to_pay(world.bank, paid))
    kirill = world.browser_of("kirill")

    answer = kirill.post(f"/account/consultations/{paid}/cancel")

    page = kirill.get(answer.location).text.replace("\u00a0", " ")
    assert "Консультация отменена. 3 000,00 ₽ теперь свободны на вашем балансе." in page


@pytest.mark.parametrize("action", ["cancel", "complete"])
def test_a_form_of_staff_sent_empty_stands_once_on_its_page(world, now, action):
    now.move_to(STARTS_AT + timedelta(minutes=1) if action == "complete" else NOW)
    anna = world.browser_of("anna")
    answer = anna.post(f"/consultations/{world.scheduled}/{action}")

    assert answer.status_code == 422
    assert answer.text.count(f'id="{action}-form"') == 1
    assert "hx-post" not in answer.text.partition(f'id="{action}-form"')[2].partition("</form>")[0]
