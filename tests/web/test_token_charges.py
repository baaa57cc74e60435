"""A card kept for tenge is charged by a press: at the checkout, and by staff (B3, A10)."""

import pytest
from sqlalchemy import func, select

from portal.banks.registry import build_banks
from portal.domain.money import Currency
from portal.domain.payments import Decline, PaymentStatus
from portal.store.cards import BoundCard
from portal.store.db import transaction
from portal.store.payments import Payment
from portal.usecases.banks import suspend_account
from portal.web.labels import LABELS
from tests.builders import NOW, PRICE, rub
from tests.web.test_card_origin import ALMATY, at
from tests.web.test_foreign_checkout import TENGE, newest, sold
from tests.web.test_signed_webhooks import KAZAKH
from tests.web.test_tenge_slots import offers

BOTH = {Currency.RUB: rub(PRICE), Currency.KZT: TENGE}
OFFER = "Списать 21 000 ₸ с карты Visa •• 1981"


@pytest.fixture
def accounts(accounts):
    """Give a second account, whose bank charges cards by their tokens."""
    return {**accounts, "kazakh": {**KAZAKH, "charges": "true"}}


@pytest.fixture
def card(world):
    """Let Зоя have a card there; return its number."""
    with world.app.app_context(), transaction() as session:
        bound = BoundCard(
            user_id=world.people["zoya"],
            account="kazakh",
            token_id="token-1981",
            brand="Visa",
            last4="1981",
            bound_at=NOW,
            allows_staff=True,
        )
        session.add(bound)
        session.flush()
        return bound.id


def foreign(world, name, token):
    """Let somebody say that their card is of another country; return their browser."""
    browser = world.browser_of(name)
    browser.post(f"/pay/{token}/card", {"origin": "foreign"}, **at(ALMATY))
    return browser


def plain(page):
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


def charges(world):
    """Return the charges by token: how many there are, and the sum of each."""
    with world.app.app_context(), transaction() as session:
        query = select(func.count(), func.max(Payment.amount_minor))
        return tuple(session.execute(query.where(Payment.charges_token.is_(True))).one())


def test_the_card_is_offered_to_its_owner_alone_and_only_where_tenge_are_paid(world, card):
    token = sold(world, BOTH)
    pages = {
        name: plain(foreign(world, name, token).get(f"/pay/{token}/method", **at(ALMATY)))
        for name in ("zoya", "kirill", "")
    }
    zoya = world.browser_of("zoya")
    zoya.post(f"/pay/{token}/card", {"origin": "russian"}, **at(ALMATY))

    assert [OFFER in page for page in pages.values()] == [True, False, False]
    assert ("save_card" in pages["zoya"], "binds_card" in pages["zoya"]) == (False, False)
    assert "1981" not in plain(zoya.get(f"/pay/{token}/method", **at(ALMATY)))


def test_two_presses_are_one_charge_and_the_page_says_how_it_goes_back(world, card):
    token = sold(world, BOTH)
    zoya, press = foreign(world, "zoya", token), f"/pay/{token}/charge/{card}"

    asked = plain(zoya.get(press, **at(ALMATY)))
    first, second = (zoya.post(press, **at(ALMATY)) for _ in range(2))

    assert ("они придут на эту же карту" in asked, "вручную" in asked) == (True, False)
    assert "Спишем ровно 21 000 ₸" in asked
    assert (first.status_code, first.location) == (303, second.location)
    assert (charges(world), newest(world)[:2]) == ((1, TENGE.minor), ("kazakh", TENGE))
    assert "Проверяем оплату" in zoya.get(first.location).text


def test_why_a_kept_card_was_refused_is_told_to_its_owner_alone(world, card):
    token = sold(world, BOTH)
    zoya = foreign(world, "zoya", token)
    wait = zoya.post(f"/pay/{token}/charge/{card}", **at(ALMATY)).location
    with world.app.app_context(), transaction() as session:
        charge = session.scalars(select(Payment).where(Payment.charges_token)).one()
        charge.status, charge.decline = PaymentStatus.FAILED, Decline.LIMIT

    pages = [plain(browser.get(wait)) for browser in (zoya, world.browser_of())]

    assert ["Оплатить не получилось, деньги не списаны." in page for page in pages] == [True, True]
    assert [LABELS[Decline.LIMIT] in page for page in pages] == [True, False]


@pytest.mark.parametrize(("name", "change"), [("kirill", {}), ("zoya", {"token_id": None})])
def test_what_may_not_be_charged_is_not_there(world, card, name, change):
    token = sold(world, BOTH)
    with world.app.app_context(), transaction() as session:
        for field, value in change.items():
            setattr(session.get_one(BoundCard, card), field, value)
    press = f"/pay/{token}/charge/{card}"

    assert foreign(world, name, token).post(press, **at(ALMATY)).status_code == 404
    assert charges(world) == (0, None)


def test_staff_are_offered_the_card_in_tenge_and_write_down_the_consent(world, card):
    slot = offers(world, BOTH)
    anna, place = world.browser_of("anna"), f"/consultations/buy/{world.people['zoya']}"
    page, form = plain(anna.get(f"{place}/{slot}")), {"way": f"card-{card}-kzt", "reason": "Звонок"}

    refused = anna.post(f"{place}/{slot}", form)
    taken = [anna.post(f"{place}/{slot}", {**form, "is_agreed": "y"}) for _ in range(2)]

    assert "С привязанной карты Visa •• 1981: 21 000 ₸" in page
    assert "вручную" not in page
    assert (refused.status_code, charges(world)) == (422, (1, TENGE.minor))
    assert [answer.status_code for answer in taken] == [303, 303]


def test_a_suspended_till_is_no_reason_to_say_that_no_bank_charges_cards(world, card):
    slot, anna = offers(world, BOTH), world.browser_of("anna")
    place = f"/consultations/buy/{world.people['zoya']}/{slot}"
    with world.app.app_context():
        suspend_account("kazakh", "Сверяем", actor=world.actor("gleb"), now=NOW)

    page = plain(anna.get(place))

    told = "приём платежей через банк приостановлен", "банк так не списывает", "Visa •• 1981"
    assert [words in page for words in told] == [True, False, False]


def test_the_list_of_cards_says_what_the_card_is_good_for(world, card):
    zoya = world.browser_of("zoya")
    able = plain(zoya.get("/account/cards"))

    assert "Эту карту портал может списать сам" in able
    assert "Возврат таких оплат" not in able
    for kazakh in (KAZAKH, {**KAZAKH, "charges": "true", "mode": "refund_only"}):
        world.app.extensions["banks"] = build_banks({"kazakh": kazakh})
        assert "Сейчас этой картой здесь не заплатить" in plain(zoya.get("/account/cards"))
