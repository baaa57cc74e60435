"""«Списать с карты»: offered to its client alone, after a page that says what it means (B3)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.banks.registry import Account, Banks
from portal.domain.charges import PRESS_COUNTS
from portal.domain.refunds import AccountMode
from portal.jobs import charges, payments
from portal.store.cards import BoundCard
from portal.store.db import transaction
from portal.store.payments import latest_payment
from portal.web.formats import clock_time
from tests import builders
from tests.builders import PRICE, errors_in_the_book, payment
from tests.usecases.charges import binds, pay_token

TICK = 'name="binds_card"'
OFFER = "Списать 3\u00a0000\u00a0₽ с карты Мир\u00a0••\u00a00792"
OTHERS = ("kirill", "gulya", "vera", "anna", "gleb")


@pytest.fixture
def zoya(world):
    """Give the browser of the client."""
    return world.browser_of("zoya")


@pytest.fixture
def bank(world):
    """Let the bank of the account charge cards."""
    world.bank.allows_charges()
    account = Account("tochka", "Точка", world.bank, AccountMode.ACTIVE, "Консультация")
    world.app.extensions["banks"] = Banks({"tochka": account})
    return world.bank


@pytest.fixture
def press(world, bank):
    """Let Зоя bind a card by paying for another consultation; give where it is charged."""
    with world.app.app_context():
        binds(bank, world.people["zoya"])
        with transaction() as session:
            card = session.scalars(select(BoundCard.id)).one()
    return f"/pay/{world.pay_token}/charge/{card}"


def last(world):
    """Return the last attempt to pay the scheduled consultation."""
    with world.app.app_context(), transaction() as session:
        return latest_payment(session, world.scheduled)


def works(world, number):
    """Let the jobs do what the press has asked for."""
    with world.app.app_context():
        charges.send(number)
        payments.read(number)
        return payment(number), errors_in_the_book()


def test_an_account_that_does_not_allow_it_offers_nothing_and_says_so(world, zoya):
    page = zoya.get(f"/pay/{world.pay_token}/method").text

    assert TICK not in page
    assert "Списать" not in page


def test_the_tick_asks_the_bank_to_let_us_charge_and_says_how_money_goes_back(world, zoya, bank):
    page = zoya.get(f"/pay/{world.pay_token}/method").text
    zoya.post(f"/pay/{world.pay_token}/method", {"method": "card", "binds_card": "y"})

    assert TICK in page
    assert "Возврат таких оплат, и этой тоже, сотрудник делает вручную" in page
    assert (last(world).binds_card, last(world).is_returned_by_hand) == (True, True)


@pytest.mark.parametrize(("who", "method"), [("zoya", "sbp"), ("", "card"), ("kirill", "card")])
def test_the_tick_is_heard_from_the_client_who_pays_by_card_alone(world, bank, who, method):
    form = {"method": method, "binds_card": "y"}

    world.browser_of(who).post(f"/pay/{world.pay_token}/method", form)

    assert (last(world).binds_card, last(world).is_returned_by_hand) == (False, False)


def test_the_client_is_offered_to_charge_and_told_what_it_means(world, zoya, press):
    page, asked = zoya.get(f"/pay/{world.pay_token}/method").text, zoya.get(press).text

    assert f'href="{press}">{OFFER}</a>' in page
    assert f"{OFFER}?" in asked
    assert "возврат оформит сотрудник, обычно за 1–3 рабочих дня" in asked
    assert last(world) is None


def test_one_press_charges_once_and_the_page_waits_for_the_bank(world, zoya, bank, press):
    first, second = zoya.post(press), zoya.post(press)
    number = last(world).id
    waiting = zoya.get(first.location).text
    found, faults = works(world, number)

    place = f"/pay/{world.pay_token}/wait?payment={number}"
    assert (first.location, second.location) == (place, place)
    assert "Проверяем оплату" in waiting
    assert "Другой способ" not in waiting
    assert [amount.minor for _, amount in bank.charges] == [PRICE]
    assert (found.captured_minor, faults) == (PRICE, [])
    assert zoya.get(first.location).location == f"/pay/{world.pay_token}/done"


def test_a_bank_that_says_no_is_told_plainly(world, zoya, bank, press):
    bank.refuses("charge")
    place = zoya.post(press).location
    works(world, last(world).id)

    page = zoya.get(place).text

    assert "Оплатить не получилось, деньги не списаны." in page
    assert "Другой способ" in page


def test_a_press_that_waited_too_long_takes_nothing_and_says_so(world, zoya, bank, press, now):
    place = zoya.post(press).location
    now.shift(timedelta(hours=1))
    works(world, last(world).id)

    page = zoya.get(place).text

    assert "а позже без вас списывать не стали. Деньги не списаны." in page
    assert "Другой способ" in page
    assert (bank.charges, bank.calls.count("charge")) == ([], 0)


def test_a_charge_that_waits_for_a_link_says_so_and_until_when(world, zoya, bank, press):
    with world.app.app_context():
        builders.start_to_pay(bank, world.scheduled)
    bank.is_down("read")
    place = zoya.post(press).location
    found, _ = works(world, last(world).id)
    again, until = clock_time(found.next_read_at), clock_time(found.created_at + PRESS_COUNTS)

    own = zoya.get(place).text
    staff = world.browser_of("anna").get(f"/consultations/{world.scheduled}/link").text

    assert "не оплачена ли консультация уже по ссылке. Деньги не списаны." in own
    assert f"снова в {again} по Москве. Если он не ответит до {until}, мы ничего не спишем" in own
    assert ("Другой способ" in own, 'id="pay-url"' in staff) == (False, False)
    assert "неизвестно, не заплатил ли клиент уже по ссылке. Деньги не списаны." in staff
    assert f"снова в {again} по Москве. Если ответа не будет до {until}, списание" in staff
    assert (bank.calls.count("charge"), found.charged_at) == (0, None)


def test_staff_are_shown_a_charge_that_the_bank_does_not_show(world, zoya, bank, press, now):
    bank.swallows("charge")
    zoya.post(press)
    number = last(world).id
    works(world, number)
    bank.recovers()
    now.shift(timedelta(hours=1, minutes=1))
    works(world, number)
    anna = world.browser_of("anna")

    overview, card = anna.get("/").text, anna.get(f"/payments/{number}").text

    assert f'href="/payments/{number}"' in overview
    assert "другое с той же карты не начать" in card


def test_a_card_that_is_busy_says_what_happened_and_takes_nothing(world, zoya, bank, press):
    bank.swallows("charge")
    zoya.post(press)
    works(world, last(world).id)
    with world.app.app_context():
        other = builders.book(world.people["zoya"])
    elsewhere = press.replace(world.pay_token, token_of(world, other))

    answer = zoya.post(elsewhere)

    assert answer.status_code == 409
    assert "Прошлое списание с этой карты ещё не закончено" in answer.text
    assert bank.calls.count("charge") == 1


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_sees_or_presses_it(world, bank, press, name):
    other = world.browser_of(name)

    answers = [other.get(press), other.post(press)]
    page = other.get(f"/pay/{world.pay_token}/method").text

    assert [one.status_code for one in answers] == [404, 404]
    assert "Списать" not in page
    assert (last(world), bank.charges) == (None, [])


def test_a_stranger_is_asked_who_they_are(world, bank, press, payer):
    assert payer.post(press).location.startswith("/sign-in")
    assert (last(world), bank.charges) == (None, [])


def test_cards_say_which_of_them_the_portal_can_charge(world, zoya, press):
    own = zoya.get("/account/cards").text
    staff = world.browser_of("anna").get(f"/users/{world.people['zoya']}").text
    world.bank.allows_charges(is_on=False)

    assert "Эту карту портал может списать сам, но только когда вы нажмёте" in own
    assert "портал может списать её сам: когда клиент нажмёт «Списать» или согласится" in staff
    assert "сам портал её не списывает" in zoya.get("/account/cards").text
    assert zoya.get(press).status_code == 404


def test_staff_read_that_such_money_goes_back_by_hand(world, zoya, press):
    zoya.post(press)
    number = last(world).id
    works(world, number)
    with world.app.app_context():
        builders.cancel(world.actor("anna"), world.scheduled)
    anna = world.browser_of("anna")

    card = anna.get(f"/payments/{number}").text
    form = anna.get(f"/payments/{number}/refund").text

    assert "Банк возвращает такие деньги только в своём кабинете" in card
    assert "сделайте возврат в кабинете банка, на ту же карту" in form


def token_of(world, consultation):
    with world.app.app_context():
        return pay_token(consultation)
