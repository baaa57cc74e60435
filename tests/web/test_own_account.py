"""A client's account: until when to pay, and a page to print about what was paid (A9, C1)."""

from datetime import timedelta
from html import unescape

import pytest

from portal.banks.registry import Banks
from portal.domain.payments import PaymentMethod
from portal.store.consultations import Consultation
from portal.store.db import transaction
from tests import builders
from tests.builders import NOW, rub
from tests.web.payers import pays, starts


def read(page) -> str:
    """Return a page's text with plain spaces, in one line."""
    return " ".join(unescape(page.text).replace("\u00a0", " ").split())


def waits_until(world, moment) -> None:
    """Let Зоя's consultation wait for its money until a moment."""
    with world.app.app_context(), transaction() as session:
        session.get_one(Consultation, world.scheduled).pay_until = moment


def test_the_account_tells_until_when_to_pay(world):
    waits_until(world, NOW + timedelta(minutes=30))

    page = read(world.browser_of("zoya").get("/account"))

    assert "Начните оплату до 15:30 по Москве. Иначе запись отменится" in page
    assert "Оплатить 3 000 ₽" in page


def test_when_the_time_is_over_the_account_says_so_and_takes_no_money(world):
    waits_until(world, NOW - timedelta(seconds=1))

    page = read(world.browser_of("zoya").get("/account"))

    assert "Время на оплату вышло в 14:59 по Москве. Деньги не списывались." in page
    assert "Оплатить 3 000 ₽" not in page


@pytest.mark.parametrize(
    ("method", "how"), [(PaymentMethod.SBP, "СБП"), (PaymentMethod.CARD, "Карта •• 0792")]
)
def test_what_was_paid_is_told_on_a_page_to_print(world, method, how):
    number = starts(world, method)
    with world.app.app_context():
        world.bank.pay(builders.operation_of(number), method)
        builders.hear(world.bank, number)
        operation = builders.operation_of(number)
    zoya, address = world.browser_of("zoya"), f"/account/payments/{number}/proof"

    page = read(zoya.get(address))

    assert f'href="{address}"' in zoya.get("/account").text
    assert "Зоя Канарейкина" in page
    hour = "25 ноября 2026 г., 15:00 по Москве"
    assert f"Консультация психолога, {hour}, специалист Доктор Орлова" in page
    assert "<strong>3 000,00 ₽</strong>" in page
    assert f"{how}, Точка" in page
    assert f"<code>{operation}</code>" in page
    assert "Цена окончательная, НДС не облагается. Чек выдаст партнёр банка" in page
    assert "Возвращено" not in page


def test_the_page_tells_what_has_gone_back_and_outlives_the_account(world):
    with world.app.app_context():
        operation = builders.operation_of(world.payment)
        world.bank.made_in_cabinet(operation, rub(100_000))
        builders.hear(world.bank, world.payment)
    world.app.extensions["banks"] = Banks({})

    page = read(world.browser_of("zoya").get(f"/account/payments/{world.payment}/proof"))

    assert "Возвращено</dt> <dd> 1 000,00 ₽" in page
    assert "СБП, tochka" in page
    assert "Чек придёт на z…\u2060@example.test." in page


@pytest.mark.parametrize("who", ["kirill", "gulya", "vera", "anna", "gleb"])
def test_nobody_else_reads_the_page(world, who):
    page = world.browser_of(who).get(f"/account/payments/{world.payment}/proof")

    assert page.status_code == 404
    assert "Канарейкина" not in page.text


def test_what_is_not_paid_has_no_such_page(world):
    number = starts(world)
    zoya, address = world.browser_of("zoya"), f"/account/payments/{number}/proof"

    assert zoya.get(address).status_code == 404
    assert address not in zoya.get("/account").text
    pays(world, number)
    assert zoya.get(address).status_code == 200
