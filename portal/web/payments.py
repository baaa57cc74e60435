"""Payments: the list, the card, and asking the bank (E1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, g, url_for

from portal.domain import clock
from portal.domain.consultations import ConsultationStatus
from portal.domain.money import Currency
from portal.domain.payments import MoneyState, PaymentMethod
from portal.domain.permissions import Permission
from portal.domain.refunds import RefundRights, RefundStatus, Rule, rule_in_the_way
from portal.jobs import payments as jobs
from portal.jobs.accounts import banks, mode_of
from portal.jobs.queue import nudge
from portal.store.db import db
from portal.store.fundings import shares_by
from portal.store.lists import Page, PageRequest
from portal.store.payment_lists import DEFAULT_SORT, STATES, PaymentFilter, list_payments
from portal.store.payment_rows import PaymentRow, payment_row
from portal.store.payments import Payment, payment_card
from portal.store.refund_requests import RefundRequest, open_requests
from portal.store.refund_rights import refund_rights
from portal.store.timelines import payment_timeline, transfers_of_payment
from portal.store.users import get_user
from portal.web.access import can, requires, sees
from portal.web.context import bank_title
from portal.web.export_words import PAYMENTS
from portal.web.exports import Export, export, wanted_format
from portal.web.fragments import go, is_partial, render
from portal.web.holders import returners
from portal.web.labels import LABELS
from portal.web.lists import (
    Chip,
    ListURL,
    ListView,
    chips,
    choice,
    day_end,
    day_start,
    found,
    options,
    period_words,
    read_list,
    render_list,
    sort_links,
)
from portal.web.refund_words import explain
from portal.web.search_words import (
    EXAMPLES,
    PEOPLE,
    Reader,
    amount,
    card,
    labels,
    minor_of,
    one_of,
    period,
)
from portal.web.session import me

bp = Blueprint("payments", __name__, url_prefix="/payments")
METHODS = (PaymentMethod.SBP, PaymentMethod.CARD)
IN_FILE_NAME = (
    "status",
    "consultation",
    "method",
    "refund",
    "flag",
    "bank",
    "currency",
    "returned",
)
FLAGS = {
    "surplus": "лишняя оплата",
    "owed": "ждут возврата",
    "asked": "клиент просит возврат",
    "hand": "возврат в кабинете банка",
}
#: Queries that staff ask every day, by their words.
PRESETS = (
    ("Сегодня", {"from": "today"}),
    ("7 дней", {"from": "-6d"}),
    ("Этот месяц", {"from": "month"}),
    ("Ждут возврата", {"flag": "owed"}),
    ("Просят вернуть", {"flag": "asked"}),
    ("Результат неизвестен", {"status": "refund_unknown"}),
    ("Возврат не прошёл", {"status": "refund_failed"}),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row and what may be done with it: nothing, a refund, or an explanation.

    ``asked`` is what its client asks for and nobody has answered.
    """

    payment: PaymentRow
    rule: Rule | None
    may_ask: bool
    asked: RefundRequest | None


def rights() -> RefundRights:
    """Return the refund rights of the visitor, read once in a request."""
    if "refund_rights" not in g:
        person = get_user(db.session(), me().id)
        g.refund_rights = refund_rights(db.session(), person, own=False, now=clock.now())
    mine: RefundRights = g.refund_rights
    return mine


def line_of(payment: PaymentRow) -> Line:
    """Judge a row by the one policy that also guards the dialog and the job."""
    return lines_of([payment])[0]


def lines_of(payments: Sequence[PaymentRow]) -> list[Line]:
    """Judge many rows; the visitor's rights are looked up once."""
    mine = rights()
    asked = open_requests(db.session(), [payment.id for payment in payments])
    return [
        Line(
            payment,
            rule_in_the_way(payment.facts(mine, mode_of(payment.account))),
            may_ask=mine.create and can(Permission.PAYMENTS_READ),
            asked=asked.get(payment.id),
        )
        for payment in payments
    ]


def _filter(view: ListView) -> PaymentFilter:
    return PaymentFilter(
        tokens=view.tokens,
        state=choice(MoneyState, view.value("status")),
        consultation=choice(ConsultationStatus, view.value("consultation")),
        method=choice(PaymentMethod, view.value("method")),
        refund=choice(RefundStatus, view.value("refund")),
        account=view.value("bank") or None,
        has_surplus=view.value("flag") == "surplus",
        is_owed=view.value("flag") == "owed",
        is_asked=view.value("flag") == "asked",
        is_by_hand=view.value("flag") == "hand",
        currency=choice(Currency, view.value("currency")),
        smallest=minor_of(view.value("min")),
        largest=minor_of(view.value("max")),
        since=day_start(view.value("from")),
        until=day_end(view.value("to")),
        returned_since=day_start(view.value("returned")),
        sort=view.value("sort") or DEFAULT_SORT,
        page=view.page,
    )


