"""A client and money: their own from their pages, anybody's with a right of staff (D5)."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.domain.actors import SYSTEM
from portal.domain.permissions import Permission
from portal.domain.refunds import RefundReason, RefundStatus
from portal.usecases.refunds import cancel_refund
from tests import builders
from tests.builders import NOW, PRICE, purse, rub

OWN, READ, REFUND = Permission.OWN_REFUND, Permission.PAYMENTS_READ, Permission.REFUNDS_CREATE
KEY = "33333333-3333-4333-8333-333333333333"
ALL = {"intent_key": KEY, "expected_remaining": str(PRICE), "mode": "all"}


def path_of(house):
    return f"/account/payments/{house.payment}/refund"


def untouched(house):
    """Return whether no refund was written down and no money moved."""
    return (builders.payment(house.payment).last_refund_id, purse(house.kirill))


NOTHING_MOVED = (None, (PRICE, 0, 0))


def test_the_button_is_there_only_with_the_right(house):
    kirill = house.browser(house.kirill)
    without = kirill.get("/account").text
    house.hands(house.kirill, OWN)

    assert path_of(house) not in without
    assert "Чтобы вернуть деньги в банк, нажмите «Попросить возврат»." in without
    assert "напишите администратору" not in without
    assert path_of(house) in kirill.get("/account").text


def test_a_client_returns_their_money_and_follows_it(house):
    house.hands(house.kirill, OWN)
    kirill = house.browser(house.kirill)

    answer = kirill.post(path_of(house), data=ALL)

    refund = builders.refund(builders.payment(house.payment).last_refund_id)
    assert (answer.status_code, answer.location) == (303, f"/account/refunds/{refund.id}")
    assert (refund.amount, refund.reason) == (rub(PRICE), RefundReason.CANCELLED_BY_CLIENT)
    assert purse(house.kirill) == (0, 0, PRICE)
    assert "Заявка сохранена" in kirill.get(answer.location).text
    assert answer.location in kirill.get("/account").text


def test_the_same_form_twice_is_one_refund(house):
    house.hands(house.kirill, OWN)
    kirill = house.browser(house.kirill)

    first, second = (kirill.post(path_of(house), data=ALL).location for _ in range(2))

    assert first == second
    assert purse(house.kirill) == (0, 0, PRICE)


def test_a_client_undoes_their_refund_before_it_is_sent(house):
    house.hands(house.kirill, OWN)
    kirill = house.browser(house.kirill)
    place = kirill.post(path_of(house), data=ALL).location

    assert kirill.post(f"{place}/cancel").location == place

    assert "деньги остались на вашем балансе" in kirill.get(place).text
    assert purse(house.kirill) == (PRICE, 0, 0)


def test_the_limit_is_shown_and_bars_a_larger_sum(house):
    house.hands(house.kirill, OWN, limit=rub(1000_00))
    kirill = house.browser(house.kirill)

    page = kirill.get(path_of(house)).text
    answer = kirill.post(path_of(house), data=ALL)

    assert "Самому вам можно вернуть ещё 1\u00a0000,00\u00a0₽." in page
    assert answer.status_code == 409
    assert "Сумма больше, чем вам разрешено вернуть самому." in answer.text
    assert "напишите администратору. Деньги не отправлялись." in answer.text
    assert untouched(house) == NOTHING_MOVED
    part = ALL | {"mode": "part", "amount": "1000"}
    assert kirill.post(path_of(house), data=part).status_code == 303
    assert purse(house.kirill) == (PRICE - 1000_00, 0, 1000_00)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": "part", "amount": "много"}, "Введите сумму числом"),
        ({"mode": "part", "amount": "3000,01"}, "Сумма должна быть от 0,01 до"),
        ({"mode": "all", "amount": "100"}, "Вы ввели сумму, но выбрали «Всю сумму»."),
        ({"mode": "perhaps"}, "Выберите, сколько вернуть"),
        ({"intent_key": "x"}, "Страница устарела"),
    ],
)
def test_what_was_typed_wrong_returns_nothing(house, changes, words):
    house.hands(house.kirill, OWN)

    answer = house.browser(house.kirill).post(path_of(house), data=ALL | changes)

    assert answer.status_code == 422
    assert words in answer.text
    assert untouched(house) == NOTHING_MOVED


def test_a_stale_sum_is_shown_anew(house):
    house.hands(house.kirill, OWN)
    stale = ALL | {"expected_remaining": "100"}

    answer = house.browser(house.kirill).post(path_of(house), data=stale)

    assert answer.status_code == 409
    assert "Сумма изменилась. Деньги не отправлялись." in answer.text
    assert untouched(house) == NOTHING_MOVED


def test_without_the_right_the_door_is_closed(house):
    kirill = house.browser(house.kirill)

    assert kirill.get(path_of(house)).status_code == 403
    assert kirill.post(path_of(house), data=ALL).status_code == 403
    assert untouched(house) == NOTHING_MOVED


def test_a_right_that_has_ended_closes_the_door(house):
    house.hands(house.kirill, OWN, until=NOW + timedelta(minutes=1))
    kirill = house.browser(house.kirill)
    assert kirill.get(path_of(house)).status_code == 200

    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert kirill.post(path_of(house), data=ALL).status_code == 403
        assert path_of(house) not in kirill.get("/account").text
    assert untouched(house) == NOTHING_MOVED


def test_another_client_finds_neither_the_payment_nor_the_refund(house):
    stranger = builders.customer("stranger@example.test")
    house.hands(stranger, OWN)
    house.hands(house.kirill, OWN)
    place = house.browser(house.kirill).post(path_of(house), data=ALL).location
    other = house.browser(stranger)

    codes = [
        other.get(path_of(house)).status_code,
        other.post(path_of(house), data=ALL | {"intent_key": KEY[::-1]}).status_code,
        other.get(place).status_code,
        other.post(f"{place}/cancel").status_code,
        other.get(f"/account/refunds/{2**63}").status_code,
    ]

    assert codes == [404] * 5
    assert purse(house.kirill) == (0, 0, PRICE)


def test_what_staff_asked_for_is_shown_but_not_undone_by_the_client(house):
    house.hands(house.kirill, OWN)
    refund_id = builders.ask(house.anna, house.payment)
    kirill = house.browser(house.kirill)

    page = kirill.get(f"/account/refunds/{refund_id}")

    assert page.status_code == 200
    assert "Отменить возврат" not in page.text
    assert "Анна" not in page.text
    assert kirill.post(f"/account/refunds/{refund_id}/cancel").status_code == 404
    assert builders.refund(refund_id).status is RefundStatus.REQUESTED


def test_it_is_too_late_to_undo_what_is_over(house):
    house.hands(house.kirill, OWN)
    kirill = house.browser(house.kirill)
    place = kirill.post(path_of(house), data=ALL).location
    cancel_refund(int(place.rpartition("/")[2]), actor=SYSTEM, now=NOW)

    assert kirill.post(f"{place}/cancel").status_code == 409
    assert purse(house.kirill) == (PRICE, 0, 0)


def test_a_client_with_rights_of_staff_works_in_payments(house):
    helper = builders.customer("helper@example.test")
    house.hands(helper, READ)
    house.hands(helper, REFUND, limit=rub(1000_00))
    browser = house.browser(helper)

    home, page = browser.get("/"), browser.get("/payments")
    form = browser.get(f"/payments/{house.payment}/refund").text

    assert (home.status_code, home.location) == (303, "/payments")
    assert menu(page.text) == ["Платежи"]
    assert "Мой кабинет" in page.text
    assert "data-refund" in page.text
    assert "осталось 1\u00a0000,00\u00a0₽" in form
    assert menu(browser.get("/nowhere").text) == ["Платежи"]
    assert 'href="/payments"' in browser.get("/account").text


def menu(page):
    """Return the words of the menu."""
    part = page[page.index('aria-label="Разделы"') : page.index("</nav>")]
    return [words.strip() for words in re.findall(r"</svg>\s*([^<]+)</a>", part)]


def test_such_a_client_returns_within_their_limit(house):
    helper = builders.customer("helper@example.test")
    house.hands(helper, READ)
    house.hands(helper, REFUND, limit=rub(1000_00))
    browser, path = house.browser(helper), f"/payments/{house.payment}/refund"
    fields = ALL | {"reason": "complaint"}

    refused = browser.post(path, data=fields)
    assert (refused.status_code, untouched(house)) == (422, NOTHING_MOVED)
    done = browser.post(path, data=fields | {"mode": "part", "amount": "1000"})

    assert done.status_code == 303
    assert purse(house.kirill) == (PRICE - 1000_00, 0, 1000_00)


def test_a_client_without_rights_of_staff_sees_no_portal(house):
    kirill = house.browser(house.kirill)

    assert kirill.get("/").location == "/account"
    assert "Разделы" not in kirill.get("/nowhere").text
    assert 'href="/payments"' not in kirill.get("/account").text
