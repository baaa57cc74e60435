"""Presses and jobs at once on PostgreSQL: a card is charged once at a time (B3)."""

import pytest
import time_machine

from portal.jobs import charges
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, purse
from tests.usecases.charges import make_scene
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
