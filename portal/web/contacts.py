"""A person's e-mail and phone, for this one look: masked again whenever the card is opened."""

from flask import Blueprint, Response

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.usecases.contacts import reveal_contacts
from portal.web.access import requires
from portal.web.fragments import render
from portal.web.session import actor

bp = Blueprint("contacts", __name__, url_prefix="/users")


@bp.post("/<int:number>/reveal")
@requires(Permission.USERS_CONTACTS)
def reveal(number: int) -> Response:
    """Show the contacts once; the answer is no page to come back to, so that each look is noted."""
    user = reveal_contacts(number, actor=actor(), now=clock.now())
    return render("users/contacts.html", "users/_contacts.html", user=user, is_revealed=True)
