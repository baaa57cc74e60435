"""The bank accounts of this portal, as the jobs reach them."""

from flask import current_app

from portal.banks.registry import Account, Banks
from portal.domain.refunds import AccountMode


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
