"""The jobs of every payment and refund carry a card check from the link to the return (B1, B4)."""

import time_machine
from sqlalchemy import select

from portal.banks.registry import Account, Banks
from portal.domain.money import Currency
from portal.domain.refunds import AccountMode
from portal.jobs import payments, refunds
from portal.store.card_checks import find_check
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.usecases.card_checks import NewCheck, bind_card
from tests import builders
from tests.builders import NOW, operation_of, payment, person, purse
from tests.fakes import FakeBank


def test_a_check_goes_there_and_back(app):
    bank = FakeBank()
    account = Account("tochka", "Точка", bank, AccountMode.ACTIVE, "Консультация")
    app.extensions["banks"] = Banks({"tochka": account})
    with app.app_context(), time_machine.travel(NOW, tick=True):
        client, check = builders.customer(), NewCheck("tochka", account.check_amount)
        number = bind_card(client, check, actor=person(client), now=NOW)
        payments.create_link(number)
        bank.pay_by_new_card(operation_of(number))
        payments.read(number)
        refunds.submit(payment(number).last_refund_id)
        refunds.reconcile(payment(number).last_refund_id)

        with transaction() as session:
            found = find_check(session, number)
            letters = session.scalars(select(Letter.kind)).all()
        assert letters == []
        assert (found.binding, found.returning) == ("bound", "returned")
        assert (purse(client), builders.errors_in_the_book()) == ((0, 0, 0), [])

    order = bank.payments[operation_number(bank)].order
    assert order.success_url.endswith(f"/account/cards/checks/{number}")
    assert (order.purpose, order.amount.currency) == ("Проверка карты", Currency.RUB)


def operation_number(bank):
    (number,) = bank.payments
    return number
