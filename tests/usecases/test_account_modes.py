"""What an account is good for in each mode, and once its settings are gone (F1, F8)."""

from dataclasses import replace

import pytest
import time_machine

from portal.banks.registry import Banks
from portal.domain.money import Currency
from portal.domain.payments import PaymentStatus
from portal.domain.refunds import AccountMode, NotRefundable, RefundStatus
from portal.jobs import payments
from portal.jobs.accounts import accounts_taking, mode_of
from portal.usecases.banks import suspend_account
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, payment, purse, rub
from tests.usecases.charges import make_scene

ACTIVE, REFUND_ONLY, CLOSED = AccountMode.ACTIVE, AccountMode.REFUND_ONLY, AccountMode.CLOSED


@pytest.fixture
def scene(app):
    """Give a payment that the bank has taken and we have not heard of, and a cancelled meeting."""
    with app.app_context(), time_machine.travel(NOW, tick=False):
        scene = make_scene(app)
        number = scene.begins(builders.book(scene.kirill), card_id=None)
        payments.create_link(number)
        scene.bank.pay(builders.operation_of(number))
        builders.cancel(scene.anna, payment(number).consultation_id)
        yield scene, number


def becomes(app, mode):
    """Start anew with another mode of the account, None for settings without it."""
    account = app.extensions["banks"].get("tochka")
    kept = {"tochka": replace(account, mode=mode)} if mode else {}
    app.extensions["banks"] = Banks(kept)


@pytest.mark.parametrize("is_suspended", [False, True])
@pytest.mark.parametrize("mode", [ACTIVE, REFUND_ONLY])
def test_old_payments_are_read_and_returned_until_an_account_is_closed(
    app, scene, mode, is_suspended
):
    scene, number = scene
    becomes(app, mode)
    if is_suspended:
        suspend_account("tochka", "Сверяем", actor=scene.anna, now=NOW)

    payments.read(number)
    refund = scene.returns(number, mode=mode_of("tochka"))

    assert payment(number).status is PaymentStatus.PAID
    assert builders.refund(refund).status is RefundStatus.SUBMITTED
    assert scene.bank.refunds == [(builders.operation_of(number), rub(PRICE))]
    taking = [each.name for each in accounts_taking(Currency.RUB)]
    assert taking == (["tochka"] if mode is ACTIVE and not is_suspended else [])
    assert errors_in_the_book() == []


@pytest.mark.parametrize("mode", [CLOSED, None])
def test_a_closed_account_returns_nothing_and_the_money_stays_the_clients(app, scene, mode):
    scene, number = scene
    payments.read(number)
    becomes(app, mode)

    with pytest.raises(NotRefundable) as refusal:
        scene.returns(number, mode=mode_of("tochka"))

    assert refusal.value.rule.code == "account_closed"
    assert (scene.bank.refunds, purse(scene.kirill)) == ([], (PRICE, PRICE, 0))
    assert accounts_taking(Currency.RUB) == []


def test_a_closed_account_is_still_read(app, scene):
    scene, number = scene
    becomes(app, CLOSED)

    payments.read(number)

    assert payment(number).status is PaymentStatus.PAID
