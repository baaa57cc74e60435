"""«Мои консультации» tell of every consultation what became of its money, in plain words (C1)."""

import re

import pytest
import time_machine

from portal.domain.permissions import Permission
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import DURING, NOW, rub

TAGS = re.compile(r"<[^>]+>")


def words_of(house):
    """Return what the client reads about the cancelled consultation, without tags and gaps."""
    page = house.browser(house.kirill).get("/account").text
    part = page[page.index(f'id="c{house.consultation}"') :].partition("</section>")[0]
    return " ".join(TAGS.sub(" ", part).replace("\u00a0", " ").split())


def refunds(house, **changes):
    """Let Анна return the money, and the bank take it."""
    refund = builders.ask(house.anna, house.payment, **changes)
    builders.send(house.bank, refund)


def test_a_refund_on_its_way_tells_its_sum_and_when_the_bank_took_it(house):
    house.bank.settles_slowly()
    refunds(house)

    words = words_of(house)

    assert "Возврат 3 000,00 ₽ Деньги в пути" in words
    assert "Заявка сохранена 25 нояб, 15:10 Банк принял 25 нояб, 15:10 Деньги в пути" in words
    assert "Банк принял возврат 25 ноября 2026 г., 15:10 по Москве." in words
    assert "Возвращено" not in words


def test_a_refund_that_has_arrived_tells_its_sum_and_day(house):
    refunds(house)
    builders.hear(house.bank, house.payment, DURING)

    words = words_of(house)

    assert "Возврат 3 000,00 ₽ Деньги возвращены" in words
    assert "Деньги возвращены 25 нояб, 15:10 Банк подтвердил возврат 3 000,00 ₽." in words


def test_a_part_that_has_arrived_tells_what_is_left(house):
    refunds(house, amount=rub(1000_00))
    builders.hear(house.bank, house.payment, DURING)

    words = words_of(house)

    assert "Возврат 1 000,00 ₽ Деньги возвращены" in words
    assert "Возвращено 1 000,00 ₽ из 3 000,00 ₽." in words


def test_money_on_hold_has_one_name_on_every_page_of_a_client(house):
    builders.pay(house.bank, builders.start_to_pay(house.bank, builders.book(house.kirill)))
    kirill = house.browser(house.kirill)
    pages = kirill.get("/account").text + kirill.get("/account/balance").text

    assert "<dt>В резерве</dt>" in pages
    assert "В резерве на консультацию" in pages
    assert re.findall("(?i)отложен|зарезервир|проводк", pages) == []


def test_a_refund_from_revenue_that_fails_promises_nothing_on_the_balance(house):
    number = builders.book(house.kirill)
    pay_from_balance(number, actor=house.anna, now=NOW)
    builders.complete(house.anna, number)
    refund = builders.ask(house.anna, house.payment)
    house.bank.refuses("refund")
    builders.send(house.bank, refund)

    page = house.browser(house.kirill).get(f"/account/refunds/{refund}").text

    assert "Банк не выполнил возврат, деньги остались у нас." in page
    assert "на вашем балансе" not in page
    assert builders.purse(house.kirill) == (0, 0, 0)


AHEAD = "Чтобы вернуть их, сначала отмените её."
GOING_ON = (
    "она идёт сейчас. Деньги в резерве до её конца. Если она не состоится, напишите "
    "администратору: он решит о возврате."
)


@pytest.mark.parametrize("has_right", [True, False])
@pytest.mark.parametrize(("moment", "advice"), [(NOW, AHEAD), (DURING, GOING_ON)])
def test_money_that_another_consultation_waits_for_names_it_and_what_to_do(
    house, moment, advice, has_right
):
    if has_right:
        house.hands(house.kirill, Permission.OWN_REFUND)
    pay_from_balance(builders.book(house.kirill), actor=house.anna, now=NOW)

    with time_machine.travel(moment, tick=False):
        words = words_of(house)

    assert "Этими деньгами вы оплатили консультацию 25 ноября 2026 г., 15:00 по Москве" in words
    assert [AHEAD in words, GOING_ON in words] == [advice is AHEAD, advice is GOING_ON]
    assert builders.purse(house.kirill) == (0, builders.PRICE, 0)
