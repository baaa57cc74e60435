"""A client picks a free slot and gets its consultation (G1)."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    request,
    url_for,
)

from portal.domain import clock
from portal.domain.money import Currency
from portal.domain.slots import SlotGone, SlotStatus
from portal.jobs.accounts import is_suspended, taking_payments
from portal.store.consultations import consultation_card
from portal.store.db import db
from portal.store.fundings import payable_from_balance
from portal.store.slot_lists import free_slots, free_specialists, slot_card
from portal.store.slots import Slot
from portal.usecases.bookings import Taking, take_slot
from portal.web.access import signed_in
from portal.web.account import own_notice
from portal.web.formats import when_long
from portal.web.fragments import render
from portal.web.session import actor, me
from portal.web.slot_forms import TakeForm
from portal.web.slot_words import day_words, gone_words, hold_words, not_taken_words

#: What is sold in several currencies is shown and taken in this one.
CURRENCY = Currency.RUB
NAME_CHARACTERS = 200
bp = Blueprint("booking", __name__, url_prefix="/account/book")


def _hold() -> timedelta:
    return timedelta(minutes=current_app.config["PORTAL"].unpaid_minutes)


def _by_day(slots: Sequence[Slot]) -> list[tuple[str, list[Slot]]]:
    days = groupby(slots, key=lambda slot: day_words(slot.starts_at))
    return [(day, list(group)) for day, group in days]


def _offer_page(*, status: int = 200, note: str = "") -> Response:
    now, hold, page = clock.now(), _hold(), "booking/list.html"
    name = request.args.get("specialist", "").strip()[:NAME_CHARACTERS]
    slots = free_slots(db.session(), now=now, hold=hold, specialist=name)
    return render(
        page,
        page,
        status=status,
        note=note,
        days=_by_day(slots),
        specialists=free_specialists(db.session(), now=now, hold=hold),
        specialist=name,
        currency=CURRENCY,
        beyond=_beyond_reach(slots),
        suspended={currency for currency in Currency if is_suspended(currency)},
    )


def _beyond_reach(slots: Sequence[Slot]) -> set[int]:
    """Number the slots that no bank takes a price of, and the client's balance does not cover.

    Whoever took one could not pay it, and would only lose it again when its time to pay is over.
    """
    taken = {currency for currency in Currency if taking_payments(currency)}
    prices = {
        slot.id: slot.asked_price(CURRENCY)
        for slot in slots
        if slot.is_paid and not any(price.currency in taken for price in slot.prices)
    }
    purses = {
        currency: payable_from_balance(db.session(), me().id, currency)
        for currency in {price.currency for price in prices.values()}
    }
    return {number for number, price in prices.items() if price > purses[price.currency]}


def _refused(slot: Slot) -> Response:
    currency = slot.asked_price(CURRENCY).currency
    words = not_taken_words(currency, is_suspended=is_suspended(currency))
    return _offer_page(status=409, note=words)


@bp.get("")
@signed_in
def show_list() -> Response:
    """Show the free slots by day, of one specialist when asked for."""
    return _offer_page()


@bp.get("/<int:number>")
@signed_in
def confirm(number: int) -> Response:
    """Tell the price, until when to pay and how to cancel, before anything is taken."""
    row = slot_card(db.session(), number, now=clock.now(), hold=_hold())
    if row.status is not SlotStatus.FREE:
        return _offer_page(status=409, note=gone_words(row.status))
    page, slot = "booking/confirm.html", row.slot
    if _beyond_reach([slot]):
        return _refused(slot)
    price, hold = slot.asked_price(CURRENCY), hold_words(_hold())
    until = slot.starts_at - own_notice()
    return render(page, page, slot=slot, price=price, hold=hold, until=until, form=TakeForm())


@bp.post("/<int:number>")
@signed_in
def take(number: int) -> Response:
    """Take the slot and lead on to paying; who comes second is told so and shown what is free."""
    slot = slot_card(db.session(), number, now=clock.now()).slot
    if _beyond_reach([slot]):
        return _refused(slot)
    wish = Taking(number, me().id, slot.asked_price(CURRENCY).currency, _hold())
    try:
        consultation_id = take_slot(wish, actor=actor(), now=clock.now())
    except SlotGone as refusal:
        return _offer_page(status=409, note=gone_words(refusal.status))
    return make_response(redirect(_onwards(consultation_id), code=303))


def _onwards(consultation_id: int) -> str:
    """Return where what was taken is paid; what costs nothing is told of and needs no more."""
    consultation = consultation_card(db.session(), consultation_id)
    if consultation.price:
        return url_for("checkout.start", token=consultation.pay_token)
    flash(f"Вы записаны: {when_long(consultation.starts_at)} по Москве. Платить не нужно.")
    return url_for("account.show")
