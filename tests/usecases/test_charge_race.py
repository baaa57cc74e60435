"""Presses and jobs at once on PostgreSQL: a card is charged once at a time (A10, B3)."""

import pytest
import time_machine

from portal.domain.payments import PaymentMethod
from portal.domain.purchases import PurchaseWay
from portal.jobs import charges
from portal.store.cards import BoundCard
from portal.store.db import transaction
from portal.usecases.charges import claim_charge
from portal.usecases.checkouts import Checkout, create_payment
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, purse
from tests.usecases.charges import make_scene, pay_token
from tests.usecases.test_balance_race import PRESSES, at_once
from tests.usecases.test_charged_purchases import buys
from tests.usecases.test_purchases import offered

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def scene(app):
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            made = make_scene(app)
        yield made


def test_presses_for_several_consultations_begin_one_charge(app, scene):
    with app.app_context():
        numbers = [builders.book(scene.kirill) for _ in range(PRESSES)]

    answers = at_once(app, [lambda number=number: scene.begins(number) for number in numbers])

    assert answers.count("card_busy") == PRESSES - 1


def tenge_card(client):
    """Let the client have a card that is charged by its token."""
    with transaction() as session:
        card = BoundCard(user_id=client, account="kazakh", token_id="token-1981", bound_at=NOW)
        session.add(card)
        session.flush()
        return card.id


def test_presses_and_jobs_at_once_are_one_charge_by_token(app, scene):
    with app.app_context():
        card, token = tenge_card(scene.kirill), pay_token(builders.book(scene.kirill))
    wish = Checkout("kazakh", PaymentMethod.CARD, card_id=card, by_token=True)
    actor = builders.person(scene.kirill)

    pressed = at_once(app, [lambda: create_payment(token, wish, actor=actor, now=NOW)] * PRESSES)
    claimed = at_once(app, [lambda: claim_charge(pressed[0], None, now=NOW)] * PRESSES)

    assert set(pressed) == {pressed[0]}
    assert claimed.count(True) == 1


def test_presses_at_once_are_one_consultation_one_payment_one_charge(app, scene):
    with app.app_context():
        slot = offered(scene)

    answers = at_once(app, [lambda: buys(scene, slot)] * PRESSES)

    begun = [answer.charge_id for answer in answers if answer.charge_id]
    assert (len(begun), len({answer.consultation_id for answer in answers})) == (1, 1)
    at_once(app, [lambda: charges.send(begun[0])] * PRESSES)
    with app.app_context():
        scene.hears(begun[0], NOW)
        assert scene.bank.calls.count("charge") == 1
        assert (purse(scene.kirill), errors_in_the_book()) == ((0, 2 * PRICE, 0), [])


def test_one_card_buys_one_of_two_slots_at_once(app, scene):
    with app.app_context():
        slots = [offered(scene), offered(scene, hour=1)]

    answers = at_once(app, [lambda slot=slot: buys(scene, slot) for slot in slots])

    told = sorted(str(getattr(answer, "is_new", answer)) for answer in answers)
    assert told == ["True", "card_busy"]
    with app.app_context():
        assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_tabs_with_a_card_and_a_gift_buy_by_one_of_them(app, scene):
    with app.app_context():
        slot = offered(scene)

    ways = (PurchaseWay.CARD, PurchaseWay.GIFT, PurchaseWay.LINK)
    answers = at_once(app, [lambda way=way: buys(scene, slot, way) for way in ways])

    assert sorted(answer.is_new for answer in answers) == [False, False, True]
