"""A client returns the money of their own cancelled consultation: same rules, plain words (D5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, url_for

from portal.domain import clock
from portal.domain.consultations import CancelledBy
from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.permissions import Permission
from portal.domain.refund_requests import rule_against_asking
from portal.domain.refunds import (
    NotRefundable,
    RefundReason,
    RefundRights,
    RemainderChanged,
    rule_in_the_way,
)
from portal.jobs import refunds as jobs
from portal.jobs.accounts import mode_of
from portal.jobs.queue import nudge
from portal.store.consultations import consultation_card
from portal.store.db import db
from portal.store.payment_rows import PaymentRow, payment_row, payment_rows_of_user
from portal.store.refund_requests import RefundRequest, ask_facts, last_requests_of_client
from portal.store.refund_rights import refund_rights
from portal.store.refunds import Refund, last_refunds_of_user, refund_card
from portal.store.users import get_user
from portal.usecases.refunds import cancel_refund, request_refund
from portal.web.access import can, requires, signed_in
from portal.web.forms import SumForm
from portal.web.fragments import render
from portal.web.own_refund_words import own_reason, own_sentence, without_right
from portal.web.refund_words import Step, progress
from portal.web.refunds import wish_of
from portal.web.session import actor, me

bp = Blueprint("own_refunds", __name__, url_prefix="/account")


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """Paid money of one consultation as its client sees it: may it go back, and if not, why.

    ``refund`` is the last one, ``steps`` and ``sentence`` tell how far it is; ``asked`` is the last
    request for it to staff.
    """

    payment: PaymentRow
    refund: Refund | None
    steps: Sequence[Step]
    sentence: str
    may_return: bool
    may_ask: bool
    asked: RefundRequest | None
    obstacle: str

    @property
    def returned(self) -> Money:
        """What has gone back to the client."""
        return self.payment.refunded + self.payment.external


def own_money() -> dict[int, list[OwnMoney]]:
    """Return the client's paid money by consultation: what was cancelled or paid twice."""
    rights = _rights()
    refunds = last_refunds_of_user(db.session(), me().id)
    asked = last_requests_of_client(db.session(), me().id)
    found: dict[int, list[OwnMoney]] = {}
    for row in payment_rows_of_user(db.session(), me().id, now=clock.now()):
        if row.status is PaymentStatus.PAID and (row.is_free or row.last_refund_id is not None):
            found.setdefault(row.consultation_id, []).append(
                _money(row, refunds.get(row.last_refund_id or 0), asked.get(row.id), rights)
            )
    return found


def _money(
    row: PaymentRow, refund: Refund | None, asked: RefundRequest | None, rights: RefundRights
) -> OwnMoney:
    has_right = can(Permission.OWN_REFUND)
    may_return = has_right and not _obstacle(row, rights)
    is_askable = rule_against_asking(ask_facts(row, asked), clock.now()) is None
    may_ask = is_askable and not may_return
    return OwnMoney(
        payment=row,
        refund=refund,
        steps=progress(refund, row, clock.now()).steps if refund else (),
        sentence=own_sentence(refund, row) if refund else "",
        may_return=may_return,
        may_ask=may_ask,
        asked=asked,
        obstacle=(
            _obstacle(row, rights, may_ask=may_ask)
            if has_right
            else without_right(row, may_ask=may_ask)
        ),
    )


def _rights() -> RefundRights:
    person = get_user(db.session(), me().id)
    return refund_rights(db.session(), person, own=True, now=clock.now())


def _obstacle(row: PaymentRow, rights: RefundRights, *, may_ask: bool = False) -> str:
    rule = rule_in_the_way(row.facts(rights, mode_of(row.account)))
    return own_reason(rule, row, may_ask=may_ask) if rule else ""


def _own_row(number: int) -> PaymentRow:
    row = payment_row(db.session(), number, now=clock.now())
    if row.user_id != me().id:
        raise NotFound(what="Payment", id=number)
    return row


