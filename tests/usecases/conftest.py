"""The scene of every use case: a bank, Анна who acts, Кирилл who pays, his consultation."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine
from flask import Flask

from portal.domain.actors import Actor
from tests import builders
from tests.fakes import FakeBank
from tests.usecases import charges


@dataclass(frozen=True)
class Scene:
    """Who and what a test starts with."""

    bank: FakeBank
    anna: Actor
    kirill: int
    consultation: int
    payment: int

    @property
    def operation(self) -> str:
        """The bank's number of the payment."""
        return builders.operation_of(self.payment)


@pytest.fixture
def scene(app: Flask) -> Iterator[charges.Scene]:
    """Give Кирилл with a card that may be charged, at a moment that stands still."""
    with app.app_context(), time_machine.travel(builders.NOW, tick=False):
        yield charges.make_scene(app)


@pytest.fixture
def owed(scene: charges.Scene) -> int:
    """Give another consultation of his, not paid and of another price."""
    return builders.book(scene.kirill, charges.LESS)


@pytest.fixture
def booked(app: Flask) -> Iterator[Scene]:
    """Give a scheduled consultation with a link to pay it."""
    with app.app_context():
        bank, anna, kirill = FakeBank(), builders.staff(), builders.customer()
        consultation = builders.book(kirill)
        yield Scene(bank, anna, kirill, consultation, builders.start_to_pay(bank, consultation))


@pytest.fixture
def paid(booked: Scene) -> Scene:
    """Give the consultation paid."""
    builders.pay(booked.bank, booked.payment)
    return booked


@pytest.fixture
def cancelled(paid: Scene) -> Scene:
    """Give the paid consultation cancelled: its money is free."""
    builders.cancel(paid.anna, paid.consultation)
    return paid


@pytest.fixture
def completed(paid: Scene) -> Scene:
    """Give the paid consultation completed: its money is revenue."""
    builders.complete(paid.anna, paid.consultation)
    return paid
