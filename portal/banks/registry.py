"""The bank accounts that the settings describe, each with its connector (F1)."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from portal.banks.config_masks import masked
from portal.banks.freedompay.connector import FreedomPayConnector
from portal.banks.freedompay.settings import FreedomPaySettings
from portal.banks.tochka.connector import TochkaConnector
from portal.banks.tochka.settings import TochkaSettings
from portal.domain.card_ports import CardBinding, CardCharging, TokenCharging
from portal.domain.money import Currency, Money
from portal.domain.ports import BankConnector, BankMisconfigured
from portal.domain.refunds import AccountMode

#: How an installed package adds a bank: an entry point of this group, called with the account's
#: name and its settings, that returns a connector.
GROUP = "portal.banks"
#: A card check is a formality: nobody lends us more than this for it.
CHECK_MAX = 10_000
Maker = Callable[[str, Mapping[str, Any]], BankConnector]


def _tochka(account: str, settings: Mapping[str, Any]) -> BankConnector:
    return TochkaConnector(account, TochkaSettings.model_validate(settings))


def _freedompay(account: str, settings: Mapping[str, Any]) -> BankConnector:
    return FreedomPayConnector(account, FreedomPaySettings.model_validate(settings))


CONNECTORS: dict[str, Maker] = {"tochka": _tochka, "freedompay": _freedompay}


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one bank: its name in the settings, its title, what it is still good for.

    ``item_name`` and ``check_name`` stand on receipts; ``check_minor`` is the sum of a card check.
    Of the accounts that take a currency the one with the lowest ``priority`` does (domain.md §8).
    """

    name: str
    title: str
    connector: BankConnector
    mode: AccountMode
    item_name: str
    check_name: str = "Проверка карты"
    check_minor: int = 200
    priority: int = 1
    #: The settings as people may see them: what is not known to be harmless is hidden.
    shown: Sequence[tuple[str, str]] = ()

    @property
    def currency(self) -> Currency:
        """The currency of the account."""
        return self.connector.currency

    @property
    def check_amount(self) -> Money:
        """What a card check takes, and returns."""
        return Money(self.check_minor, self.currency)

    @property
    def binds_cards(self) -> bool:
        """Whether its bank binds cards on a page of its own, and forgets them when asked."""
        can = self.connector.capabilities.binds_cards
        return can and isinstance(self.connector, CardBinding)

    @property
    def charges_tokens(self) -> bool:
        """Whether a kept card is charged by its token, by an operation of its own (B3)."""
        can = self.connector.capabilities.charges_without_payer
        return can and isinstance(self.connector, TokenCharging)

    @property
    def charges_cards(self) -> bool:
        """Whether the card of a paid order is charged again by that order's operation (B3)."""
        can = self.connector.capabilities.charges_without_payer
        return can and isinstance(self.connector, CardCharging)


class Banks:
    """Every account of this portal, by name."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = dict(accounts)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def get(self, name: str) -> Account:
        """Return an account; raise BankMisconfigured for a name that the settings do not have."""
        if name not in self._accounts:
            raise BankMisconfigured(f"счёта {name} нет в настройках")
        return self._accounts[name]

    def find(self, name: str) -> Account | None:
        """Return an account, None when the settings no longer have it."""
        return self._accounts.get(name)

    def mode_of(self, name: str) -> AccountMode:
        """Return an account's mode; one that the settings no longer have is closed."""
        known = self.find(name)
        return known.mode if known else AccountMode.CLOSED

    def open_in(self, currency: Currency, *, without: Collection[str] = ()) -> Sequence[Account]:
        """Return the accounts that take new payments in this currency, whose turn is first, first.

        Left out are those that the settings have retired, and those named by ``without``.
        """
        found = [
            account
            for account in self
            if account.mode is AccountMode.ACTIVE
            and account.currency is currency
            and account.name not in without
        ]
        return sorted(found, key=lambda account: account.priority)

    def taking_payments(
        self, currency: Currency, *, without: Collection[str] = ()
    ) -> Account | None:
        """Return the account that takes new payments in this currency, but none of ``without``."""
        return next(iter(self.open_in(currency, without=without)), None)


def build_banks(accounts: Mapping[str, Mapping[str, Any]]) -> Banks:
    """Make the accounts; raise BankMisconfigured with one line that names account and setting."""
    banks = Banks({name: _account(name, settings) for name, settings in accounts.items()})
    for currency in Currency:
        _require_order(banks.open_in(currency))
    return banks


def _require_order(rivals: Sequence[Account]) -> None:
    """Raise BankMisconfigured unless the settings say which of these accounts takes a payment."""
    for one, next_one in pairwise(rivals):
        if one.priority == next_one.priority:
            raise BankMisconfigured(
                f"счета {one.name} и {next_one.name}: priority: оба принимают "
                f"{one.currency} с номером {one.priority}, дайте разные"
            )


def _account(name: str, settings: Mapping[str, Any]) -> Account:
    own = dict(settings)
    make = _maker(name, str(own.pop("connector", name)))
    title = str(own.pop("title", name))
    item_name = str(own.pop("item_name", "Консультация психолога"))
    check_name = str(own.pop("check_name", "Проверка карты"))
    check_minor = own.pop("check_minor", 200)
    if not str(check_minor).isdigit() or not 0 < int(check_minor) <= CHECK_MAX:
        raise BankMisconfigured(f"счёт {name}: check_minor: от 1 до {CHECK_MAX} копеек")
    priority = str(own.pop("priority", 1))
    if not re.fullmatch(r"[1-9][0-9]?", priority):
        raise BankMisconfigured(f"счёт {name}: priority: целое число от 1 до 99")
    mode = own.pop("mode", AccountMode.ACTIVE.value)
    if mode not in list(AccountMode):
        raise BankMisconfigured(f"счёт {name}: mode: одно из {', '.join(AccountMode)}")
    try:
        bank = make(name, own)
        told = (item_name, check_name, int(check_minor), int(priority), masked(settings))
        return Account(name, title, bank, AccountMode(mode), *told)
    except ValidationError as error:
        raise BankMisconfigured(f"счёт {name}: {_faults(error)}") from None


def _faults(error: ValidationError) -> str:
    """Name each setting and its fault; the value may be a secret and stays out."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}".removeprefix(": ")
        for fault in error.errors(include_url=False, include_input=False)
    )


def _maker(name: str, kind: str) -> Maker:
    if kind in CONNECTORS:
        return CONNECTORS[kind]
    for point in entry_points(group=GROUP):
        if point.name == kind:
            maker: Maker = point.load()
            return maker
    raise BankMisconfigured(f"счёт {name}: connector: такого коннектора нет")
