"""Cancelling one's own consultation: the page tells until when, and whom to write to later."""

from datetime import timedelta

from tests.builders import NOW

LATE = "Отменить самому можно было до 25 ноября 2026 г., 03:00 по Москве."


def test_before_the_deadline_the_page_tells_it(world):
    page = world.browser_of("zoya").get(f"/account/consultations/{world.scheduled}/cancel").text

    assert "Отменить можно до 25 ноября 2026 г., 03:00 по Москве." in page


def test_after_it_nothing_is_cancelled_and_the_page_tells_whom_to_write_to(world, now):
    now.move_to(NOW + timedelta(hours=12))
    zoya, address = world.browser_of("zoya"), f"/account/consultations/{world.scheduled}/cancel"
    answer, account = zoya.post(address), zoya.get("/account").text

    assert (answer.status_code, LATE in answer.text) == (409, True)
    assert "Ничего не изменилось, деньги не двигались." in answer.text
    assert "Отменить самому уже нельзя. Чтобы отменить, напишите администратору." in account
    assert address not in account
