"""Staff buy by the client's bound card: offered, agreed to, told honestly (A10, B3)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.banks.registry import Account, Banks
from portal.domain.payments import PaymentMethod
from portal.domain.permissions import Permission
from portal.domain.refunds import AccountMode
from portal.jobs import charges, payments
from portal.store.cards import BoundCard
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.payments import latest_payment
from portal.usecases.checkouts import Checkout, create_payment
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, payment
from tests.usecases.charges import binds, pay_token
from tests.web.conftest import entrust

REASON = "Согласие по телефону, 24 ноября"
HTMX = {"HX-Request": "true"}
TICK = 'name="is_agreed"'


@pytest.fixture
def anna(world):
    return world.browser_of("anna")


@pytest.fixture
def card(world):
    """Let the account charge cards, and Зоя bind one by paying; give the card's number."""
    world.bank.allows_charges()
    account = Account("tochka", "Точка", world.bank, AccountMode.ACTIVE, "Консультация")
    world.app.extensions["banks"] = Banks({"tochka": account})
    with world.app.app_context():
        binds(world.bank, world.people["zoya"])
        with transaction() as session:
            return session.scalars(select(BoundCard.id)).one()


@pytest.fixture
def place(world, card):
    """Give the address of the third step for Зоя."""
    return f"/consultations/buy/{world.people['zoya']}/{world.slot}"


def form(card, **changes):
    return {"way": f"card-{card}-rub", "reason": REASON, "is_agreed": "y", **changes}


def plain(answer):
    return answer.text.replace("\u00a0", " ")


def bought(world):
    """Return the consultation of the slot and the last attempt to pay it, None without one."""
    with world.app.app_context(), transaction() as session:
        found = session.scalars(
            select(Consultation).where(Consultation.slot_id == world.slot)
        ).one_or_none()
        return found, found and latest_payment(session, found.id)


def works(world, number):
    """Let the jobs charge and read."""
    with world.app.app_context():
        charges.send(number)
        payments.read(number)
        return payment(number), errors_in_the_book()


def assert_nothing_moved(world):
    assert bought(world) == (None, None)
    assert world.bank.charges == []
    with world.app.app_context():
        assert errors_in_the_book() == []


def test_the_card_is_offered_with_what_it_means_and_asks_for_consent(anna, card, place):
    page = plain(anna.get(place))

    assert "С привязанной карты Мир •• 0792: 3 000 ₽" in page
    assert f'value="card-{card}-rub"' in page
    assert "Возврат таких денег сотрудник делает вручную, в кабинете банка." in page
    assert ("Клиент согласился на списание" in page, TICK in page) == (True, True)
    assert re.findall(r'<input [^>]*checked id="way[^>]*value="([^"]+)"', page) == ["link-rub"]


def test_without_the_setting_no_card_is_offered(world, anna, card, place):
    world.bank.allows_charges(is_on=False)

    page = plain(anna.get(place))

    assert (f"card-{card}-rub" in page, TICK in page) == (False, False)
    assert "С привязанной карты без клиента: банк так не списывает." in page
    assert anna.post(place, form(card)).status_code == 422
    assert_nothing_moved(world)


def test_the_card_of_another_is_neither_offered_nor_charged(world, anna, card, place):
    other = place.replace(f"/{world.people['zoya']}/", f"/{world.people['kirill']}/")

    assert "у клиента нет карты, которую портал может списать сам" in plain(anna.get(other))
    assert anna.post(other, form(card)).status_code == 422
    assert_nothing_moved(world)


def test_a_card_let_before_staff_could_charge_is_told_to_both_and_not_offered(
    world, anna, card, place
):
    with world.app.app_context(), transaction() as session:
        session.get_one(BoundCard, card).allows_staff = False

    page, own = plain(anna.get(place)), world.browser_of("zoya").get("/account/cards").text

    assert (f"card-{card}-rub" in page, TICK in page) == (False, False)
    assert "когда списывать мог только он сам, нажав «Списать». Отправьте ссылку." in page
    assert "когда вы нажмёте «Списать» при оплате. Возврат" in own
    assert anna.post(place, form(card)).status_code == 422
    assert_nothing_moved(world)


