"""The world of the kit: the toy bank's connector against its simulator."""

import json
import urllib.request
from collections.abc import Iterator

import pytest
from toybank.connector import connect
from toybank.simulator import MERCHANT, SECRET, running

from portal.conformance.ears import Ear, Heard
from portal.domain.money import Money
from portal.domain.payments import PaymentMethod
from portal.domain.ports import PAYMENT_DOOR, BankConnector

pytest_plugins = ["portal.conformance.plugin"]


class ToyWorld:
    """What happens at the toy bank; its methods are told in portal/conformance/worlds.py."""

    door, way = PAYMENT_DOOR, PaymentMethod.CARD

    def __init__(self, url: str, ear: Ear) -> None:
        self._url, self._ear = url, ear
        ear.forget()
        self._plays("reset", callback=ear.url)
        self.connector = self._connector(url)

    def _connector(self, url: str) -> BankConnector:
        return connect("toy", {"base_url": url, "merchant": MERCHANT, "secret": SECRET})

    def pay(self, operation_id: str, method: PaymentMethod) -> None:
        self._plays("pay", id=operation_id)

    def decline(self, operation_id: str) -> None:
        self._plays("nothing")

    def expire(self, operation_id: str) -> None:
        self._plays("expire", id=operation_id)

    def return_in_cabinet(self, operation_id: str, amount: Money) -> None:
        self._plays("cabinet", id=operation_id, amount=amount.minor)

    def executed_refunds(self) -> list[tuple[str, Money]]:
        made = self._plays("nothing")
        return [(number, Money(minor, self.connector.currency)) for number, minor in made]

    def lose_the_answer(self, call: str) -> None:
        self._plays("fault", call=call, fault="lost_after")

    def swallow(self, call: str) -> None:
        self._plays("fault", call=call, fault="lost_before")

    def refuse_refunds(self) -> None:
        self._plays("fault", call="refund", fault="refuse")

    def settle_slowly(self) -> None:
        self._plays("slow")

    def settle(self) -> None:
        self._plays("settle")

    def go_down(self) -> BankConnector:
        return self._connector("http://127.0.0.1:9")

    def show_another_amount(self, operation_id: str) -> None:
        self._plays("fault", call="read", fault="wrong_amount")

    def show_a_new_status(self, operation_id: str) -> None:
        self._plays("fault", call="read", fault="unknown_state")

    def sample_event(self) -> Heard:
        self._plays("sample")
        return self._ear.hear(about="somebody")

    def event(self, operation_id: str) -> Heard:
        return self._ear.hear(about=operation_id)

    def forged_event(self, operation_id: str) -> Heard:
        heard = self.event(operation_id)
        return Heard(heard.body.replace(b"toy-1", b"toy-2"), heard.headers)

    def _plays(self, does: str, **told: object) -> list[list]:
        body = json.dumps(told).encode()
        with urllib.request.urlopen(f"{self._url}/_control/{does}", body, timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def toybank_url() -> Iterator[str]:
    """Give the address of a running toy bank."""
    with running() as url:
        yield url


@pytest.fixture
def world(toybank_url: str, ear: Ear) -> ToyWorld:
    """Give the toy bank without a memory."""
    return ToyWorld(toybank_url, ear)
