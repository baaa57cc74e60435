"""Slots for staff: what is on offer, taken and withdrawn; offering and withdrawing (G1)."""

from flask import Blueprint, Response, flash, url_for

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.domain.slots import SlotGone, SlotRefused, SlotStatus
from portal.store.db import db
from portal.store.slot_lists import list_slots, slot_card
from portal.usecases.slots import offer_slots, withdraw_slot
from portal.web.access import requires
from portal.web.fragments import go, render
from portal.web.labels import LABELS
from portal.web.lists import chips, choice, found, options, read_list, render_list
from portal.web.session import actor
from portal.web.slot_forms import SlotForm, WithdrawForm
from portal.web.slot_words import NOT_WITHDRAWN, offered_words, refused_words

bp = Blueprint("slots", __name__, url_prefix="/slots")


@bp.get("")
@requires(Permission.CONSULTATIONS_BOOK)
def show_list() -> Response:
    """Show the slots, the latest first, and where each stands."""
    view = read_list()
    status = choice(SlotStatus, view.value("status"))
    page = list_slots(db.session(), view.page, status, now=clock.now())
    return render_list(
        "slots/list.html",
        "slots/_results.html",
        view,
        page,
        rows=page.items,
        found=found(page, "слот", "слота", "слотов"),
        chips=chips(view, {"status": f"статус: {LABELS[status]}" if status else ""}),
        statuses=options(tuple(SlotStatus), LABELS, view.value("status")),
    )


def _offer_page(form: SlotForm, *, status: int = 200, note: str = "") -> Response:
    page = "slots/new.html"
    return render(page, page, status=status, form=form, note=note)


@bp.get("/new")
@requires(Permission.CONSULTATIONS_BOOK)
def new() -> Response:
    """Ask whose time is offered, when, and for how much."""
    return _offer_page(SlotForm(formdata=None))


@bp.post("/new")
@requires(Permission.CONSULTATIONS_BOOK)
def create() -> Response:
    """Put one slot or a row of them on offer: all or none."""
    form = SlotForm()
    offers = form.offers()
    if offers is None:
        return _offer_page(form, status=422)
    try:
        count = len(offer_slots(offers, actor=actor(), now=clock.now()))
    except SlotRefused as refusal:
        return _offer_page(form, status=409, note=refused_words(refusal))
    flash(offered_words(count))
    return go(url_for("slots.show_list"))


def _withdraw_page(number: int, *, status: int = 200, note: str = "") -> Response:
    row = slot_card(db.session(), number, now=clock.now())
    page, obstacle = "slots/withdraw.html", note or NOT_WITHDRAWN.get(row.status, "")
    return render(page, page, status=status, row=row, form=WithdrawForm(), obstacle=obstacle)


@bp.get("/<int:number>/withdraw")
@requires(Permission.CONSULTATIONS_BOOK)
def withdraw_form(number: int) -> Response:
    """Ask once more before a slot is taken off the offer."""
    return _withdraw_page(number)


@bp.post("/<int:number>/withdraw")
@requires(Permission.CONSULTATIONS_BOOK)
def withdraw(number: int) -> Response:
    """Take a free slot off the offer."""
    try:
        withdraw_slot(number, actor=actor(), now=clock.now())
    except SlotGone as refusal:
        return _withdraw_page(number, status=409, note=NOT_WITHDRAWN[refusal.status])
    flash("Слот снят: клиенты его больше не видят.")
    return go(url_for("slots.show_list"))
