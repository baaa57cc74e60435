"""The bank accounts of this portal, as the jobs reach them."""

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


def taking_payments(currency: Currency) -> Account | None:
    """Return the account that takes new payments in this currency now: suspended ones do not."""
    return banks().taking_payments(currency, without=suspended_accounts(db.session()))


def is_suspended(currency: Currency) -> bool:
    """Tell whether this currency is taken by nobody only because somebody has suspended it."""
    return taking_payments(currency) is None and banks().taking_payments(currency) is not None


def keeping_cards(currency: Currency) -> Account | None:
    """Return the account that takes new payments and keeps cards in this currency."""
    found = taking_payments(currency)
    return found if found and found.connector.capabilities.keeps_cards else None
