"""An account at Freedom Pay from settings: one line says what is wrong, and never a value (F1)."""

import pytest

from portal.banks.freedompay.connector import FreedomPayConnector
from portal.banks.registry import build_banks
from portal.domain.card_ports import CardBinding, TokenCharging
from portal.domain.money import Currency
from portal.domain.payments import PaymentMethod
from portal.domain.ports import BankMisconfigured, SignedAnswers, WebhookRegistration
from tests.banks.freedompay_answers import settings

OWN = {
    "connector": "freedompay",
    "merchant_id": 100001,
    "secret_key": "top-secret",
    "callback_url": "https://pay.example.org/webhooks/kazakh",
}


def test_an_account_is_built_from_its_settings():
    (account,) = build_banks({"kazakh": OWN})

    bank = account.connector
    assert isinstance(bank, FreedomPayConnector)
    assert isinstance(bank, CardBinding)
    assert isinstance(bank, TokenCharging)
    assert isinstance(bank, SignedAnswers)
    assert not isinstance(bank, WebhookRegistration)
    assert (account.currency, bank.capabilities.methods) == (Currency.KZT, (PaymentMethod.CARD,))


@pytest.mark.parametrize(("before", "keys"), [("", ("new",)), ("old", ("new", "old"))])
def test_an_empty_secret_of_before_seals_nothing(before, keys):
    found = settings(secret_key="new", previous_secret_key=before)

    assert found.keys == keys


@pytest.mark.parametrize(
    ("told", "by_bank", "tax"),
    [({}, False, None), ({"receipt": "bank", "tax_type": 0, "vat_percent": 12}, True, 12)],
)
def test_an_account_says_who_makes_its_receipts(told, by_bank, tax):
    (account,) = build_banks({"kazakh": {**OWN, **told}})

    can = account.connector.capabilities
    assert (can.receipt_by_bank, can.vat_percent) == (by_bank, tax)


@pytest.mark.parametrize(("told", "is_on"), [({}, False), ({"charges": "true"}, True)])
def test_cards_are_bound_and_charged_only_where_the_account_says_so(told, is_on):
    (account,) = build_banks({"kazakh": {**OWN, **told}})

    flags = (account.binds_cards, account.charges_tokens, account.charges_cards)
    assert flags == (is_on, is_on, False)


FAULTS = {
    "a receipt without its tax": ({"receipt": "bank"}, "Value error, receipt=bank needs tax_type"),
    "a charge without its receipt": (
        {"receipt": "bank", "tax_type": 0, "charges": True},
        "Value error, charges needs receipt=us",
    ),
    "no secret": ({"secret_key": None}, "secret_key: "),
    "an empty secret": ({"secret_key": ""}, "secret_key: "),
    "no shop": ({"merchant_id": None}, "merchant_id: "),
    "a named shop": ({"merchant_id": "top-secret"}, "merchant_id: "),
    "nowhere to call": ({"callback_url": None}, "callback_url: "),
    "a place with a question": (
        {"callback_url": "https://a.test/top-secret?a=1"},
        "callback_url: ",
    ),
    "plain http": ({"base_url": "http://bank.test"}, "base_url: "),
    "a user in the address": ({"base_url": "https://top-secret@bank.test"}, "base_url: "),
    "yuan": ({"currency": "CNY"}, "currency: "),
    "a page of a minute": ({"lifetime_minutes": 1}, "lifetime_minutes: "),
    "longer than a job may take": ({"timeout_seconds": "26"}, "timeout_seconds: "),
    "an endless pause": ({"min_gap_seconds": 60}, "min_gap_seconds: "),
    "no host of its page": ({"payment_hosts": ""}, "payment_hosts: "),
    "another way to bind": ({"binding": "top-secret"}, "binding: "),
    "a foreign setting": ({"token": "top-secret"}, "token: "),
}


@pytest.mark.parametrize(("changes", "where"), FAULTS.values(), ids=FAULTS.keys())
def test_a_bad_setting_is_named_in_one_line_without_its_value(changes, where):
    settings = {name: value for name, value in {**OWN, **changes}.items() if value is not None}

    with pytest.raises(BankMisconfigured) as fault:
        build_banks({"kazakh": settings})

    text = str(fault.value)
    assert text.startswith(f"счёт kazakh: {where}")
    assert ("top-secret" in text, "\n" in text) == (False, False)
