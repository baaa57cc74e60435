"""The end of a payment: what is paid, when to come, and where the money of a second one is."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from portal.domain.payments import PaymentMethod
from portal.store.db import transaction
from portal.store.users import User
from portal.web.zones import hour_there
from tests.builders import STARTS_AT
from tests.web.payers import cancels, pays, starts


def test_who_paid_twice_is_told_where_the_second_payment_is(world, payer):
    first, second = starts(world), starts(world, PaymentMethod.CARD)
    pays(world, first)
    once = payer.get(f"/pay/{world.pay_token}/done")
    pays(world, second)

    twice = payer.get(f"/pay/{world.pay_token}/done")

    assert "Вы оплатили дважды" not in once.text
    assert "Вы оплатили дважды. Лишние 3\u00a0000\u00a0₽ на вашем балансе" in twice.text


def test_the_end_tells_both_hours_and_who_makes_the_receipt(world, payer):
    pays(world, starts(world))
    with world.app.app_context(), transaction() as session:
        session.get_one(User, world.people["zoya"]).time_zone = "Asia/Almaty"

    page = payer.get(f"/pay/{world.pay_token}/done")

    assert "Ждём вас 25 ноября 2026 г., 15:00 по Москве, 17:00 (Алматы)." in page.text
    assert "Чек выдаст партнёр банка, он придёт на z…@example.test." in page.text
    assert f"/pay/{world.pay_token}/consultation.ics" in page.text


def test_nobody_is_awaited_at_a_consultation_that_is_cancelled(world, payer):
    pays(world, starts(world))
    cancels(world)

    page = payer.get(f"/pay/{world.pay_token}/done")

    assert "Консультация отменена. Что стало с деньгами, сказано в личном кабинете." in page.text
    assert "Ждём вас" not in page.text
    assert "consultation.ics" not in page.text


def test_the_file_for_the_calendar_is_the_consultation_in_utc(world, payer):
    before = payer.get(f"/pay/{world.pay_token}/consultation.ics")
    pays(world, starts(world))

    answer = payer.get(f"/pay/{world.pay_token}/consultation.ics")
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")

    assert before.location == f"/pay/{world.pay_token}/method"
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert (event.start, event.end) == (STARTS_AT, STARTS_AT + timedelta(hours=1))
    assert event["SUMMARY"] == "Консультация психолога"
    assert event["DESCRIPTION"] == "Специалист: Доктор Орлова"
    assert event["UID"] == f"consultation-{world.scheduled}@127.0.0.1"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Moscow", ""),
        ("Europe/Minsk", ""),
        ("Asia/Almaty", "26 ноября, 01:30 (Алматы)"),
        ("Asia/Vladivostok", "26 ноября, 06:30 (Владивосток)"),
        ("Europe/Kaliningrad", "22:30 (Калининград)"),
    ],
)
def test_the_hour_elsewhere_is_told_where_clocks_differ(zone, words):
    assert hour_there(datetime(2026, 11, 25, 20, 30, tzinfo=UTC), zone) == words
