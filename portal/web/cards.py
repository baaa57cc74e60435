"""A client's bound cards: what is bound, binding one, how a check goes, unbinding (B1-B4)."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, request, url_for

from portal.banks.registry import Account
from portal.domain import clock
from portal.domain.card_origins import CardOrigin, charged_in
from portal.domain.cards import BindingState, ReturnState
from portal.domain.errors import AccountSuspended, NotFound
from portal.domain.payments import PaymentStatus
from portal.jobs import cards as card_jobs
from portal.jobs import payments as jobs
from portal.jobs.accounts import banks, binding_cards, keeping_cards
from portal.jobs.queue import nudge
from portal.store.card_checks import CardCheck, checks_of, find_check
from portal.store.cards import BoundCard, cards_of, own_card
from portal.store.db import db
from portal.usecases.bindings import start_binding
from portal.usecases.card_checks import NewCheck, bind_card, unbind_card
from portal.web.access import signed_in
from portal.web.bindings import told_binding
from portal.web.card_waits import CardWait, wait_for_card
from portal.web.card_words import (
    AGAIN,
    UNAVAILABLE,
    card_name,
    card_note,
    check_sentence,
    check_steps,
)
from portal.web.forms import OwnCancelForm
from portal.web.fragments import render
from portal.web.session import actor, me

bp = Blueprint("cards", __name__, url_prefix="/account/cards")
_WAITING = (BindingState.ASKED, BindingState.LINK, BindingState.CHARGED)


def _told(check: CardCheck, *, is_declined: bool = False) -> dict[str, Any]:
    sentence = check_sentence(check, is_declined=is_declined)
    return {"check": check, "steps": check_steps(check), "sentence": sentence}


@bp.get("")
@signed_in
def show_list() -> Response:
    """Show the client's cards, and the checks that are not over or ended badly."""
    page, session = "account/cards.html", db.session()
    checks = [_told(check) for check in checks_of(session, me().id)]
    return render(
        page,
        page,
        cards=[(card, card_name(card), card_note(card)) for card in cards_of(session, me().id)],
        checks=checks,
        binding=told_binding(me().id),
        can_bind=any(_ways_to_bind().values()),
    )


def _ways_to_bind() -> dict[str, Any]:
    """Say where a card of each kind is bound now: by a check of ours, or on the bank's page."""
    return {
        "checking": keeping_cards(charged_in(CardOrigin.RUSSIAN)),
        "abroad": binding_cards(charged_in(CardOrigin.FOREIGN)),
    }


def _new_page(*, status: int = 200, note: str = "") -> Response:
    page, ways = "account/card_new.html", _ways_to_bind()
    is_possible = any(ways.values())
    note = note if is_possible else UNAVAILABLE
    return render(page, page, status=status, form=OwnCancelForm(), note=note, **ways)


@bp.get("/new")
@signed_in
def new() -> Response:
    """Say before the client leaves what the bank will take, and that it goes back."""
    return _new_page()


@bp.post("/new")
@signed_in
def create() -> Response:
    """Begin to bind a card and ring for the page; the page that waits leads on to the bank."""
    ways = _ways_to_bind()
    if request.form.get("origin") == CardOrigin.FOREIGN:
        return _begin_abroad(ways["abroad"])
    account = ways["checking"]
    if account is None:
        return _new_page(status=409, note=UNAVAILABLE)
    check = NewCheck(account.name, account.check_amount)
    try:
        number = bind_card(me().id, check, actor=actor(), now=clock.now())
    except AccountSuspended:
        return _new_page(status=409, note=UNAVAILABLE)
    nudge(jobs.create_link, number)
    return make_response(redirect(url_for("cards.show_check", number=number, link=1), code=303))


def _begin_abroad(account: Account | None) -> Response:
    if account is None:
        return _new_page(status=409, note=UNAVAILABLE)
    try:
        number = start_binding(me().id, account.name, actor=actor(), now=clock.now())
    except AccountSuspended:
        return _new_page(status=409, note=UNAVAILABLE)
    nudge(card_jobs.open_page, number)
    return make_response(redirect(url_for("bindings.show", number=number, link=1), code=303))


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
    payment = check.payment
    is_leaving = "link" in request.args and check.binding in (BindingState.ASKED, BindingState.LINK)
    if payment.status is PaymentStatus.PENDING and not is_leaving:
        nudge(jobs.read, number)
    link, declined = request.args.get("link"), request.args.get("declined")
    wait = CardWait(
        url_for("cards.show_check", number=number, link=link, declined=declined),
        payment.link_url if check.binding is BindingState.LINK else None,
        is_leaving,
        check.binding in _WAITING or check.returning is ReturnState.ON_ITS_WAY,
        url_for("cards.new") if check.binding in AGAIN else "",
    )
    return wait_for_card(_told(check, is_declined=declined is not None), wait)


@bp.get("/<int:number>/unbind")
@signed_in
def unbind_form(number: int) -> Response:
    """Ask once more, and say what unbinding is and is not."""
    card, page = own_card(db.session(), number, me().id), "account/card_unbind.html"
    is_forgotten = _is_forgotten_at_bank(card)
    return render(
        page, page, card=card, name=card_name(card), form=OwnCancelForm(), at_bank=is_forgotten
    )


def _is_forgotten_at_bank(card: BoundCard) -> bool:
    """Tell whether the bank can be asked to forget the card too (B4)."""
    account = banks().find(card.account)
    return account is not None and account.binds_cards


@bp.post("/<int:number>/unbind")
@signed_in
def unbind(number: int) -> Response:
    """Forget the client's own card."""
    at_bank = _is_forgotten_at_bank(own_card(db.session(), number, me().id))
    unbind_card(number, actor=actor(), owner_id=me().id, now=clock.now(), at_bank=at_bank)
    if at_bank:
        nudge(card_jobs.forget, number)
    return make_response(redirect(url_for("cards.show_list"), code=303))
