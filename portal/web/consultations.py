"""Consultations: the list with «Оплачено» or «Не оплачено», the card, its ways to end (E2)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.domain import clock
from portal.domain.consultations import CancelledBy, ConsultationStatus
from portal.domain.errors import AlreadyMoved, NotStarted
from portal.domain.letters import LetterKind
from portal.domain.permissions import Permission
from portal.store.consultation_lists import (
    ConsultationFilter,
    ConsultationRow,
    list_consultations,
)
from portal.store.consultations import Consultation, consultation_card
from portal.store.db import db
from portal.store.fundings import Share, shares_for
from portal.store.letters import last_letter_about
from portal.store.lists import Page, PageRequest
from portal.store.payment_rows import payment_row, payment_rows_of_consultation
from portal.store.timelines import consultation_timeline, gift_of, transfers_of_consultation
from portal.usecases.consultations import (
    Cancellation,
    cancel_consultation,
    complete_consultation,
)
from portal.web.access import can, requires, sees
from portal.web.consultation_words import moved
from portal.web.export_words import CONSULTATIONS
from portal.web.exports import Export, export, wanted_format
from portal.web.formats import when_long
from portal.web.forms import CancelForm, CompleteForm
from portal.web.fragments import go, render
from portal.web.labels import LABELS
from portal.web.lists import (
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
from portal.web.pay_pages import pay_url
from portal.web.payments import Line, lines_of
from portal.web.search_words import PAID, PEOPLE, Reader, amount, labels, minor_of, one_of, period
from portal.web.session import actor
from portal.web.step_ups import draft

bp = Blueprint("consultations", __name__, url_prefix="/consultations")
TABS = (
    ("", "Все"),
    ("today", "Сегодня"),
    ("upcoming", "Предстоящие"),
    ("past", "Прошедшие"),
    ("overdue", "Не закрыты"),
)
OPERATORS: Mapping[str, Reader] = {
    "status": one_of("status", labels(ConsultationStatus)),
    "paid": one_of("paid", PAID),
    "amount": amount,
    "date": period,
    **PEOPLE,
}


def _filter(view: ListView) -> ConsultationFilter:
    now = clock.now()
    since, until = _period(view, now)
    return ConsultationFilter(
        tokens=view.tokens,
        status=choice(ConsultationStatus, view.value("status")),
        is_paid={"yes": True, "no": False}.get(view.value("paid")),
        smallest=minor_of(view.value("min")),
        largest=minor_of(view.value("max")),
        since=since,
        until=until,
        overdue_before=now if view.value("tab") == "overdue" else None,
        sort=view.value("sort") or _default_sort(view),
        page=view.page,
    )


def _period(view: ListView, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the common part of the tab's time and of the days that were asked for."""
    tab = view.value("tab")
    begin = {"upcoming": now, "today": day_start("today")}.get(tab)
    end = {"past": now, "today": day_end("today")}.get(tab)
    since = filter(None, (begin, day_start(view.value("from"))))
    until = filter(None, (end, day_end(view.value("to"))))
    return max(since, default=None), min(until, default=None)


def _words(view: ListView, wanted: ConsultationFilter) -> dict[str, str]:
    return {
        "status": f"статус: {LABELS[wanted.status]}" if wanted.status else "",
        "paid": PAID.get(view.value("paid"), ""),
        "min": f"цена от {view.param('min')}" if wanted.smallest else "",
        "max": f"цена до {view.param('max')}" if wanted.largest else "",
        **period_words(day_start(view.param("from")), day_end(view.param("to"))),
    }


def _tabs(view: ListView) -> list[tuple[str, str, bool]]:
    return [(title, str(view.url.having(tab=tab)), tab == view.value("tab")) for tab, title in TABS]


def _default_sort(view: ListView) -> str:
    return "date" if view.value("tab") in ("upcoming", "today") else "-date"


def _export(view: ListView, wanted: ConsultationFilter) -> Export:
    def read(page: PageRequest) -> Page[ConsultationRow]:
        return list_consultations(db.session(), replace(wanted, page=page), now=clock.now())

    words, tab = _words(view, wanted), dict(TABS[1:]).get(view.value("tab"), "")
    filters = [part for part in (tab, words["status"], words["paid"]) if part]
    return Export("консультации", view.url, Consultation(), CONSULTATIONS, read, filters=filters)


@bp.get("")
@requires(Permission.CONSULTATIONS_READ)
def show_list() -> Response:
    """Show the consultations; every row says whether it is paid."""
    view = read_list(OPERATORS, card="consultations.show")
    wanted = _filter(view)
    file = wanted_format()
    if file is not None:
        return export(_export(view, wanted), file)
    page = list_consultations(db.session(), wanted, now=clock.now())
    return render_list(
        "consultations/list.html",
        "consultations/_results.html",
        view,
        page,
        rows=page.items,
        found=found(page, "консультация", "консультации", "консультаций"),
        chips=chips(view, _words(view, wanted)),
        **_controls(view),
    )


def _controls(view: ListView) -> dict[str, Any]:
    return {
        "tabs": _tabs(view),
        "statuses": options(tuple(ConsultationStatus), LABELS, view.param("status")),
        "paid": [(value, title, value == view.param("paid")) for value, title in PAID.items()],
        "grace": current_app.config["PORTAL"].completion_grace_minutes,
        "by_date": sort_links(view, "date", _default_sort(view)),
    }


