"""A client whose card may be charged, and the steps of a charge as its job makes them."""

from dataclasses import dataclass
from datetime import datetime

import time_machine
from sqlalchemy import select

from portal.banks.registry import Account, Banks
from portal.domain.payments import PaymentMethod
from portal.domain.refunds import AccountMode
from portal.jobs import charges, payments, refunds
from portal.store.cards import BoundCard
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.checkouts import Checkout, create_payment
from portal.usecases.payments import apply_operation
from portal.usecases.reconciliations import reconcile_refunds
from tests import builders
from tests.builders import DURING, NOW, person
from tests.fakes import FakeBank

#: The price of what is charged, so that it is not taken for the first payment.
LESS = 250_000


@dataclass(frozen=True)
class Scene:
    """A bank that charges cards, Анна, and Кирилл, who has bound a card by his first payment."""

    bank: FakeBank
    anna: object
    kirill: int
    first: int
    card: int
    #: The bank's operation that tells of all charges of the card.
    operation: str

    @property
    def taken(self) -> list[int]:
        """What the bank took from the cards, the payments that bound them left out."""
        return [amount.minor for _, amount in self.bank.charges]

    def begins(self, consultation: int, **changes: object) -> int:
        """Press «Списать» for a consultation; return the payment's number."""
        fields = {"card_id": self.card, "by_hand": True, **changes}
        checkout = Checkout("tochka", PaymentMethod.CARD, **fields)
        token = pay_token(consultation)
        return create_payment(token, checkout, actor=person(self.kirill), now=NOW)

    def charges(self, consultation: int) -> int:
        """Press «Списать», and let the jobs charge and read; return the payment's number."""
        number = self.begins(consultation)
        charges.send(number)
        payments.read(number)
        return number

    def returns(self, payment: int, **changes: object) -> int:
        """Let Анна ask for a refund once the hour has come, and its job see to it."""
        with time_machine.travel(DURING, tick=False):
            refund = builders.ask(self.anna, payment, **changes)
            refunds.submit(refund)
        return refund

    def hears(self, payment: int, now: datetime = DURING) -> None:
        """Read the operation at a moment, and apply all that it says to a payment."""
        operation = self.bank.read_operation(self.operation)
        apply_operation(payment, operation, now=now)
        reconcile_refunds(payment, operation, now=now)


def pay_token(consultation: int) -> str:
    """Return the unguessable name of a consultation's checkout."""
    with transaction() as session:
        return session.get_one(Consultation, consultation).pay_token


def make_scene(app, bank: FakeBank | None = None) -> Scene:
    """Make the people, and a bank unless there is one; the first payment binds the card."""
    bank = bank or FakeBank(charges=True)
    account = Account("tochka", "Точка", bank, AccountMode.ACTIVE, "Консультация")
    app.extensions["banks"] = Banks({"tochka": account})
    anna, kirill = builders.staff(), builders.customer()
    first = binds(bank, kirill)
    with transaction() as session:
        card = session.scalars(select(BoundCard.id)).one()
    return Scene(bank, anna, kirill, first, card, builders.operation_of(first))


def binds(bank: FakeBank, client: int) -> int:
    """Pay a consultation by a card that may be charged later; return the payment's number."""
    checkout = Checkout("tochka", PaymentMethod.CARD, binds_card=True, by_hand=True)
    token = pay_token(builders.book(client))
    number = create_payment(token, checkout, actor=person(client), now=NOW)
    payments.create_link(number)
    bank.pay(builders.operation_of(number), PaymentMethod.CARD)
    payments.read(number)
    return number