def _words(view: ListView, wanted: PaymentFilter) -> dict[str, str]:
    words, day = LABELS, period_words(wanted.returned_since, None)["from"].removeprefix("с ")
    return {
        "status": f"платёж: {words[wanted.state]}" if wanted.state else "",
        "consultation": (
            f"консультация: {words[wanted.consultation]}" if wanted.consultation else ""
        ),
        "method": f"способ: {words[wanted.method]}" if wanted.method else "",
        "refund": f"возврат: {words[wanted.refund]}" if wanted.refund else "",
        "flag": FLAGS.get(view.value("flag"), ""),
        "bank": f"банк: {bank_title(wanted.account)}" if wanted.account else "",
        "currency": f"валюта: {wanted.currency}" if wanted.currency else "",
        "min": f"сумма от {view.param('min')}" if wanted.smallest else "",
        "max": f"сумма до {view.param('max')}" if wanted.largest else "",
        "returned": f"возвращено с {day}" if day else "",
        **period_words(wanted.since, wanted.until),
    }


def _operators() -> dict[str, Reader]:
    return {
        "status": one_of("status", labels(STATES)),
        "refund": one_of("refund", labels(RefundStatus)),
        "consultation": one_of("consultation", labels(ConsultationStatus)),
        "method": one_of("method", labels(METHODS)),
        "bank": one_of("bank", {one.name: one.title for one in banks()}),
        "amount": amount,
        "date": period,
        "card": card,
        **PEOPLE,
    }


def _export(view: ListView, wanted: PaymentFilter) -> Export:
    def read(page: PageRequest) -> Page[PaymentRow]:
        return list_payments(db.session(), replace(wanted, page=page), now=clock.now())

    words = _words(view, wanted)
    filters = [words[name] for name in IN_FILE_NAME if words[name]]
    return Export("платежи", view.url, Payment(), PAYMENTS, read, filters=filters)


@bp.get("")
@requires(Permission.PAYMENTS_READ)
def show_list() -> Response:
    """Show the paid consultations, newest first, with search and «Вернуть деньги»."""
    view = read_list(_operators(), card="payments.show")
    wanted = _filter(view)
    file = wanted_format()
    if file is not None:
        return export(_export(view, wanted), file)
    page = list_payments(db.session(), wanted, now=clock.now())
    return render_list(
        "payments/list.html",
        "payments/_results.html",
        view,
        page,
        lines=lines_of(page.items),
        found=found(page, "платёж", "платежа", "платежей"),
        chips=chips(view, _words(view, wanted)),
        **_controls(view),
    )


def _controls(view: ListView) -> dict[str, Any]:
    return {
        "examples": EXAMPLES,
        "presets": [Chip(text, str(ListURL(view.url.path, query))) for text, query in PRESETS],
        "states": options(STATES, LABELS, view.param("status")),
        "consultations": options(tuple(ConsultationStatus), LABELS, view.param("consultation")),
        "methods": options(METHODS, LABELS, view.param("method")),
        "by_date": sort_links(view, "date", DEFAULT_SORT),
        "by_amount": sort_links(view, "amount", DEFAULT_SORT),
    }


def _blocked(line: Line) -> str:
    """Say what is in the way of what is left; nothing to who may not return money anyway."""
    is_told = line.rule is not None and line.may_ask and line.payment.refundable
    return explain(line.rule, line.payment).text if line.rule and is_told else ""


def card_context(number: int) -> dict[str, Any]:
    """Gather what the card of a payment shows; raise NotFound."""
    row = payment_row(db.session(), number, now=clock.now())
    payment, line = payment_card(db.session(), number), line_of(row)
    return {
        "payment": payment,
        "line": line,
        "blocked": _blocked(line),
        "funded": shares_by(db.session(), number, now=clock.now()),
        "timeline": payment_timeline(
            db.session(), payment, with_funded=sees(Permission.CONSULTATIONS_READ)
        ),
        "transfers": transfers_of_payment(db.session(), payment),
        "returners": returners(row) if can(Permission.ACCESS_READ) else None,
    }


@bp.get("/<int:number>")
@requires(Permission.PAYMENTS_READ)
def show(number: int) -> Response:
    """Show the card of one payment."""
    return render("payments/show.html", "payments/_bank_side.html", **card_context(number))


@bp.post("/<int:number>/sync")
@requires(Permission.PAYMENTS_READ)
def sync(number: int) -> Response:
    """Ring for a reading of the operation at the bank; the card shows the answer when it comes."""
    row = payment_row(db.session(), number, now=clock.now())
    nudge(jobs.read, row.id)
    if not is_partial():
        return go(url_for("payments.show", number=number))
    return render(
        "payments/show.html", "payments/_bank_side.html", asked=True, **card_context(number)
    )