def _shares(number: int) -> list[tuple[Share, Line]]:
    """Name the payments that have paid it from the balance, with what may be done about each."""
    now = clock.now()
    shares = shares_for(db.session(), number, now=now)
    rows = [payment_row(db.session(), share.payment_id, now=now) for share in shares]
    return list(zip(shares, lines_of(rows), strict=True))


def _context(number: int) -> dict[str, Any]:
    now = clock.now()
    consultation = consultation_card(db.session(), number)
    shows_payments = sees(Permission.PAYMENTS_READ)
    rows = payment_rows_of_consultation(db.session(), number, now=now) if shows_payments else []
    transfers = transfers_of_consultation(db.session(), number) if shows_payments else []
    status = consultation.status_at(now)
    is_over = now >= consultation.starts_at
    return {
        "consultation": consultation,
        "state": status,
        "lines": lines_of(rows),
        "shares": _shares(number) if shows_payments else [],
        "timeline": consultation_timeline(db.session(), consultation),
        "transfers": transfers,
        "pay_url": pay_url(consultation),
        "gift": gift_of(db.session(), number),
        "link_letter": last_letter_about(
            db.session(), LetterKind.PAYMENT_LINK, consultation.client_id, number
        ),
        "may_send": can(Permission.CONSULTATIONS_BOOK),
        "may_cancel": status is ConsultationStatus.SCHEDULED
        and can(Permission.CONSULTATIONS_CANCEL),
        "may_complete": status is ConsultationStatus.OPEN
        and is_over
        and can(Permission.CONSULTATIONS_COMPLETE),
    }


@bp.get("/<int:number>")
@requires(Permission.CONSULTATIONS_READ)
def show(number: int) -> Response:
    """Show the card of one consultation: when, who, its money, its history."""
    page = "consultations/show.html"
    return render(page, page, **_context(number))


def _cancel(number: int, form: CancelForm, status: int = 200, note: str = "") -> Response:
    return render(
        "consultations/cancel.html",
        "consultations/_cancel.html",
        status=status,
        form=form,
        note=note,
        **_context(number),
    )


@bp.get("/<int:number>/cancel")
@requires(Permission.CONSULTATIONS_CANCEL)
def cancel_form(number: int) -> Response:
    """Ask whose wish the cancellation is, and say what it means for the money."""
    form = CancelForm(formdata=draft())
    form.then_refund.data = form.then_refund.data or "refund" in request.args
    return _cancel(number, form)


@bp.post("/<int:number>/cancel")
@requires(Permission.CONSULTATIONS_CANCEL)
def cancel(number: int) -> Response:
    """Cancel a scheduled consultation; its money becomes free on the client's balance."""
    form = CancelForm()
    if not form.validate_on_submit():
        return _cancel(number, form, 422)
    wish = Cancellation(CancelledBy(form.by.data), (form.reason.data or "").strip())
    try:
        cancel_consultation(number, wish, actor=actor(), now=clock.now())
    except AlreadyMoved as refusal:
        return _cancel(number, form, 409, moved(refusal))
    flash("Консультация отменена.")
    return _after_cancel(number, form)


def _after_cancel(number: int, form: CancelForm) -> Response:
    """Go on to the refund when that was the purpose, else to the consultation.

    One that several payments have paid from the balance shows them all on its card.
    """
    now = clock.now()
    rows = payment_rows_of_consultation(db.session(), number, now=now)
    paid = [row.id for row in rows if row.captured][:1]
    paid = paid or [share.payment_id for share in shares_for(db.session(), number, now=now)]
    if form.then_refund.data and len(paid) == 1 and can(Permission.REFUNDS_CREATE):
        return go(url_for("refunds.new", number=paid[0]))
    return go(url_for("consultations.show", number=number))


def _complete(number: int, form: CompleteForm, status: int = 200, note: str = "") -> Response:
    return render(
        "consultations/complete.html",
        "consultations/_complete.html",
        status=status,
        form=form,
        note=note,
        **_context(number),
    )


@bp.get("/<int:number>/complete")
@requires(Permission.CONSULTATIONS_COMPLETE)
def complete_form(number: int) -> Response:
    """Ask how the consultation ended, and say what it means for the money."""
    return _complete(number, CompleteForm(formdata=draft()))


@bp.post("/<int:number>/complete")
@requires(Permission.CONSULTATIONS_COMPLETE)
def complete(number: int) -> Response:
    """End a consultation; its fee leaves the client's balance."""
    form = CompleteForm()
    if not form.validate_on_submit():
        return _complete(number, form, 422)
    outcome = ConsultationStatus(form.outcome.data)
    reason = (form.reason.data or "").strip()
    try:
        complete_consultation(number, outcome, reason, actor=actor(), now=clock.now())
    except NotStarted as refusal:
        starts = when_long(refusal.facts["starts_at"])  # type: ignore[arg-type]  # a datetime by construction
        return _complete(number, form, 409, f"Консультация ещё не началась ({starts}).")
    except AlreadyMoved as refusal:
        return _complete(number, form, 409, moved(refusal))
    return go(url_for("consultations.show", number=number))
