"""Staff book a free slot for a client; the money comes by the client's own link (G1, F1)."""

from datetime import timedelta
from itertools import groupby

from flask import Blueprint, Response, flash, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.domain import clock
from portal.domain.money import Currency
from portal.domain.permissions import Permission
from portal.domain.slots import SlotGone, SlotStatus
from portal.store.db import db
from portal.store.slot_lists import free_slots, free_specialists, slot_card
from portal.store.users import get_user
from portal.usecases.bookings import Taking, take_slot
from portal.web.access import requires
from portal.web.fragments import go, render
from portal.web.session import actor
from portal.web.slot_words import GONE, NOT_BOOKED, day_words

#: What staff book waits for its money until somebody calls it off: the client pays by a letter.
FOR_EVER = timedelta()
CURRENCY = Currency.RUB
NAME_CHARACTERS = 200
bp = Blueprint("client_bookings", __name__, url_prefix="/users/<int:number>/book")


class BookForm(FlaskForm):
    """Why staff book for the client."""

    reason = StringField(
        "Основание",
        [
            DataRequired("Напишите, на каком основании, например «Клиент попросил по телефону»"),
            Length(max=500, message="Не больше 500 знаков"),
        ],
    )


def _offer_page(number: int, *, status: int = 200, note: str = "") -> Response:
    now, page = clock.now(), "users/book.html"
    name = request.args.get("specialist", "").strip()[:NAME_CHARACTERS]
    slots = free_slots(db.session(), now=now, hold=FOR_EVER, specialist=name)
    days = groupby(slots, key=lambda slot: day_words(slot.starts_at))
    return render(
        page,
        page,
        status=status,
        note=note,
        user=get_user(db.session(), number),
        days=[(day, list(group)) for day, group in days],
        specialists=free_specialists(db.session(), now=now, hold=FOR_EVER),
        specialist=name,
        currency=CURRENCY,
    )


@bp.get("")
@requires(Permission.CONSULTATIONS_BOOK)
def show_list(number: int) -> Response:
    """Show the free slots to book one of them for the client."""
    return _offer_page(number)


def _gone(number: int, status: SlotStatus) -> Response:
    return _offer_page(number, status=409, note=f"{GONE[status]} {NOT_BOOKED}")


def _confirm_page(number: int, slot_id: int, form: BookForm, *, status: int = 200) -> Response:
    user = get_user(db.session(), number)
    row = slot_card(db.session(), slot_id, now=clock.now())
    if row.status is not SlotStatus.FREE:
        return _gone(number, row.status)
    page, price = "users/book_confirm.html", row.slot.price(CURRENCY)
    return render(page, page, status=status, user=user, slot=row.slot, price=price, form=form)


@bp.get("/<int:slot_id>")
@requires(Permission.CONSULTATIONS_BOOK)
def confirm(number: int, slot_id: int) -> Response:
    """Ask for what reason, and say what it means for the money."""
    return _confirm_page(number, slot_id, BookForm(formdata=None))


@bp.post("/<int:slot_id>")
@requires(Permission.CONSULTATIONS_BOOK)
def book(number: int, slot_id: int) -> Response:
    """Book the slot for the client, and go on to the card with the link to pay."""
    form = BookForm()
    if not form.validate_on_submit():
        return _confirm_page(number, slot_id, form, status=422)
    wish = Taking(slot_id, number, CURRENCY, FOR_EVER, (form.reason.data or "").strip())
    try:
        consultation_id = take_slot(wish, actor=actor(), now=clock.now())
    except SlotGone as refusal:
        return _gone(number, refusal.status)
    flash("Клиент записан. Деньги не списаны: ссылка на оплату на этой странице.")
    return go(url_for("consultations.show", number=consultation_id))
