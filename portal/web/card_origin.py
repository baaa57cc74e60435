"""The question whose card it is, and the way for cards that nobody takes yet (A5, A6)."""

from flask import Blueprint, Response, request
from flask import session as cookie

from portal.domain.card_origins import CardOrigin, card_origin, charged_in
from portal.jobs.accounts import taking_payments
from portal.store.consultations import Consultation
from portal.store.db import db
from portal.store.users import User
from portal.usecases.card_origins import remember_card_origin
from portal.web.access import public
from portal.web.checkout_forms import CardOriginForm
from portal.web.countries import visitor_country
from portal.web.formats import MOSCOW
from portal.web.fragments import render
from portal.web.pay_pages import consultation_of, lead_to, purse_of, suspended_for, till_of
from portal.web.session import visitor
from portal.web.zones import ZONES, hour_there

KEY = "card_origin"
bp = Blueprint("card_origin", __name__, url_prefix="/pay")


def answered_origin() -> CardOrigin | None:
    """Return what this person has answered: their account remembers it, else their browser."""
    person = visitor()
    kept = cookie.get(KEY)
    if person is not None and not person.is_staff:
        kept = db.session().get_one(User, person.id).card_origin or kept
    return CardOrigin(kept) if kept in list(CardOrigin) else None


def expected_origin() -> CardOrigin | None:
    """Return whose card to expect of this visitor, or None when they must be asked first."""
    return card_origin(visitor_country(), answered_origin())


@bp.get("/<string:token>/card")
@public
def start(token: str) -> Response:
    """Ask whose card it is, with nothing chosen beforehand; an answer leads on at once."""
    consultation = consultation_of(token)
    if consultation.is_paid:
        return lead_to("waiting.done", token)
    if expected_origin() is CardOrigin.FOREIGN and "change" not in request.args:
        is_served = till_of(consultation, CardOrigin.FOREIGN) is not None
        return lead_to("checkout.method", token) if is_served else _foreign_page(consultation)
    return _question(consultation, CardOriginForm(formdata=None))


def _question(consultation: Consultation, form: CardOriginForm, *, status: int = 200) -> Response:
    zone = ZONES.get(visitor_country() or "", MOSCOW.key)
    page = "checkout/card_origin.html"
    return render(
        page,
        page,
        status=status,
        consultation=consultation,
        form=form,
        purse=purse_of(consultation),
        there=hour_there(consultation.starts_at, zone),
        is_in_kazakhstan=visitor_country() == "KZ",
    )


def _foreign_page(consultation: Consultation) -> Response:
    page = "checkout/foreign.html"
    return render(
        page,
        page,
        consultation=consultation,
        purse=purse_of(consultation),
        has_bank=taking_payments(charged_in(CardOrigin.FOREIGN)) is not None,
        is_waiting=suspended_for(consultation, CardOrigin.FOREIGN) is not None,
        suspended_in=suspended_for(consultation, CardOrigin.RUSSIAN),
        elsewhere=None,
    )


@bp.post("/<string:token>/card")
@public
def answer(token: str) -> Response:
    """Remember the answer, with the account of a client and in any browser, and lead on."""
    consultation, form = consultation_of(token), CardOriginForm()
    if not form.validate_on_submit():
        return _question(consultation, form, status=422)
    origin, person = CardOrigin(form.origin.data), visitor()
    cookie[KEY] = origin.value
    if person is not None and not person.is_staff:
        remember_card_origin(person.id, origin)
    is_russian = origin is CardOrigin.RUSSIAN
    return lead_to("checkout.method" if is_russian else "card_origin.start", token)
