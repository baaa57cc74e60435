"""The checkout offers the free balance to its owner alone, and takes it by one press (C1)."""

import pytest

from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import PRICE, purse

OFFER = "Оплатить 3\u00a0000\u00a0₽ с баланса"
OTHERS = ("", "kirill", "gulya", "vera", "anna", "gleb")


@pytest.fixture
def zoya(world):
    """Give the browser of the client, who has as much free as her consultation costs."""
    return world.browser_of("zoya")


@pytest.fixture
def checkout(world):
    """Give the address where her consultation is paid."""
    return f"/pay/{world.pay_token}"


def held(world):
    """Return Зоя's free, reserved and travelling kopecks, and what does not hold in the book."""
    with world.app.app_context():
        return purse(world.people["zoya"]), builders.errors_in_the_book()


def spends(world):
    """Let Зоя spend her free money but for one kopeck on another consultation."""
    zoya = world.people["zoya"]
    with world.app.app_context():
        number = builders.book(zoya, PRICE - 1)
        pay_from_balance(number, actor=builders.person(zoya), now=builders.NOW)


def test_the_balance_stands_first_and_the_ordinary_ways_stay(zoya, checkout):
    page = zoya.get(f"{checkout}/method").text

    assert page.index(OFFER) < page.index("Или другим способом") < page.index('value="sbp"')
    assert f'action="{checkout}/balance"' in page
    assert "Свободно 3\u00a0000\u00a0₽." in page


@pytest.mark.parametrize("name", OTHERS)
def test_who_is_not_the_client_neither_sees_nor_spends_the_balance(world, checkout, name):
    other = world.browser_of(name)

    page = other.get(f"{checkout}/method")
    refusal = other.post(f"{checkout}/balance")

    assert "с баланса" not in page.text.lower()
    assert "from-balance" not in page.text
    assert refusal.status_code == (404 if name else 303)
    assert held(world) == ((PRICE, 0, PRICE), [])


def test_one_press_pays_and_a_second_only_shows_that_it_is_paid(world, zoya, checkout):
    first, second = zoya.post(f"{checkout}/balance"), zoya.post(f"{checkout}/balance")
    page = zoya.get(first.location)

    assert (first.status_code, first.location) == (303, f"{checkout}/done")
    assert (second.status_code, second.location) == (303, f"{checkout}/done")
    assert "Оплачено с баланса" in page.text
    assert "Чек" not in page.text
    assert held(world) == ((0, PRICE, PRICE), [])


def test_who_has_only_the_link_learns_that_it_is_paid_but_not_from_what(zoya, payer, checkout):
    zoya.post(f"{checkout}/balance")

    page = payer.get(f"{checkout}/done")

    assert page.status_code == 200
    assert "с баланса" not in page.text


def test_a_balance_that_is_too_low_says_what_is_free_and_what_is_lacking(world, zoya, checkout):
    spends(world)

    page = zoya.get(f"{checkout}/method").text
    refusal = zoya.post(f"{checkout}/balance")

    assert "На балансе свободно 0,01\u00a0₽: на эту консультацию не хватает" in page
    assert "2\u00a0999,99\u00a0₽" in page
    assert OFFER not in page
    assert 'value="sbp"' in page
    assert refusal.status_code == 409
    assert "Ничего не списано" in refusal.text
    assert held(world) == ((1, PRICE - 1, PRICE), [])


def test_nobody_is_offered_to_pay_what_cannot_be_paid_any_more(world, zoya, checkout):
    with world.app.app_context():
        builders.cancel(world.actor("anna"), world.scheduled)

    page = zoya.get(f"{checkout}/method").text
    refusal = zoya.post(f"{checkout}/balance")

    assert "from-balance" not in page
    assert refusal.status_code == 409
    assert "Эту консультацию уже не оплатить. Деньги не списаны." in refusal.text
    assert held(world) == ((PRICE, 0, PRICE), [])


def test_the_question_whose_card_it_is_offers_the_balance_too(zoya, checkout):
    page = zoya.get(f"{checkout}/card?change=1").text

    assert page.index(OFFER) < page.index('value="russian"')


def test_staff_see_which_payment_has_paid_and_why_it_stays(world, zoya, checkout):
    zoya.post(f"{checkout}/balance")
    anna = world.browser_of("anna")

    card = anna.get(f"/consultations/{world.scheduled}").text
    payment = anna.get(f"/payments/{world.payment}").text
    refusal = anna.get(f"/payments/{world.payment}/refund").text

    assert f'href="/payments/{world.payment}"' in card
    assert "Ждёт другой консультации</dt><dd>3\u00a0000,00\u00a0₽" in payment
    assert f'href="/consultations/{world.scheduled}"' in payment.partition('id="funded"')[2]
    assert f"с баланса оплачена консультация № {world.scheduled}." in refusal
    assert f'href="/consultations/{world.scheduled}">Открыть эту консультацию' in refusal


def test_cancelled_by_staff_it_leads_to_the_refund_of_the_payment_behind_it(world, zoya, checkout):
    zoya.post(f"{checkout}/balance")
    wish = {"by": "client", "reason": "Заболела", "then_refund": "1"}

    answer = world.browser_of("anna").post(f"/consultations/{world.scheduled}/cancel", wish)
    page = zoya.get("/account").text

    assert answer.location == f"/payments/{world.payment}/refund"
    assert f'href="#money-{world.payment}"' in page
    assert f'id="money-{world.payment}"' in page
    assert held(world) == ((PRICE, 0, PRICE), [])
