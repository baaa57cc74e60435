"""The bank accounts of this portal, as the jobs reach them."""

from collections.abc import Sequence

from flask import current_app

from portal.banks.registry import Account, Banks
from portal.domain.money import Currency
from portal.domain.refunds import AccountMode
from portal.store.bank_states import suspended_accounts
from portal.store.db import db


def banks() -> Banks:
    """Return the accounts that the settings describe."""
    found: Banks = current_app.extensions["banks"]
    return found


def account(name: str) -> Account:
    """Return an account by the name that a payment remembers; raise BankMisconfigured."""
    return banks().get(name)


def mode_of(name: str) -> AccountMode:
    """Return what an account is still good for; a removed one, whose payments stay, is closed."""
    return banks().mode_of(name)


def accounts_taking(currency: Currency) -> Sequence[Account]:
    """Return the accounts that take new payments in this currency now, whose turn is first, first.

    Suspended ones do not. All of them charge the cards that they keep (B3).
    """
    return banks().open_in(currency, without=suspended_accounts(db.session()))


def taking_payments(currency: Currency) -> Account | None:
    """Return the account that new links in this currency are asked of now, if there is one."""
    return next(iter(accounts_taking(currency)), None)


def is_suspended(currency: Currency) -> bool:
    """Tell whether this currency is taken by nobody only because somebody has suspended it."""
    return taking_payments(currency) is None and banks().taking_payments(currency) is not None


def keeping_cards(currency: Currency) -> Account | None:
    """Return the account that takes new payments and keeps cards in this currency."""
    found = taking_payments(currency)
    return found if found and found.connector.capabilities.keeps_cards else None


def binding_cards(currency: Currency) -> Account | None:
    """Return the account that takes new payments and binds cards on its bank's own page."""
    found = taking_payments(currency)
    return found if found and found.binds_cards else None
