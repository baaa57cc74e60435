"""What every page of a payer begins with: whose consultation it is, and where to go next."""

from typing import Any

from flask import Response, abort, current_app, make_response, redirect, url_for

from portal.domain import clock, ledger
from portal.domain.fundings import Purse
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
