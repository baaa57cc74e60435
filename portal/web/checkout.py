"""The payer's way to the bank: how to pay, and with what (A1, A7, A8)."""

from typing import Any

from flask import Blueprint, Response, current_app

from portal.banks.registry import Account
from portal.domain import clock
from portal.domain.card_origins import CardOrigin
from portal.domain.errors import AccountSuspended, AlreadyPaid, NotPayable
from portal.domain.fundings import BalanceTooLow
from portal.domain.ways import Signs, Ways, ways_to_pay
from portal.jobs import payments as jobs
from portal.jobs.accounts import accounts_taking
from portal.jobs.queue import nudge
from portal.store.cards import BoundCard, cards_of
from portal.store.consultations import Consultation
from portal.store.db import db
from portal.store.method_signs import habit, lost_links
from portal.usecases.balances import pay_from_balance
from portal.usecases.checkouts import Checkout, create_payment
from portal.web.access import public, signed_in
from portal.web.card_origin import answered_origin, expected_origin
from portal.web.card_words import card_name, is_chargeable
from portal.web.checkout_forms import MethodForm
from portal.web.checkout_words import CARD_FIRST, METHOD_WORDS, receipt_words, vat_words
from portal.web.formats import masked_email
from portal.web.fragments import render
from portal.web.pay_pages import (
    Till,
    consultation_of,
    is_owner,
    lead_to,
    purse_of,
    suspended_for,
    till_of,
)
from portal.web.session import actor, me

TOO_LATE = "Эту консультацию уже не оплатить. Деньги не списаны."
TOO_LOW = "На балансе уже не хватает свободных денег. Ничего не списано: выберите другой способ."
UNAVAILABLE = "Оплата временно недоступна, деньги не списаны. Попробуйте через несколько минут."
SUSPENDED = "Приём таких оплат только что приостановили. Деньги не списаны."
bp = Blueprint("checkout", __name__, url_prefix="/pay")


@bp.get("/<string:token>")
@public
def start(token: str) -> Response:
    """Lead the payer to where they stand: how to pay, or done."""
    is_paid = consultation_of(token).is_paid
    return lead_to("waiting.done" if is_paid else "checkout.method", token)


@bp.get("/<string:token>/method")
@public
def method(token: str) -> Response:
    """Ask how to pay; SBP stands first and is chosen (A7)."""
    consultation = consultation_of(token)
    if consultation.is_paid:
        return lead_to("waiting.done", token)
    if _must_ask(consultation):
        return lead_to("card_origin.start", token)
    return _method_page(consultation, MethodForm(formdata=None))


def _must_ask(consultation: Consultation) -> bool:
    """Tell whether it must be known first whose card it is, or such cards are not taken (A5, A6).

    Where nobody takes anything there is nothing to ask.
    """
    origin = expected_origin()
    if origin is CardOrigin.FOREIGN:
        return _till(consultation) is None
    return origin is None and any(till_of(consultation, each) for each in CardOrigin)


def _till(consultation: Consultation) -> Till | None:
    return till_of(consultation, expected_origin() or CardOrigin.RUSSIAN)


def _ways(consultation: Consultation, till: Till) -> Ways:
    account, session, now = till.account, db.session(), clock.now()
    signs = Signs(
        methods=account.connector.capabilities.methods,
        lost_links=lost_links(session, account.name, now=now),
        habit=habit(session, consultation.client_id),
    )
    losses = current_app.config["PORTAL"].sbp_losses
    return ways_to_pay(till.price, signs, losses=losses)


def _small_print(consultation: Consultation, account: Account) -> str:
    can = account.connector.capabilities
    mail = masked_email(consultation.client.email)
    return f"{vat_words(can.vat_percent)} {receipt_words(mail, by_bank=can.receipt_by_bank)}"


def _choice(consultation: Consultation, till: Till, form: MethodForm) -> dict[str, Any]:
    ways, account = _ways(consultation, till), till.account
    is_foreign = expected_origin() is CardOrigin.FOREIGN
    form.offer(ways)
    chosen = form.method.data
    return {
        "ways": [(way, METHOD_WORDS[way], way.value == chosen) for way in ways.methods],
        "why": CARD_FIRST[ways.card_first] if ways.card_first and not is_foreign else "",
        "is_foreign": is_foreign,
        "kept_cards": _kept_cards(consultation, account),
        "may_save": account.connector.capabilities.keeps_cards,
        "may_bind": account.charges_cards,
        "is_answered": answered_origin() is not None,
        "small_print": _small_print(consultation, account),
    }


