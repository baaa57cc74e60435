"""Walks through a card check step by step, and looks at the purse after each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from portal.domain import ledger
from portal.domain.refunds import AccountMode
from portal.store.card_checks import find_check
from portal.store.cards import cards_of
from portal.store.db import transaction
from portal.usecases.card_checks import NewCheck, bind_card, check_order_of
from portal.usecases.checkouts import record_link
from portal.usecases.reconciliations import reconcile_refunds
from portal.usecases.submissions import submit_refund
from tests.builders import (
    NOW,
    account,
    errors_in_the_book,
    hear,
    operation_of,
    payment,
    person,
    purse,
    rub,
)
from tests.fakes import FakeBank

SUM = rub(200)
SOON = NOW + timedelta(minutes=1)


@dataclass(frozen=True)
class Walk:
    """One client's check at one bank, and what was seen on the way."""

    bank: FakeBank
    client: int
    number: int
    purses: list[tuple[int, int, int]]
    faults: list[str]

    def step(self, do: Callable[[], object]) -> None:
        """Do something, then look at the purse and add the book up."""
        do()
        self.purses.append(purse(self.client))
        self.faults.extend(errors_in_the_book())

    def pay(self, how: Callable[[str], None]) -> None:
        """Let the payer act on the bank's page, and hear of it."""
        self.step(lambda: how(operation_of(self.number)))
        self.step(lambda: hear(self.bank, self.number))

    def give_back(self, now: datetime = SOON) -> None:
        """Send the return as its job does, then look at the bank's lines."""
        baseline = self.bank.read_operation(operation_of(self.number))
        self.step(lambda: reconcile_refunds(self.number, baseline, now=now))
        refund_id = payment(self.number).last_refund_id or 0
        self.step(
            lambda: submit_refund(
                refund_id, self.bank, mode=AccountMode.ACTIVE, baseline=baseline, now=now
            )
        )
        self.step(lambda: hear(self.bank, self.number, now))

    @property
    def states(self) -> tuple[str, str]:
        """The states of the binding and of the return."""
        with transaction() as session:
            check = find_check(session, self.number)
            return check.binding.value, check.returning.value

    @property
    def held(self) -> int:
        """What lies on the account of the client's checks, in kopecks."""
        return account(ledger.card_check(self.client))

    @property
    def cards(self) -> list[tuple[str | None, str | None]]:
        """The client's bound cards: brand and last digits."""
        with transaction() as session:
            return [(card.brand, card.last4) for card in cards_of(session, self.client)]


def ask_for_link(bank: FakeBank, number: int) -> None:
    """Get the link of a check."""
    order = check_order_of(number, return_url="https://p.test/account/cards", item_name="Проверка")
    record_link(number, bank.create_payment(order), now=NOW)


def start(bank: FakeBank, client: int) -> Walk:
    """Start a check and get its link."""
    number = bind_card(client, NewCheck("tochka", SUM), actor=person(client), now=NOW)
    walk = Walk(bank, client, number, [], [])
    walk.step(lambda: ask_for_link(bank, number))
    return walk


def ticks(walk: Walk) -> None:
    """The payer pays and lets the bank keep the card."""
    walk.pay(walk.bank.pay_by_new_card)


def does_not_tick(walk: Walk) -> None:
    """The payer pays and does not let the bank keep the card."""
    walk.pay(walk.bank.pay)


def is_named_late(walk: Walk) -> None:
    """The bank names the card only after it has told of the money."""
    walk.bank.pay_by_new_card(operation_of(walk.number))
    walk.bank.shows(operation_of(walk.number), card=None)
    walk.step(lambda: hear(walk.bank, walk.number))
    walk.bank.shows(operation_of(walk.number))


BINDINGS = MappingProxyType(
    {"ticks": ticks, "does_not_tick": does_not_tick, "is_named_late": is_named_late}
)
MOODS: MappingProxyType[str, Callable[[Walk], object]] = MappingProxyType(
    {
        "returned": lambda walk: None,
        "answer_lost": lambda walk: walk.bank.goes_silent("refund"),
        "swallowed": lambda walk: walk.bank.swallows("refund"),
        "refused": lambda walk: walk.bank.refuses("refund"),
        "down": lambda walk: walk.bank.is_down("refund"),
        "settling": lambda walk: walk.bank.settles_slowly(),
        "cabinet": lambda walk: walk.bank.made_in_cabinet(operation_of(walk.number), SUM),
    }
)
