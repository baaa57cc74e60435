"""«Попросить возврат»: the client's form, and the no of staff; a yes is the refund (D3, C1)."""

from flask import Blueprint, Response, flash, url_for

from portal.domain import clock
from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.permissions import Permission
from portal.domain.refund_requests import NotAskable, rule_against_asking
from portal.store.db import db
from portal.store.payment_rows import PaymentRow, payment_row
from portal.store.refund_requests import ask_facts, last_request
from portal.usecases.refund_requests import ask_for_refund, decline_request
from portal.web.access import requires, signed_in
from portal.web.ask_forms import AskForm, DeclineForm
from portal.web.ask_words import ASKED, DECLINED_ALREADY, RULES
from portal.web.fragments import go, render
from portal.web.session import actor, me

bp = Blueprint("refund_requests", __name__)


def _own_row(number: int) -> PaymentRow:
    row = payment_row(db.session(), number, now=clock.now())
    if row.user_id != me().id:
        raise NotFound(what="Payment", id=number)
    return row


def _ask_page(row: PaymentRow, form: AskForm, *, note: str, status: int = 200) -> Response:
    page = "account/ask.html"
    return render(page, page, status=status, payment=row, form=form, note=note)


@bp.get("/account/payments/<int:number>/ask")
@signed_in
def ask_form(number: int) -> Response:
    """Ask whether the client wants to add anything, or say why there is nothing to ask for."""
    row = _own_row(number)
    facts = ask_facts(row, last_request(db.session(), number))
    rule = rule_against_asking(facts, clock.now())
    return _ask_page(row, AskForm(formdata=None), note=RULES[rule] if rule else "")


@bp.post("/account/payments/<int:number>/ask")
@signed_in
def ask(number: int) -> Response:
    """Hand the request to staff; the same form twice is one request."""
    row, form = _own_row(number), AskForm()
    if not form.validate_on_submit():
        return _ask_page(row, form, note="", status=422)
    comment = (form.comment.data or "").strip()
    try:
        ask_for_refund(number, comment, actor=actor(), now=clock.now())
    except NotAskable as refusal:
        return _ask_page(row, form, note=RULES[refusal.why], status=409)
    flash(ASKED, "good")
    return go(url_for("account.show"))


def _decline_page(number: int, form: DeclineForm, *, note: str = "", status: int = 200) -> Response:
    request = last_request(db.session(), number)
    if request is None:
        raise NotFound(what="RefundRequest", id=number)
    row = payment_row(db.session(), number, now=clock.now())
    page = "payments/decline.html"
    return render(page, page, status=status, payment=row, asked=request, form=form, note=note)


@bp.get("/payments/<int:number>/decline")
@requires(Permission.REFUNDS_CREATE)
def decline_form(number: int) -> Response:
    """Show what the client asks for, and ask for the reason of the no."""
    return _decline_page(number, DeclineForm(formdata=None))


@bp.post("/payments/<int:number>/decline")
@requires(Permission.REFUNDS_CREATE)
def decline(number: int) -> Response:
    """Say no to the client, who reads the reason in their account and in a letter."""
    form = DeclineForm()
    if not form.validate_on_submit():
        return _decline_page(number, form, status=422)
    try:
        decline_request(number, form.reason.data.strip(), actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _decline_page(number, form, note=DECLINED_ALREADY, status=409)
    flash("Клиенту отказано: причину он прочитает в кабинете и в письме.", "good")
    return go(url_for("payments.show", number=number))
