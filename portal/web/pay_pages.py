"""What every page of a payer begins with: whose consultation it is, and where to go next."""

from typing import Any

from flask import Response, abort, make_response, redirect, url_for

from portal.store.consultations import Consultation, consultation_by_token
from portal.store.db import db


def consultation_of(token: str) -> Consultation:
    """Load what is paid for by the unguessable name in the address; raise NotFound."""
    if len(token) > 43:
        abort(404)
    return consultation_by_token(db.session(), token)


def lead_to(endpoint: str, token: str, **more: Any) -> Response:
    """Send the payer to another page of the same consultation."""
    return make_response(redirect(url_for(endpoint, token=token, **more), code=303))