def _form_page(row: PaymentRow, form: SumForm, *, note: str = "", status: int = 200) -> Response:
    rights, page = _rights(), "account/refund.html"
    return render(
        page,
        page,
        status=status,
        payment=row,
        form=form,
        obstacle=_obstacle(row, rights),
        limit=rights.limit,
        note=note,
    )


@bp.get("/payments/<int:number>/refund")
@requires(Permission.OWN_REFUND)
def new(number: int) -> Response:
    """Ask how much of their money the client wants back, or say why not now."""
    row = _own_row(number)
    form = SumForm(formdata=None)
    form.renew(row.facts(_rights(), mode_of(row.account)))
    form.suggest(row.refundable, _rights().limit)
    return _form_page(row, form)


@bp.post("/payments/<int:number>/refund")
@requires(Permission.OWN_REFUND)
def create(number: int) -> Response:
    """Write the client's wish down and ring for its job; the same form twice is one refund."""
    row, form = _own_row(number), SumForm()
    if not form.validate_sum_for(row):
        return _form_page(row, form, status=422)
    try:
        wish = wish_of(form, row, _reason(row), own=True)
        refund_id = request_refund(wish, actor=actor(), now=clock.now())
    except RemainderChanged:
        return _changed(number, form)
    except NotRefundable as refusal:
        row = _own_row(number)
        note = f"{own_reason(refusal.rule, row)} Деньги не отправлялись."
        return _form_page(row, form, note=note, status=409)
    nudge(jobs.submit, refund_id)
    return make_response(redirect(url_for("own_refunds.show", number=refund_id), code=303))


def _changed(number: int, form: SumForm) -> Response:
    row = _own_row(number)
    form.renew(row.facts(_rights(), mode_of(row.account)))
    note = "Сумма изменилась. Деньги не отправлялись. Проверьте и отправьте ещё раз."
    return _form_page(row, form, note=note, status=409)


def _reason(row: PaymentRow) -> RefundReason:
    if row.is_surplus:
        return RefundReason.MISTAKEN_PAYMENT
    consultation = consultation_card(db.session(), row.consultation_id)
    by_us = consultation.cancelled_by is CancelledBy.STAFF
    return RefundReason.CANCELLED_BY_US if by_us else RefundReason.CANCELLED_BY_CLIENT


def _own_refund(number: int) -> tuple[Refund, PaymentRow]:
    refund = refund_card(db.session(), number)
    row = payment_row(db.session(), refund.payment_id, now=clock.now())
    if row.user_id != me().id:
        raise NotFound(what="Refund", id=number)
    return refund, row


@bp.get("/refunds/<int:number>")
@signed_in
def show(number: int) -> Response:
    """Show a client how far the refund of their money is, whoever asked for it."""
    return render("account/own_refund.html", "account/_own_refund.html", **_context(number))


def _context(number: int) -> dict[str, Any]:
    refund, row = _own_refund(number)
    state = progress(refund, row, clock.now())
    is_theirs = refund.requested_by_id == me().id and can(Permission.OWN_REFUND)
    return {
        "refund": refund,
        "payment": row,
        "progress": state,
        "sentence": own_sentence(refund, row),
        "may_undo": state.can_undo and is_theirs,
    }


@bp.post("/refunds/<int:number>/cancel")
@requires(Permission.OWN_REFUND)
def cancel(number: int) -> Response:
    """Undo the client's own wish before it is sent; too late, the page says how far it is."""
    refund, _ = _own_refund(number)
    if refund.requested_by_id != me().id:
        raise NotFound(what="Refund", id=number)
    try:
        cancel_refund(number, actor=actor(), now=clock.now())
    except AlreadyMoved:
        page = "account/own_refund.html"
        return render(page, page, status=409, **_context(number))
    return make_response(redirect(url_for("own_refunds.show", number=number), code=303))
