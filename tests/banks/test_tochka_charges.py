"""Tochka's chargeable cards: a setting that is off, and answers that are no clear yes (§11.2)."""

import pytest
from pydantic import ValidationError

from portal.banks.tochka.settings import TochkaSettings
from portal.conformance.orders import CARD, SBP, half, order
from portal.domain.ports import BankRefused, BankUnavailable

ON = {"chargeable_cards": True, "receipt": "us"}


@pytest.mark.parametrize(
    "settings",
    [
        {"chargeable_cards": True},
        {"chargeable_cards": True, "receipt": "bank"},
        {**ON, "payment_modes": "sbp"},
    ],
)
def test_it_is_not_switched_on_where_the_receipt_is_the_banks(settings):
    with pytest.raises(ValidationError, match="chargeable_cards needs receipt=us"):
        TochkaSettings(token="t", **settings)


def test_it_is_off_when_nobody_has_said():
    assert TochkaSettings(token="t").chargeable_cards is False


@pytest.mark.parametrize("methods", [(SBP,), (SBP, CARD)])
def test_only_a_card_alone_is_bound(tochka_world, methods):
    bank = tochka_world.charges_cards()

    with pytest.raises(BankRefused):
        bank.create_payment(order(tochka_world, methods=methods, chargeable=True))


def test_an_account_without_it_binds_no_card(tochka_world):
    with pytest.raises(BankRefused):
        tochka_world.connector.create_payment(order(tochka_world, methods=(CARD,), chargeable=True))


@pytest.mark.parametrize("fault", ["status_424", "status_500", "malformed", "status_424_after"])
def test_an_unclear_answer_to_a_charge_is_never_a_no(tochka_world, fault):
    bank = tochka_world.charges_cards()
    operation_id = bank.create_payment(
        order(tochka_world, methods=(CARD,), chargeable=True)
    ).operation_id
    tochka_world.pay(operation_id, CARD)
    tochka_world.fault("charge", fault)

    with pytest.raises(BankUnavailable) as lost:
        bank.charge(operation_id, half(tochka_world))

    assert lost.value.sent is True
