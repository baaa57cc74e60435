"""A client's own pages: consultations, balance in plain words, cancelling (C1, D3)."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, redirect, url_for

from portal.domain import clock
from portal.domain.consultations import CancelledBy, ConsultationStatus, TooLateToCancel
from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.permissions import Permission
from portal.store.consultation_lists import ConsultationFilter, list_consultations
from portal.store.consultations import consultation_card
from portal.store.db import db
from portal.store.fundings import funders_of
from portal.store.lists import PageRequest
from portal.store.payments import paid_by_consultation
from portal.store.user_lists import balances_of, statement
from portal.usecases.consultations import Cancellation, Owner, cancel_consultation
from portal.web.access import requires, signed_in
from portal.web.formats import money
from portal.web.forms import OwnCancelForm
from portal.web.fragments import render
from portal.web.own_refunds import own_money
from portal.web.session import actor, me

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@signed_in
def show() -> Response:
    """Show the client's consultations and what their balance is for."""
    wanted = ConsultationFilter(client_id=me().id, page=PageRequest(per=100))
    now = clock.now()
    page = "account/show.html"
    return render(
        page,
        page,
        consultations=list_consultations(db.session(), wanted, now=now).items,
        balances=balances_of(db.session(), [me().id]).get(me().id, ()),
        scheduled=ConsultationStatus.SCHEDULED,
        own_money=own_money(),
        proofs=paid_by_consultation(db.session(), me().id),
        now=now,
        funders=funders_of(db.session(), me().id),
        latest=now + own_notice(),
    )


@bp.get("/balance")
@signed_in
def balance() -> Response:
    """Show every movement of the client's money, each with its cause."""
    page = "account/balance.html"
    return render(
        page,
        page,
        balances=balances_of(db.session(), [me().id]).get(me().id, ()),
        statement=statement(db.session(), me().id),
    )


def own_notice() -> timedelta:
    """Return how long before its start a client may still cancel a consultation."""
    return timedelta(hours=current_app.config["PORTAL"].own_cancel_hours)


def _own(number: int) -> dict[str, Any]:
    consultation = consultation_card(db.session(), number)
    if consultation.client_id != me().id:
        raise NotFound(what="Consultation", id=number)
    now, until = clock.now(), consultation.starts_at - own_notice()
    return {
        "consultation": consultation,
        "state": consultation.status_at(now),
        "until": until,
        "is_late": now >= until,
    }


@bp.get("/consultations/<int:number>/cancel")
@requires(Permission.OWN_CANCEL)
def cancel_form(number: int) -> Response:
    """Ask once more, and say what becomes of the money."""
    page = "account/cancel.html"
    return render(page, page, form=OwnCancelForm(), note="", **_own(number))


@bp.post("/consultations/<int:number>/cancel")
@requires(Permission.OWN_CANCEL)
def cancel(number: int) -> Response:
    """Cancel the client's own consultation; the money becomes free on their balance."""
    page = "account/cancel.html"
    wish, owner = Cancellation(CancelledBy.CLIENT, ""), Owner(me().id, own_notice())
    try:
        cancel_consultation(number, wish, actor=actor(), now=clock.now(), owner=owner)
    except TooLateToCancel:
        return render(page, page, status=409, form=OwnCancelForm(), note="", **_own(number))
    except AlreadyMoved:
        note = "Эту консультацию уже не отменить. Ничего не изменилось."
        return render(page, page, status=409, form=OwnCancelForm(), note=note, **_own(number))
    flash(_cancelled_words(number))
    return make_response(redirect(url_for("account.show"), code=303))


def _cancelled_words(number: int) -> str:
    consultation = consultation_card(db.session(), number)
    if not consultation.is_paid:
        return "Консультация отменена. Деньги не двигались."
    return f"Консультация отменена. {money(consultation.price)} теперь свободны на вашем балансе."
