"""The client's confirmed press that charges their bound card, without the bank's page (B3)."""

from flask import Blueprint, Response

from portal.banks.registry import Account
from portal.domain import clock
from portal.domain.charges import CardBusy
from portal.domain.errors import AlreadyPaid, NotFound, NotPayable
from portal.domain.payments import PaymentMethod
from portal.jobs import charges as jobs
from portal.jobs.accounts import charging_cards, is_suspended
from portal.jobs.queue import nudge
from portal.store.cards import BoundCard, own_card
from portal.store.consultations import Consultation
from portal.store.db import db
from portal.usecases.checkouts import Checkout, create_payment
from portal.web.access import signed_in
from portal.web.card_words import card_name
from portal.web.forms import OwnCancelForm
from portal.web.fragments import render
from portal.web.pay_pages import consultation_of, is_owner, lead_to
from portal.web.session import actor, me

BUSY = (
    "Прошлое списание с этой карты ещё не закончено: банк не сказал, прошло ли оно. Сейчас ничего "
    "не списано. Подождите немного или выберите другой способ."
)
bp = Blueprint("charges", __name__, url_prefix="/pay")


def _own(token: str, number: int) -> tuple[Consultation, BoundCard, Account]:
    """Load the client's consultation, the card that may be charged for it, and its account."""
    consultation = consultation_of(token)
    account = charging_cards(consultation.currency)
    if account is None or not is_owner(consultation):
        raise NotFound(what="BoundCard", id=number)
    card = own_card(db.session(), number, me().id)
    if card.account != account.name or card.charged_operation is None:
        raise NotFound(what="BoundCard", id=number)
    return consultation, card, account


def _page(
    consultation: Consultation, card: BoundCard, *, status: int = 200, note: str = ""
) -> Response:
    page, form = "checkout/charge.html", OwnCancelForm(formdata=None)
    shown = {"consultation": consultation, "card": card, "name": card_name(card), "form": form}
    return render(page, page, status=status, note=note, **shown)


@bp.get("/<string:token>/charge/<int:number>")
@signed_in
def confirm(token: str, number: int) -> Response:
    """Say from which card how much is taken, and what a return of it means, before the press."""
    if is_suspended(consultation_of(token).currency):
        return lead_to("checkout.method", token)
    consultation, card, _ = _own(token, number)
    if not consultation.is_payable_at(clock.now()) or consultation.is_paid:
        return lead_to("checkout.start", token)
    return _page(consultation, card)


@bp.post("/<string:token>/charge/<int:number>")
@signed_in
def create(token: str, number: int) -> Response:
    """Charge the card by the client's press; a second press is the same charge."""
    if is_suspended(consultation_of(token).currency):
        return lead_to("checkout.method", token)
    consultation, card, account = _own(token, number)
    by_hand = not account.connector.capabilities.returns_charges
    wish = Checkout(account.name, PaymentMethod.CARD, card_id=card.id, by_hand=by_hand)
    try:
        payment_id = create_payment(token, wish, actor=actor(), now=clock.now())
    except (AlreadyPaid, NotPayable):
        return lead_to("checkout.start", token)
    except CardBusy:
        return _page(consultation, card, status=409, note=BUSY)
    nudge(jobs.send, payment_id)
    return lead_to("waiting.wait", token, payment=payment_id)
