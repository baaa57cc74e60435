"""The client's confirmed press that charges their bound card, without the bank's page (B3)."""

from flask import Blueprint, Response

from portal.domain import clock
from portal.domain.card_origins import CardOrigin, charged_in
from portal.domain.charges import CardBusy
from portal.domain.errors import AccountSuspended, AlreadyPaid, NotFound, NotPayable
from portal.domain.payments import PaymentMethod
from portal.jobs import charges as jobs
from portal.jobs.queue import nudge
from portal.store.bank_states import find_suspension
from portal.store.cards import BoundCard, own_card
from portal.store.consultations import Consultation
from portal.store.db import db
from portal.usecases.checkouts import Checkout, create_payment
from portal.web.access import signed_in
from portal.web.card_origin import expected_origin
from portal.web.card_words import card_name, is_chargeable
from portal.web.forms import OwnCancelForm
from portal.web.fragments import render
from portal.web.pay_pages import (
    Till,
    consultation_of,
    is_owner,
    lead_to,
    till_of_card,
)
from portal.web.session import actor, me

BUSY = (
    "Прошлое списание с этой карты ещё не закончено: банк не сказал, прошло ли оно. Сейчас ничего "
    "не списано. Подождите немного или выберите другой способ."
)
bp = Blueprint("charges", __name__, url_prefix="/pay")


def _own(token: str, number: int) -> tuple[Consultation, BoundCard, Till]:
    """Load the client's consultation, the card that may be charged for it, and where and what.

    Raises NotFound for what may not be charged, AccountSuspended for what will be again.
    """
    consultation = consultation_of(token)
    if not is_owner(consultation):
        raise NotFound(what="BoundCard", id=number)
    card = own_card(db.session(), number, me().id)
    if find_suspension(db.session(), card.account) is not None:
        raise AccountSuspended(account=card.account)
    till = till_of_card(consultation, _origin(), card.account)
    if till is None or not is_chargeable(card):
        raise NotFound(what="BoundCard", id=number)
    return consultation, card, till


def _origin() -> CardOrigin:
    """Return whose card to expect: the page of ways to pay has asked when it was not known."""
    return expected_origin() or CardOrigin.RUSSIAN


def _page(
    consultation: Consultation, card: BoundCard, till: Till, *, status: int = 200, note: str = ""
) -> Response:
    page = "checkout/charge.html"
    return render(
        page,
        page,
        status=status,
        note=note,
        consultation=consultation,
        card=card,
        name=card_name(card),
        price=till.price,
        by_hand=not till.account.connector.capabilities.returns_charges,
        is_foreign=till.price.currency is charged_in(CardOrigin.FOREIGN),
        form=OwnCancelForm(formdata=None),
    )


def _wish(card: BoundCard, till: Till) -> Checkout:
    return Checkout(
        till.account.name,
        PaymentMethod.CARD,
        till.price.currency,
        card_id=card.id,
        by_hand=not till.account.connector.capabilities.returns_charges,
        by_token=till.account.charges_tokens,
    )


@bp.get("/<string:token>/charge/<int:number>")
@signed_in
def confirm(token: str, number: int) -> Response:
    """Say from which card how much is taken, and what a return of it means, before the press."""
    try:
        consultation, card, till = _own(token, number)
    except AccountSuspended:
        return lead_to("checkout.method", token)
    if not consultation.is_payable_at(clock.now()) or consultation.is_paid:
        return lead_to("checkout.start", token)
    return _page(consultation, card, till)


@bp.post("/<string:token>/charge/<int:number>")
@signed_in
def create(token: str, number: int) -> Response:
    """Charge the card by the client's press; a second press is the same charge."""
    try:
        return _charge(*_own(token, number))
    except AccountSuspended:
        return lead_to("checkout.method", token)


def _charge(consultation: Consultation, card: BoundCard, till: Till) -> Response:
    token, wish = consultation.pay_token, _wish(card, till)
    try:
        payment_id = create_payment(token, wish, actor=actor(), now=clock.now())
    except (AlreadyPaid, NotPayable):
        return lead_to("checkout.start", token)
    except CardBusy:
        return _page(consultation, card, till, status=409, note=BUSY)
    nudge(jobs.send, payment_id)
    return lead_to("waiting.wait", token, payment=payment_id)