def test_one_press_charges_once_and_the_page_waits_and_then_says_paid(world, anna, card, place):
    first, second = anna.post(place, form(card)), anna.post(place, form(card))
    consultation, begun = bought(world)
    waiting, poll = anna.get(first.location), anna.get(first.location, headers=HTMX)

    found, faults = works(world, begun.id)

    link = f"/consultations/{consultation.id}/link"
    assert (first.location, second.location) == (link, link)
    assert "Списываем 3 000 ₽ с карты клиента." in plain(waiting)
    assert ('http-equiv="refresh"' in waiting.text, "pay-url" in waiting.text) == (True, False)
    assert (poll.status_code, "<html" in poll.text) == (200, False)
    assert [amount.minor for _, amount in world.bank.charges] == [PRICE]
    assert (found.captured_minor, faults) == (PRICE, [])
    assert anna.get(link, headers=HTMX).headers["HX-Redirect"] == link
    assert "Консультация оплачена, ссылка больше не нужна." in anna.get(link).text


def test_a_bank_that_says_no_is_told_with_the_link(world, anna, card, place):
    world.bank.refuses("charge")
    link = anna.post(place, form(card)).location
    found, faults = works(world, bought(world)[1].id)

    page = plain(anna.get(link))

    assert (found.status, faults, bought(world)[0].is_paid) == ("failed", [], False)
    assert "Списать 3 000 ₽ с карты не получилось, деньги не списаны." in page
    assert ('id="pay-url"' in page, "Списываем" in page) == (True, False)


def test_a_bank_that_is_silent_is_told_as_unknown(world, anna, now, card, place):
    world.bank.swallows("charge")
    link = anna.post(place, form(card)).location
    works(world, bought(world)[1].id)
    now.shift(timedelta(minutes=4))

    page = plain(anna.get(link))

    assert "Банк не сказал, прошло ли списание 3 000 ₽ с карты: деньги могли уйти." in page
    assert ('id="pay-url"' in page, 'http-equiv="refresh"' in page) == (True, False)
    assert world.bank.calls.count("charge") == 1


WRONG = {
    "no consent": ({"is_agreed": ""}, "без его согласия с карты не списывают"),
    "no ground": ({"reason": " "}, "Напишите, на каком основании"),
    "a strange card": ({"way": "card-999-rub"}, "Этого способа больше нет"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_form_says_so_and_books_nothing(world, anna, card, place, changes, said):
    wrong = {name: value for name, value in form(card, **changes).items() if value}

    answer = anna.post(place, wrong)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert_nothing_moved(world)


def test_other_ways_ask_for_no_consent(world, anna, card, place):
    assert anna.post(place, {"way": "link-rub", "reason": REASON}).status_code == 303
    assert bought(world)[1] is None


def test_a_busy_card_books_nothing_and_says_why(world, anna, card, place):
    with world.app.app_context():
        number = builders.book(world.people["zoya"])
        wish = Checkout("tochka", PaymentMethod.CARD, card_id=card, by_hand=True)
        create_payment(pay_token(number), wish, actor=world.actor("zoya"), now=NOW)

    answer = anna.post(place, form(card))

    assert answer.status_code == 409
    assert "Прошлое списание с этой карты ещё не закончено" in answer.text
    assert_nothing_moved(world)


def test_who_may_only_book_sees_no_cards_and_charges_none(world, card, place):
    with world.app.app_context():
        entrust(world.people["kirill"], Permission.CONSULTATIONS_BOOK)
    kirill = world.browser_of("kirill")

    page = plain(kirill.get(place))

    assert ("•• 0792" in page, TICK in page) == (False, False)
    assert "С привязанной карты: нужно право «Смотреть пользователей»" in page
    assert kirill.post(place, form(card)).status_code == 422
    assert_nothing_moved(world)


def test_the_journal_tells_who_heard_the_consent(world, anna, card, place):
    anna.post(place, form(card))

    journal = plain(world.browser_of("gleb").get("/audit"))

    assert "Согласие клиента на списание с карты записано, 3 000,00 ₽" in journal
    assert REASON in journal
