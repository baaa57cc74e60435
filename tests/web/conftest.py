"""The cast at the doors: each with a browser of their own, on both databases.

Анна may refund, Вера may only look, Глеб is super-admin, Кирилл and Зоя are customers, Гуля is a
customer who was given the right to refund, Олег worked here once, and somebody is a stranger.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.banks.tochka.settings import BANK_KEY
from portal.domain import clock
from portal.domain.actors import SYSTEM, Actor
from portal.domain.money import Currency
from portal.domain.permissions import Permission, Role
from portal.domain.ports import BankEvent, EventKind
from portal.domain.slots import SlotOffer, Span
from portal.store.access import PersonalGrant
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.users import User
from portal.usecases.deliveries import Envelope, receive_delivery
from portal.usecases.refunds import request_refund
from portal.usecases.slots import offer_slots
from portal.usecases.users import NewUser, create_user
from tests import builders
from tests.banks.answers import CUSTOMER, MERCHANT
from tests.banks.tokens import jwk, key
from tests.builders import NOW, STARTS_AT
from tests.conftest import TOCHKA
from tests.databases import Shelf
from tests.fakes import FakeBank
from tests.pages import form_token

PEOPLE = {
    "anna": NewUser("anna@example.test", "Анна Админова", Role.ADMIN),
    "vera": NewUser("vera@example.test", "Вера Смотрящая", Role.VIEWER),
    "gleb": NewUser("gleb@example.test", "Глеб Главный", Role.SUPER_ADMIN),
    "oleg": NewUser("oleg@example.test", "Олег Ушедший", Role.ADMIN),
    "kirill": NewUser("kirill@example.test", "Кирилл Клиентов", Role.CLIENT, "+79161234567"),
    "zoya": NewUser("zoya.canary@example.test", "Зоя Канарейкина", Role.CLIENT, "+79037654321"),
    "gulya": NewUser("gulya@example.test", "Гуля Доверенная", Role.CLIENT, "+77011112233"),
}

#: Longer than this nobody's first browser is open already.
A_WHILE = timedelta(hours=1)


@dataclass(frozen=True)
class Browser:
    """One person's browser: what it posts carries the token of their own session."""

    client: FlaskClient

    @cached_property
    def token(self) -> str:
        """The CSRF token of a page that this browser has open."""
        return form_token(self.client.get("/nowhere").text)

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> TestResponse:
        """Send a form with the token of a page that this browser has open."""
        return self.client.post(path, data={**(data or {}), "csrf_token": self.token}, **more)

    def send(self, method: str, path: str) -> TestResponse:
        """Open a page, or send an empty form."""
        return self.get(path) if method == "GET" else self.post(path)

    def post_bare(self, path: str, **more: Any) -> TestResponse:
        """Send a form without a token."""
        return self.client.post(path, **more)


@dataclass(frozen=True)
class World:
    """The people by name, and what is Зоя's: a payment to refund, a refund, a consultation.

    Everybody has begun a session with which their first browser carries on.
    """

    bank: FakeBank
    people: Mapping[str, int]
    scheduled: int
    payment: int
    refund: int
    pay_token: str
    delivery: int
    slot: int
    sessions: dict[str, str]
    app: Flask = field(default=None, repr=False)

    def number_of(self, noun: str) -> int:
        """Return the number of what is Зоя's, by the first word of its address."""
        return {
            "payments": self.payment,
            "refunds": self.refund,
            "consultations": self.scheduled,
            "account": self.scheduled,
            "users": self.people["zoya"],
            "deliveries": self.delivery,
            "slots": self.slot,
        }.get(noun, 0)

    def browser_of(self, name: str = "") -> Browser:
        """Give the browser of a person who has signed in, of a stranger without a name."""
        client = self.app.test_client()
        if name in self.sessions and clock.now() < NOW + A_WHILE:
            builders.come_in(client, self.sessions.pop(name))
        elif name:
            builders.sign_in(client, self.people[name])
        return Browser(client)

    def actor(self, name: str) -> Actor:
        """Return a person as the one who acts."""
        return Actor(self.people[name], PEOPLE[name].name)


