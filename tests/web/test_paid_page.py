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

TWICE = "Вы оплатили дважды. Лишние 3\u00a0000\u00a0₽ на вашем балансе"


def pays_twice(world):
    """Pay the scheduled consultation by two links; return both payments."""
    both = starts(world), starts(world, PaymentMethod.CARD)
    for payment in both:
        pays(world, payment)
    return both


def test_who_paid_twice_is_told_where_the_second_payment_is(world):
    first, second = starts(world), starts(world, PaymentMethod.CARD)
    zoya = world.browser_of("zoya")
    pays(world, first)
    once = zoya.get(f"/pay/{world.pay_token}/done")
    pays(world, second)

    twice = zoya.get(f"/pay/{world.pay_token}/done")

    assert "Вы оплатили дважды" not in once.text
    assert TWICE in twice.text
    told = f"лишние 3\xa0000,00\xa0₽ — оплата №&nbsp;{second}."
    assert f"Эту консультацию вы оплатили дважды, {told}" in zoya.get("/account").text


@pytest.mark.parametrize("name", ["", "kirill", "gulya", "anna", "gleb"])
def test_who_has_only_the_link_learns_nothing_of_the_clients_money(world, name):
    both = pays_twice(world)

    page = world.browser_of(name).get(f"/pay/{world.pay_token}/done")
    said = page.text.partition("<main")[2]

    assert (page.status_code, "Оплачено 3\u00a0000\u00a0₽" in said) == (200, True)
    assert "дважды" not in said
    assert "баланс" not in said.lower()
    assert not any(f"/account/payments/{payment}/proof" in said for payment in both)


def test_the_client_finds_the_proof_of_each_payment_at_the_end(world):
    zoya, (first, second) = world.browser_of("zoya"), pays_twice(world)

    page = zoya.get(f"/pay/{world.pay_token}/done").text

    for payment in (first, second):
        link = f'href="/account/payments/{payment}/proof">Подтверждение оплаты №&nbsp;{payment}<'
        assert link in page
        assert zoya.get(f"/account/payments/{payment}/proof").status_code == 200


def test_what_the_balance_paid_has_no_proof_of_a_bank(world):
    zoya = world.browser_of("zoya")
    zoya.post(f"/pay/{world.pay_token}/balance")

    page = zoya.get(f"/pay/{world.pay_token}/done").text

    assert "Оплачено с баланса" in page
    assert "Подтверждение оплаты" not in page


def test_the_end_tells_both_hours_and_who_makes_the_receipt(world, payer):
    pays(world, starts(world))
    with world.app.app_context(), transaction() as session:
        session.get_one(User, world.people["zoya"]).time_zone = "Asia/Almaty"

    page = payer.get(f"/pay/{world.pay_token}/done")

    assert "Ждём вас 25\xa0ноября 2026\xa0г., 15:00 по Москве, 17:00 (Алматы)." in page.text
    assert "Чек выдаст партнёр банка, он придёт на z…\u2060@example.test." in page.text
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
