"""Presses and jobs at once on PostgreSQL: a card is charged once at a time (B3)."""

import pytest
import time_machine

from portal.domain.payments import PaymentMethod
from portal.jobs import charges
from portal.store.cards import BoundCard
from portal.store.db import transaction
from portal.usecases.charges import claim_charge
from portal.usecases.checkouts import Checkout, create_payment
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, purse
from tests.usecases.charges import make_scene, pay_token
from tests.usecases.test_balance_race import at_once

AT_ONCE = 6
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def scene(app):
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            made = make_scene(app)
        yield made


def test_presses_for_several_consultations_begin_one_charge(app, scene):
    with app.app_context():
        numbers = [builders.book(scene.kirill) for _ in range(AT_ONCE)]

    answers = at_once(app, [lambda number=number: scene.begins(number) for number in numbers])

    assert answers.count("card_busy") == AT_ONCE - 1


def test_jobs_of_one_charge_call_the_bank_once(app, scene):
    with app.app_context():
        number = scene.begins(builders.book(scene.kirill))

    at_once(app, [lambda: charges.send(number)] * AT_ONCE)

    with app.app_context():
        scene.hears(number, NOW)
        assert scene.bank.calls.count("charge") == 1
        assert (purse(scene.kirill), errors_in_the_book()) == ((0, 2 * PRICE, 0), [])


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

    pressed = at_once(app, [lambda: create_payment(token, wish, actor=actor, now=NOW)] * AT_ONCE)
    claimed = at_once(app, [lambda: claim_charge(pressed[0], None, now=NOW)] * AT_ONCE)

    assert set(pressed) == {pressed[0]}
    assert claimed.count(True) == 1
