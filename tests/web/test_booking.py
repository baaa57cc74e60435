"""A client picks a time, is told what it means, and has a consultation to pay (G1, A4)."""

from datetime import timedelta

import pytest

from portal.domain.consultations import ConsultationStatus
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.users import User
from tests import builders


@pytest.fixture
def kirill(world):
    return world.browser_of("kirill")


def last_booked(world):
    with world.app.app_context(), transaction() as session:
        return session.query(Consultation).order_by(Consultation.id.desc()).first()


def test_free_time_is_told_by_day_with_its_price(kirill):
    text = kirill.get("/account/book").text

    assert "25 ноября, среда" in text
    assert "15:00" in text
    assert "Доктор Седов, 3 000 ₽" in text.replace("\u00a0", " ")
    assert "у вас" not in text


def test_a_client_elsewhere_reads_both_clocks(world, kirill):
    with world.app.app_context(), transaction() as session:
        session.get_one(User, world.people["kirill"]).time_zone = "Asia/Almaty"

    assert "15:00 · у вас 17:00" in kirill.get("/account/book").text
    assert "15:00 по Москве, у вас 25\xa0ноября 2026\xa0г., 17:00" in (
        kirill.get(f"/account/book/{world.slot}").text
    )


def test_before_anything_is_taken_the_client_reads_what_it_means(world, kirill):
    text = kirill.get(f"/account/book/{world.slot}").text.replace("\u00a0", " ")

    assert "Записаться и оплатить 3 000 ₽" in text
    assert "На оплату есть 30 минут" in text
    assert "Отменить можно в личном кабинете до 25 ноября 2026 г., 03:00 по Москве." in text
    assert last_booked(world).slot_id is None


def test_one_click_takes_the_time_and_leads_to_paying(world, kirill):
    answer = kirill.post(f"/account/book/{world.slot}")

    booked = last_booked(world)
    assert answer.location == f"/pay/{booked.pay_token}"
    assert (booked.client_id, booked.slot_id) == (world.people["kirill"], world.slot)
    assert booked.status is ConsultationStatus.SCHEDULED
    assert "Начните оплату до 15:30 по Москве" in kirill.get(f"{answer.location}/method").text


def test_after_the_hour_that_was_told_nobody_is_asked_to_pay(kirill, world, now):
    address = kirill.post(f"/account/book/{world.slot}").location
    now.shift(timedelta(minutes=31))

    asked, chosen = kirill.get(f"{address}/method"), kirill.post(f"{address}/method")

    assert "время на оплату вышло" in asked.text
    assert "Начните оплату" not in asked.text
    assert (asked.status_code, chosen.status_code) == (200, 422)


def test_a_second_click_is_the_same_consultation(world, kirill):
    first = kirill.post(f"/account/book/{world.slot}").location

    assert kirill.post(f"/account/book/{world.slot}").location == first


def test_who_comes_second_is_told_so_and_shown_what_is_free(world, kirill):
    kirill.post(f"/account/book/{world.slot}")
    zoya, before = world.browser_of("zoya"), last_booked(world).id

    answer = zoya.post(f"/account/book/{world.slot}")

    assert answer.status_code == 409
    assert "Это время только что занял другой клиент" in answer.text
    assert "Вы не записаны, деньги не списаны" in answer.text
    assert "Свободного времени пока нет" in answer.text
    assert last_booked(world).id == before
    with world.app.app_context():
        assert builders.errors_in_the_book() == []


def test_a_time_that_is_gone_is_not_even_confirmed(world, kirill):
    kirill.post(f"/account/book/{world.slot}")

    answer = world.browser_of("zoya").get(f"/account/book/{world.slot}")

    assert answer.status_code == 409
    assert "деньги не списаны" in answer.text


def test_the_list_is_narrowed_to_one_specialist(kirill):
    assert "Доктор Седов" in kirill.get("/account/book?specialist=Доктор+Седов").text
    assert "Показать всех специалистов" in kirill.get("/account/book?specialist=Никто").text


def test_a_free_consultation_leads_back_to_the_account(world, kirill):
    form = {"specialist": "Доктор Ким", "day": "2026-11-26", "times": "10:00"}
    form |= {"minutes": "50", "fee": "free"}
    world.browser_of("anna").post("/slots/new", form)

    answer = kirill.post(f"/account/book/{world.slot + 1}")

    booked = last_booked(world)
    assert answer.location == "/account"
    said = "Вы записаны: 26\xa0ноября 2026\xa0г., 10:00 по Москве. Платить не нужно."
    assert said in kirill.get("/account").text
    assert (booked.price_minor, booked.pay_until) == (0, None)
