"""Accounts from settings: one line says what is wrong, and never a value (F1, F7)."""

import json

import pytest

from portal.banks import registry
from portal.banks.registry import Account, Banks, build_banks
from portal.banks.tochka.connector import TochkaConnector
from portal.domain.money import Currency
from portal.domain.ports import BankConnector, BankMisconfigured, WebhookRegistration
from portal.domain.refunds import AccountMode
from tests.banks.tokens import jwk, key
from tests.fakes import FakeBank

TOCHKA = {"connector": "tochka", "token": "top-secret"}
KAZAKH = {
    "connector": "freedompay",
    "merchant_id": "100001",
    "secret_key": "top-secret",
    "callback_url": "https://pay.example.org/webhooks/kazakh",
}


def banks(*accounts: tuple[str, Currency, AccountMode]) -> Banks:
    return Banks(
        {
            name: Account(name, name, FakeBank(currency), mode, "Консультация")
            for name, currency, mode in accounts
        }
    )


def test_an_account_is_built_from_its_settings():
    (account,) = build_banks({"tochka": {**TOCHKA, "title": "Точка", "mode": "refund_only"}})

    assert (account.name, account.title, account.mode) == (
        "tochka",
        "Точка",
        AccountMode.REFUND_ONLY,
    )
    assert isinstance(account.connector, TochkaConnector)
    assert isinstance(account.connector, WebhookRegistration)
    assert account.currency is Currency.RUB


def test_the_lowest_number_of_a_currency_takes_payments_whatever_stands_first():
    found = build_banks(
        {
            "closed": {**TOCHKA, "mode": "closed"},
            "retired": {**TOCHKA, "mode": "refund_only"},
            "kazakh": KAZAKH,
            "second": {**TOCHKA, "priority": "7"},
            "first": {**TOCHKA, "priority": 2},
        }
    )

    names = [account.name for account in found.open_in(Currency.RUB)]
    assert names == ["first", "second"]
    assert found.taking_payments(Currency.RUB) is found.get("first")
    assert found.taking_payments(Currency.RUB, without={"first"}) is found.get("second")
    assert found.taking_payments(Currency.RUB, without={"first", "second"}) is None
    assert found.taking_payments(Currency.KZT) is found.get("kazakh")


def test_two_merchants_of_one_bank_are_two_accounts_of_their_own():
    own = {"token": "another", "client_id": "two", "receipt": "us", "priority": 2}

    one, two = build_banks({"one": TOCHKA, "two": {**TOCHKA, **own}})

    receipts = [each.connector.capabilities.receipt_by_bank for each in (one, two)]
    assert ([one.name, two.name], receipts) == (["one", "two"], [True, False])
    assert one.connector is not two.connector


def test_two_that_take_a_currency_with_one_number_do_not_start():
    with pytest.raises(BankMisconfigured) as fault:
        build_banks({"old": TOCHKA, "kazakh": KAZAKH, "new": TOCHKA})

    told = "счета old и new: priority: оба принимают RUB с номером 1, дайте разные"
    assert str(fault.value) == told


def test_nobody_takes_payments_in_a_currency_without_an_active_account():
    assert banks(("a", Currency.RUB, AccountMode.CLOSED)).taking_payments(Currency.RUB) is None
    assert banks(("a", Currency.RUB, AccountMode.ACTIVE)).taking_payments(Currency.KZT) is None


def test_an_account_that_the_settings_lack_is_our_own_fault():
    with pytest.raises(BankMisconfigured, match="счёта gone нет в настройках"):
        banks().get("gone")


WEAK = json.dumps([jwk(key("weak", 1024))])
FAULTS = {
    "no token": ({"token": None}, "token: "),
    "an empty token": ({"token": ""}, "token: "),
    "a token with a line end": ({"token": "top-secret\n"}, "token: "),
    "a foreign setting": ({"tokem": "top-secret"}, "tokem: "),
    "plain http": ({"base_url": "http://bank.test"}, "base_url: "),
    "a user in the address": ({"base_url": "https://top-secret@bank.test"}, "base_url: "),
    "no address": ({"base_url": "top-secret"}, "base_url: "),
    "a short code": ({"customer_code": "12345678"}, "customer_code: "),
    "a short point": ({"merchant_id": "1"}, "merchant_id: "),
    "no way to pay": ({"payment_modes": "[]"}, "payment_modes: "),
    "an unknown way to pay": ({"payment_modes": "sbp,top-secret"}, "payment_modes.1: "),
    "the old VAT": ({"vat_type": "vat20"}, "vat_type: "),
    "an endless link": ({"ttl_minutes": "44641"}, "ttl_minutes: "),
    "longer than a job may take": ({"timeout_seconds": "26"}, "timeout_seconds: "),
    "no root": ({"ca_bundle": "/nowhere.pem"}, "ca_bundle: "),
    "a weak key": ({"public_keys": WEAK}, "public_keys: "),
    "no key": ({"public_keys": '[{"kty": "oct", "k": "top-secret"}]'}, "public_keys: "),
    "broken keys": ({"public_keys": "[{"}, "public_keys: "),
    "a far key": ({"public_keys_from": "https://evil.test/key"}, "public_keys_from: "),
    "a near key of a real bank": ({"public_keys_from": "http://127.0.0.1:1/"}, "Value error, "),
    "an unknown mode": ({"mode": "top-secret"}, "mode: "),
    "no number": ({"priority": "top-secret"}, "priority: "),
    "the number zero": ({"priority": 0}, "priority: "),
    "an unknown connector": ({"connector": "top-secret"}, "connector: "),
}


@pytest.mark.parametrize(("changes", "where"), FAULTS.values(), ids=FAULTS.keys())
def test_a_bad_setting_is_named_in_one_line_without_its_value(changes, where):
    settings = {name: value for name, value in {**TOCHKA, **changes}.items() if value is not None}

    with pytest.raises(BankMisconfigured) as fault:
        build_banks({"main": settings})

    text = str(fault.value)
    assert text.startswith(f"счёт main: {where}")
    assert ("top-secret" in text, "\n" in text) == (False, False)


class Point:
    """An entry point as an installed package declares it."""

    name = "kopilka"

    def load(self) -> object:
        """Return what makes a connector."""
        return lambda account, settings: FakeBank(Currency(settings["currency"]))


def test_an_installed_package_adds_a_bank(monkeypatch):
    monkeypatch.setattr(registry, "entry_points", lambda group: [Point()])

    (account,) = build_banks({"piggy": {"connector": "kopilka", "currency": "KZT"}})

    assert isinstance(account.connector, FakeBank)
    assert account.currency is Currency.KZT


def test_the_fake_bank_fits_the_port():
    bank: BankConnector = FakeBank()

    assert bank.currency is Currency.RUB
