"""«Вернуть деньги»: the dialog, its progress, undoing, and a person's word about an unknown one."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    render_template,
    request,
    url_for,
)

from portal.domain import clock
from portal.domain.errors import AlreadyMoved, BadAmount
from portal.domain.money import Money, parse_amount
from portal.domain.permissions import Permission
from portal.domain.refunds import (
    NotRefundable,
    RefundReason,
    RefundStatus,
    RemainderChanged,
    rule_in_the_way,
)
from portal.jobs import refunds as jobs
from portal.jobs.accounts import mode_of
from portal.jobs.queue import nudge
from portal.store.db import db
from portal.store.payment_rows import PaymentRow, payment_row
from portal.store.refunds import Refund, refund_card
from portal.usecases.refunds import RefundWish, cancel_refund, request_refund
from portal.web.access import can, requires
from portal.web.forms import RefundForm, SumForm
from portal.web.fragments import go, is_partial, render
from portal.web.payments import line_of, rights
from portal.web.refund_words import Progress, effects, explain, progress, sum_changed
from portal.web.session import actor
from portal.web.step_ups import draft

SOURCE_CHANGED = (
    "Изменилось, чьими деньгами платится возврат: прочтите, что произойдёт, и отправьте ещё раз. "
    "Деньги не отправлялись."
)
bp = Blueprint("refunds", __name__)


def _row(number: int) -> PaymentRow:
    return payment_row(db.session(), number, now=clock.now())


def _dialog(
    row: PaymentRow, form: RefundForm, *, status: int = 200, note: str | None = None
) -> Response:
    """Show the form, or why there can be none, in the dialog and as a page."""
    rule = rule_in_the_way(row.facts(rights(), mode_of(row.account)))
    return render(
        "refunds/new.html",
        "refunds/_form.html",
        status=status,
        payment=row,
        form=form,
        blocked=explain(rule, row) if rule else None,
        limit=rights().limit,
        effects=effects(row, _typed_amount(form, row)),
        amount=_typed_amount(form, row),
        note=note,
    )


def _typed_amount(form: RefundForm, row: PaymentRow) -> Money | None:
    if form.mode.data != "part":
        return row.refundable
    try:
        return parse_amount(form.amount.data or "", row.currency)
    except BadAmount:
        return None


@bp.get("/payments/<int:number>/refund")
@requires(Permission.PAYMENTS_READ)
def new(number: int) -> Response:
    """Show the refund form; nothing is made but the key that keeps its refund single."""
    row = _row(number)
    typed = draft()
    form = RefundForm(formdata=typed)
    form.renew(row.facts(rights(), mode_of(row.account)))
    if typed is None:
        form.suggest(row.refundable, rights().limit)
    return _dialog(row, form)


@bp.get("/payments/<int:number>/refund/preview")
@requires(Permission.REFUNDS_CREATE)
def preview(number: int) -> Response:
    """Reckon what will happen for the sum that is being typed; nothing is stored."""
    row = _row(number)
    form = RefundForm(formdata=request.args, meta={"csrf": False})
    amount = _typed_amount(form, row)
    html = render_template("refunds/_effects.html", amount=amount, effects=effects(row, amount))
    return make_response(html)


@bp.post("/payments/<int:number>/refund")
@requires(Permission.REFUNDS_CREATE)
def create(number: int) -> Response:
    """Write the refund down and ring for its job; the same form sent twice is one refund."""
    row = _row(number)
    form = RefundForm()
    if not form.validate_for(row):
        return _dialog(row, form, status=422)
    try:
        wish = wish_of(form, row, RefundReason(form.reason.data), (form.comment.data or "").strip())
        refund_id = request_refund(wish, actor=actor(), now=clock.now())
    except RemainderChanged:
        return _changed(number, form)
    except NotRefundable as refusal:
        return _refused(number, form, refusal)
    nudge(jobs.submit, refund_id)
    if is_partial():
        return _progress(refund_id)
    return go(url_for("refunds.show", number=refund_id))


def wish_of(
    form: SumForm, row: PaymentRow, reason: RefundReason, comment: str = "", *, own: bool = False
) -> RefundWish:
    """Read a form that was checked as the wish to return money; ``own`` is the client's."""
    return RefundWish(
        intent_key=form.intent_key.data,
        payment_id=row.id,
        expected_remaining=Money(int(form.expected_remaining.data), row.currency),
        expected_from_revenue=bool(form.from_revenue.data),
        amount=form.money(row.currency),
        reason=reason,
        comment=comment,
        mode=mode_of(row.account),
        undo=timedelta(seconds=current_app.config["PORTAL"].refund_undo_seconds),
        own=own,
    )