def _kept_cards(
    consultation: Consultation, account: Account
) -> list[tuple[BoundCard, str, bool]] | None:
    """Name the payer's own cards, and say which the portal can charge.

    Those of the account may be picked at the bank too, those of others in its currency are only
    charged there. None for whoever has only the link, and where none are kept.
    """
    picks = account.connector.capabilities.keeps_cards
    if not is_owner(consultation) or not (picks or account.charges_tokens):
        return None
    tills = {one.name for one in accounts_taking(account.currency)}
    return [
        (card, card_name(card), is_chargeable(card))
        for card in cards_of(db.session(), consultation.client_id)
        if (picks and card.account == account.name)
        or (card.account in tills and is_chargeable(card))
    ]


def _method_page(
    consultation: Consultation, form: MethodForm, *, status: int = 200, note: str = ""
) -> Response:
    till = _till(consultation)
    is_payable = consultation.is_payable_at(clock.now())
    page = "checkout/method.html"
    more = _choice(consultation, till, form) if till else {}
    return render(
        page,
        page,
        status=status,
        consultation=consultation,
        form=form,
        note=note,
        is_payable=is_payable and bool(more.get("ways")),
        is_unserved=is_payable and till is None,
        price=till.price if till else consultation.price,
        **_obstacle(consultation, is_payable=is_payable),
        purse=purse_of(consultation),
        **more,
    )


def _obstacle(consultation: Consultation, *, is_payable: bool) -> dict[str, Any]:
    """Say which currency is suspended for a Russian card, and whether a foreign one pays now."""
    if not is_payable or _till(consultation) is not None:
        return {"suspended_in": None, "elsewhere": None}
    return {
        "suspended_in": suspended_for(consultation, CardOrigin.RUSSIAN),
        "elsewhere": till_of(consultation, CardOrigin.FOREIGN),
    }


@bp.post("/<string:token>/method")
@public
def choose(token: str) -> Response:
    """Start the payment; a job asks the bank for the link while the payer waits on our page."""
    consultation, form = consultation_of(token), MethodForm()
    if _must_ask(consultation):
        return lead_to("card_origin.start", token)
    till = _till(consultation)
    if till is None:
        note = "" if suspended_for(consultation, CardOrigin.RUSSIAN) else UNAVAILABLE
        return _method_page(consultation, form, status=409, note=note)
    form.offer(_ways(consultation, till))
    if not form.validate_on_submit():
        return _method_page(consultation, form, status=422)
    return _begin(consultation, till, form)


def _begin(consultation: Consultation, till: Till, form: MethodForm) -> Response:
    token, account = consultation.pay_token, till.account
    checkout = Checkout(
        account.name,
        form.chosen,
        till.price.currency,
        save_card=form.save_card.data,
        binds_card=form.binds_card.data and account.charges_cards,
        by_hand=not account.connector.capabilities.returns_charges,
    )
    try:
        payment_id = create_payment(token, checkout, actor=actor(), now=clock.now())
    except AlreadyPaid:
        return lead_to("waiting.done", token)
    except NotPayable:
        return _method_page(consultation, form, status=409, note=TOO_LATE)
    except AccountSuspended:
        return _method_page(consultation, form, status=409, note=SUSPENDED)
    nudge(jobs.create_link, payment_id)
    return lead_to("waiting.wait", token, link=1, payment=payment_id)


@bp.post("/<string:token>/balance")
@signed_in
def pay_by_balance(token: str) -> Response:
    """Pay from the client's own free balance, at once; a second press pays nothing."""
    consultation, form = consultation_of(token), MethodForm(formdata=None)
    try:
        pay_from_balance(consultation.id, actor=actor(), now=clock.now(), owner_id=me().id)
    except AlreadyPaid:
        return lead_to("waiting.done", token)
    except (NotPayable, BalanceTooLow) as refusal:
        note = TOO_LOW if isinstance(refusal, BalanceTooLow) else TOO_LATE
        return _method_page(consultation_of(token), form, status=409, note=note)
    return lead_to("waiting.done", token)
