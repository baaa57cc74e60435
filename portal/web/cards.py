"""A client's bound cards: what is bound, binding one, how a check goes, unbinding (B1-B4)."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for

from portal.domain import clock
from portal.domain.cards import BindingState, ReturnState
from portal.domain.errors import AccountSuspended, NotFound
from portal.domain.money import Currency
from portal.domain.payments import PaymentStatus
from portal.jobs import payments as jobs
from portal.jobs.accounts import keeping_cards
from portal.jobs.queue import nudge
from portal.store.card_checks import CardCheck, checks_of, find_check
from portal.store.cards import cards_of, own_card
from portal.store.db import db
from portal.usecases.card_checks import NewCheck, bind_card, unbind_card
from portal.web.access import signed_in
from portal.web.card_words import (
    UNAVAILABLE,
    card_name,
    check_sentence,
    check_steps,
    is_chargeable,
)
from portal.web.forms import OwnCancelForm
from portal.web.fragments import is_partial, render
from portal.web.session import actor, me

bp = Blueprint("cards", __name__, url_prefix="/account/cards")
_WAITING = (BindingState.ASKED, BindingState.LINK, BindingState.CHARGED)
POLL_SECONDS = 3


def _told(check: CardCheck) -> dict[str, Any]:
    return {"check": check, "steps": check_steps(check), "sentence": check_sentence(check)}


@bp.get("")
@signed_in
def show_list() -> Response:
    """Show the client's cards, and the checks that are not over or ended badly."""
    page, session = "account/cards.html", db.session()
    checks = [_told(check) for check in checks_of(session, me().id)]
    return render(
        page,
        page,
        cards=[(card, card_name(card), is_chargeable(card)) for card in cards_of(session, me().id)],
        checks=checks,
        can_bind=keeping_cards(Currency.RUB) is not None,
    )


def _new_page(*, status: int = 200, note: str = "") -> Response:
    page, account = "account/card_new.html", keeping_cards(Currency.RUB)
    return render(
        page,
        page,
        status=status,
        form=OwnCancelForm(),
        amount=account.check_amount if account else None,
        note=note if account else UNAVAILABLE,
    )


@bp.get("/new")
@signed_in
def new() -> Response:
    """Say before the client leaves what the bank will take, and that it goes back."""
    return _new_page()


@bp.post("/new")
@signed_in
def create() -> Response:
    """Start a check and ring for its link; the page that waits leads on to the bank."""
    account = keeping_cards(Currency.RUB)
    if account is None:
        return _new_page(status=409)
    check = NewCheck(account.name, account.check_amount)
    try:
        number = bind_card(me().id, check, actor=actor(), now=clock.now())
    except AccountSuspended:
        return _new_page(status=409, note=UNAVAILABLE)
    nudge(jobs.create_link, number)
    return make_response(redirect(url_for("cards.show_check", number=number, link=1), code=303))


def _own_check(number: int) -> CardCheck:
    check = find_check(db.session(), number)
    if check.payment.user_id != me().id:
        raise NotFound(what="CardCheck", id=number)
    return check


@bp.get("/checks/<int:number>")
@signed_in
def show_check(number: int) -> Response:
    """Tell how far a check is; a check that has just begun leads on to the bank's page."""
    check = _own_check(number)
    payment, page = check.payment, "account/card_check.html"
    is_leaving = "link" in request.args and check.binding in (BindingState.ASKED, BindingState.LINK)
    if payment.status is PaymentStatus.PENDING and not is_leaving:
        nudge(jobs.read, number)
    is_moving = check.binding in _WAITING or check.returning is ReturnState.ON_ITS_WAY
    bank_url = payment.link_url if check.binding is BindingState.LINK else None
    answer = render(
        page,
        "account/_card_check.html",
        bank_url=bank_url,
        is_leaving=is_leaving,
        poll_seconds=POLL_SECONDS if is_moving else 0,
        **_told(check),
    )
    if is_partial() and is_leaving and bank_url:
        answer.headers["HX-Redirect"] = bank_url
    return answer


@bp.get("/<int:number>/unbind")
@signed_in
def unbind_form(number: int) -> Response:
    """Ask once more, and say what unbinding is and is not."""
    card, page = own_card(db.session(), number, me().id), "account/card_unbind.html"
    return render(page, page, card=card, name=card_name(card), form=OwnCancelForm())


@bp.post("/<int:number>/unbind")
@signed_in
def unbind(number: int) -> Response:
    """Forget the client's own card."""
    unbind_card(number, actor=actor(), owner_id=me().id, now=clock.now())
    return make_response(redirect(url_for("cards.show_list"), code=303))