def _changed(number: int, form: RefundForm) -> Response:
    """Somebody was faster: the same form as it is now, to be looked at and sent again."""
    row, seen, sum_seen = _row(number), form.from_revenue.data, form.expected_remaining.data
    form.renew(row.facts(rights(), mode_of(row.account)))
    is_sum = bool(form.from_revenue.data) is bool(seen)
    note = sum_changed(row, int(sum_seen or 0)) if is_sum else SOURCE_CHANGED
    return _dialog(row, form, status=409, note=note)


def _refused(number: int, form: RefundForm, refusal: NotRefundable) -> Response:
    row = _row(number)
    if rule_in_the_way(row.facts(rights(), mode_of(row.account))) is None:
        # The payment may be refunded, this sum may not: say it at the field.
        form.amount.errors = [explain(refusal.rule, row).text]
        return _dialog(row, form, status=422)
    return _dialog(row, form, status=409)


@bp.get("/refunds/<int:number>")
@requires(Permission.PAYMENTS_READ)
def show(number: int) -> Response:
    """Show how far a refund is; without JavaScript the page looks again by itself."""
    return _progress(number)


def _progress(number: int, *, status: int = 200) -> Response:
    refund = refund_card(db.session(), number)
    if refund.reason is RefundReason.CARD_CHECK:
        return go(url_for("card_checks.show_list"))
    row = payment_row(db.session(), refund.payment_id, now=clock.now())
    return render(
        "refunds/show.html",
        "refunds/_dialog_progress.html",
        status=status,
        **_context(refund, row),
    )


def _context(refund: Refund, row: PaymentRow) -> dict[str, Any]:
    return {
        "refund": refund,
        "payment": row,
        "line": line_of(row),
        "progress": progress(refund, row, clock.now()),
        "with_row": is_partial() and _shows_rows(_behind()),
        "renews": is_partial() and _behind() != url_for("payments.show_list"),
        "may_resolve": refund.status is RefundStatus.UNKNOWN and can(Permission.REFUNDS_RESOLVE),
    }


def _shows_rows(path: str) -> bool:
    return path == url_for("payments.show_list") or path.startswith("/users/")


def _behind() -> str:
    """Return the path of the page on which the dialog is open; its row travels, its sums do not."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path


@bp.get("/refunds/<int:number>/status")
@requires(Permission.PAYMENTS_READ)
def status(number: int) -> Response:
    """Answer a poll: 204 nothing new, 200 the new fragment, 286 the last one (ux.md §1.7)."""
    refund = refund_card(db.session(), number)
    row = payment_row(db.session(), refund.payment_id, now=clock.now())
    seen = request.args.get("v", "")
    state: Progress = progress(refund, row, clock.now())
    if seen == state.version:
        return make_response("", 204)
    partial = "dialog" in request.args
    html = render_template("refunds/_progress.html", partial=partial, **_context(refund, row))
    return make_response(html, 200 if state.poll_seconds else 286)


@bp.post("/refunds/<int:number>/cancel")
@requires(Permission.REFUNDS_CREATE)
def cancel(number: int) -> Response:
    """Undo a refund that has not been sent."""
    try:
        cancel_refund(number, actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _progress(number, status=409)
    if is_partial():
        return _progress(number)
    return go(url_for("refunds.show", number=number))


@bp.post("/refunds/<int:number>/ask")
@requires(Permission.PAYMENTS_READ)
def ask(number: int) -> Response:
    """Ring for a reading of the bank's lines now; the answer comes by the poll."""
    refund = refund_card(db.session(), number)
    nudge(jobs.reconcile, refund.id)
    if is_partial():
        return _progress(number)
    return go(url_for("refunds.show", number=number))