@pytest.fixture
def accounts() -> Mapping[str, Mapping[str, Any]]:
    """Give one account whose webhooks the tests can sign, and the bank."""
    keys = (jwk(key("bank")), BANK_KEY)
    return {
        "tochka": {**TOCHKA, "customer_code": CUSTOMER, "merchant_id": MERCHANT}
        | {"public_keys": keys}
    }


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Let it be the moment that the builders count from; the clock goes on."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def world(app: Flask, now: time_machine.Traveller, shelf: Shelf) -> World:
    """Give the cast and what is Зоя's."""
    return replace(shelf.take(app, "world", make_world), app=app)


@pytest.fixture
def payer(world: World) -> Browser:
    """Give the browser of somebody who has only the link to pay."""
    return world.browser_of()


@pytest.fixture
def wait(world: World) -> str:
    """Give the address of the page that a payer waits on."""
    return f"/pay/{world.pay_token}/wait"


def make_world() -> World:
    """Make the cast and what is Зоя's, on a fresh database; the app comes later."""
    people = {name: create_user(new, actor=SYSTEM, now=NOW) for name, new in PEOPLE.items()}
    entrust(people["gulya"], Permission.PAYMENTS_READ, Permission.REFUNDS_CREATE)
    disable(people["oleg"])
    bank, anna = FakeBank(), Actor(people["anna"], PEOPLE["anna"].name)
    scheduled = builders.book(people["zoya"])
    return World(
        bank=bank,
        people=people,
        payment=paid_and_cancelled(bank, anna, people["zoya"]),
        refund=unknown_refund(bank, anna, people["zoya"]),
        scheduled=scheduled,
        pay_token=pay_token_of(scheduled),
        delivery=delivery(),
        slot=free_slot(anna),
        sessions={name: builders.open_session(number) for name, number in people.items()},
    )


def paid_and_cancelled(bank: FakeBank, actor: Actor, client_id: int) -> int:
    """Make a payment that may be refunded, and return its number."""
    consultation = builders.book(client_id)
    payment = builders.start_to_pay(bank, consultation)
    builders.pay(bank, payment)
    builders.cancel(actor, consultation)
    return payment


def unknown_refund(bank: FakeBank, actor: Actor, client_id: int) -> int:
    """Make a refund whose answer was lost, and return its number."""
    payment = paid_and_cancelled(bank, actor, client_id)
    refund = request_refund(builders.wish(payment), actor=actor, now=NOW)
    bank.swallows("refund")
    builders.send(bank, refund, now=NOW)
    bank.recovers()
    return refund


def free_slot(actor: Actor) -> int:
    """Put an hour of another specialist on offer for the usual price, and return its number."""
    span = Span(STARTS_AT, STARTS_AT + timedelta(hours=1))
    offer = SlotOffer("Доктор Седов", span, {Currency.RUB: builders.rub(builders.PRICE)})
    return offer_slots([offer], actor=actor, now=NOW)[0]


def delivery() -> int:
    """Make an event of the bank that still waits, and return its number."""
    event = BankEvent(EventKind.PAYMENT, True, "op-1", "c1-1", {})
    return receive_delivery(Envelope("tochka", "a.b.c", "127.0.0.1"), event, now=NOW)


def pay_token_of(consultation_id: int) -> str:
    """Return what the address of the checkout ends with."""
    with transaction() as session:
        return session.get_one(Consultation, consultation_id).pay_token


def entrust(user_id: int, *rights: Permission, until: datetime | None = None) -> None:
    """Give rights to one person by hand, for ever or until an hour (D5)."""
    with transaction() as session:
        session.add_all(
            PersonalGrant(
                user_id=user_id,
                permission_code=right.value,
                reason="Проверка",
                created_at=NOW,
                expires_at=until,
            )
            for right in rights
        )


def disable(user_id: int) -> None:
    """Let somebody leave; their sessions stay in their browsers."""
    with transaction() as session:
        session.get_one(User, user_id).is_active = False
