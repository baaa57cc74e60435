"""The cast of the screens of rights, each in a browser of their own."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.domain.access import Offer
from portal.domain.actors import Actor
from portal.domain.money import Money
from portal.domain.permissions import Permission, Role
from portal.store.db import transaction
from portal.store.users import get_user
from portal.usecases import access
from tests import builders
from tests.builders import NOW
from tests.databases import Shelf
from tests.fakes import FakeBank


@dataclass(frozen=True)
class House:
    """Глеб and Гала are super-admins, Анна an admin, Вера a viewer; Кирилл has cancelled."""

    bank: FakeBank
    gleb: Actor
    gala: Actor
    anna: Actor
    vera: Actor
    kirill: int
    consultation: int
    payment: int
    app: Flask = field(default=None, repr=False)

    def browser(self, user_id: int) -> FlaskClient:
        """Give the browser of somebody who has just signed in."""
        return builders.sign_in(self.app.test_client(), user_id)

    def hands(
        self,
        user_id: int,
        permission: Permission,
        until: datetime | None = None,
        limit: Money | None = None,
    ) -> int:
        """Let Глеб hand a right over; return the grant's number."""
        offer = Offer(permission, until, limit)
        return access.hand_over(user_id, offer, "Так решили", actor=self.gleb, now=NOW)

    def rights(self, user_id: int) -> frozenset[Permission]:
        """Return what a person holds now."""
        with transaction() as session:
            return get_user(session, user_id).permissions(NOW)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Screens are tested on one database: their queries are tested on both elsewhere."""
    return sqlite_url


@pytest.fixture
def house(app: Flask, shelf: Shelf) -> Iterator[House]:
    """Give the cast at the moment that the builders count from."""
    app.config["WTF_CSRF_ENABLED"] = False
    with time_machine.travel(NOW, tick=False):
        house = replace(shelf.take(app, "house", make_house), app=app)
        with app.app_context():
            yield house


def make_house() -> House:
    """Make the cast, on a fresh database; the app comes later."""
    bank = FakeBank()
    anna, kirill = builders.staff(), builders.customer()
    consultation = builders.book(kirill)
    payment = builders.start_to_pay(bank, consultation)
    builders.pay(bank, payment)
    builders.cancel(anna, consultation)
    return House(
        bank=bank,
        gleb=builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test"),
        gala=builders.staff(Role.SUPER_ADMIN, "Гала", "gala@example.test"),
        anna=anna,
        vera=builders.staff(Role.VIEWER, "Вера", "vera@example.test"),
        kirill=kirill,
        consultation=consultation,
        payment=payment,
    )
