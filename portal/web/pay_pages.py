"""What every page of a payer begins with: whose consultation it is, and where to go next."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, current_app, make_response, redirect, url_for

from portal.banks.registry import Account
from portal.domain import clock, ledger
from portal.domain.card_origins import CardOrigin, charged_in
from portal.domain.fundings import Purse
from portal.domain.money import Currency, Money
from portal.jobs.accounts import accounts_taking, is_suspended, taking_payments
from portal.store.consultations import Consultation, consultation_by_token
from portal.store.db import db
from portal.store.fundings import payable_from_balance
from portal.store.ledger import balance
from portal.web.session import visitor


def consultation_of(token: str) -> Consultation:
    """Load what is paid for by the unguessable name in the address; raise NotFound."""
    if len(token) > 43:
        abort(404)
    return consultation_by_token(db.session(), token)


def pay_url(consultation: Consultation) -> str:
    """Return the address that a client pays at, whole, as it is sent to them."""
    return f"{current_app.config['PORTAL'].public_url}/pay/{consultation.pay_token}"


@dataclass(frozen=True, slots=True)
class Till:
    """Which account takes the money for a consultation, and what it asks for."""

    account: Account
    price: Money


def till_of(consultation: Consultation, origin: CardOrigin) -> Till | None:
    """Find where such a card pays: in its own currency, at a price that was written down.

    A Russian card falls back to the consultation's own currency; a foreign one never pays
    elsewhere. None where nobody takes it (domain.md §8).
    """
    price = _price_for(consultation, origin)
    account = taking_payments(price.currency) if price else None
    return Till(account, price) if account and price else None


def till_of_card(consultation: Consultation, origin: CardOrigin, account: str) -> Till | None:
    """Find the till of the account that keeps a card: it charges the card while it takes payments.

    It asks for what the payer was shown, and need not be the account of new links.
    """
    price = _price_for(consultation, origin)
    found = accounts_taking(price.currency) if price else ()
    return next((Till(one, price) for one in found if price and one.name == account), None)


def _price_for(consultation: Consultation, origin: CardOrigin) -> Money | None:
    price = consultation.price_in(charged_in(origin), consultation.slot)
    return consultation.price if price is None and origin is CardOrigin.RUSSIAN else price


def suspended_for(consultation: Consultation, origin: CardOrigin) -> Currency | None:
    """Return the currency that such a card pays in, when only a suspension keeps it from paying."""
    price = _price_for(consultation, origin)
    return price.currency if price and is_suspended(price.currency) else None


def is_owner(consultation: Consultation) -> bool:
    """Tell whether the visitor is the client, signed in: the link alone proves nobody."""
    person = visitor()
    return person is not None and person.id == consultation.client_id


def purse_of(consultation: Consultation) -> Purse | None:
    """Return the owner's free money; None for whoever has only the link, and where none is needed.

    A balance is personal: no other visitor learns even that there is one (C1).
    """
    if not is_owner(consultation) or not consultation.is_payable_at(clock.now()):
        return None
    client_id, currency = consultation.client_id, consultation.currency
    held = balance(db.session(), ledger.available(client_id), currency)
    if not held:
        return None
    return Purse(consultation.price, payable_from_balance(db.session(), client_id, currency), held)


def lead_to(endpoint: str, token: str, **more: Any) -> Response:
    """Send the payer to another page of the same consultation."""
    return make_response(redirect(url_for(endpoint, token=token, **more), code=303))
