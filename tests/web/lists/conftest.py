"""The desk of staff: Анна may take files, Вера may only look, Зоя has paid and cancelled."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.domain.actors import SYSTEM, Actor
from portal.domain.permissions import Role
from portal.usecases.users import NewUser, create_user
from tests import builders
from tests.builders import NOW
from tests.databases import Shelf
from tests.fakes import FakeBank


@dataclass(frozen=True)
class Desk:
    """Who works here, and Зоя's two consultations, one of them paid and cancelled."""

    bank: FakeBank
    anna: int
    vera: int
    zoya: int
    cancelled: int
    scheduled: int
    payment: int
    app: Flask = field(default=None, repr=False)

    def browser(self, user_id: int) -> FlaskClient:
        """Give the browser of somebody who has signed in."""
        return builders.sign_in(self.app.test_client(), user_id)

    def pays_for(self, client: int, at: datetime) -> None:
        """Let a customer pay for one consultation more at a moment, and hear of it at once."""
        with time_machine.travel(at, tick=False), self.app.app_context():
            payment = builders.start_to_pay(self.bank, builders.book(client))
            self.bank.pay(builders.operation_of(payment))
            builders.hear(self.bank, payment, now=at)

    def pays(self, name: str, count: int = 1) -> None:
        """Let a new customer pay for ``count`` consultations."""
        with self.app.app_context():
            client = person(name, Role.CLIENT)
            for _ in range(count):
                builders.pay(self.bank, builders.start_to_pay(self.bank, builders.book(client)))


def person(name: str, role: Role, phone: str | None = None) -> int:
    """Make a person whose address nobody else has, and return their number."""
    new = NewUser(f"{name.encode().hex()[:40]}@example.test", name, role, phone)
    return create_user(new, actor=SYSTEM, now=NOW)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Let it be the moment that the builders count from, and stand still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(app: Flask, clock: time_machine.Traveller, shelf: Shelf) -> Iterator[Desk]:
    """Give the desk at that moment."""
    desk = replace(shelf.take(app, "desk", make_desk), app=app)
    with app.app_context():
        yield desk


def make_desk() -> Desk:
    """Make the desk, on a fresh database; the app comes later."""
    anna = person("Анна Админова", Role.ADMIN)
    vera = person("Вера Смотрящая", Role.VIEWER)
    zoya = person("Зоя Канарейкина", Role.CLIENT, "+7 903 765-43-21")
    bank, cancelled = FakeBank(), builders.book(zoya)
    payment = builders.start_to_pay(bank, cancelled)
    builders.pay(bank, payment)
    builders.cancel(Actor(anna, "Анна"), cancelled)
    return Desk(bank, anna, vera, zoya, cancelled, builders.book(zoya), payment)
