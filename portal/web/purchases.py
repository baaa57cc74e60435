"""«Купить для клиента»: the client, the time, how it is paid; three addresses (A10, G1)."""

from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from flask import Blueprint, Response, flash, request, url_for

from portal.domain import clock
from portal.domain.charges import CardBusy
from portal.domain.errors import AccountSuspended, NotFound
from portal.domain.fundings import BalanceTooLow
from portal.domain.permissions import Permission, Role
from portal.domain.purchases import NotAClient, PurchaseWay
from portal.domain.slots import SlotGone, SlotStatus
from portal.jobs import charges as charge_jobs
from portal.jobs.queue import nudge
from portal.store.consultations import consultation_card
from portal.store.db import db
from portal.store.slot_lists import SlotRow, free_slots, free_specialists, holder_of, slot_card
from portal.store.user_lists import UserFilter, list_users
from portal.store.users import User, get_user
from portal.usecases.bookings import Bought, Taking, buy_slot
from portal.web.access import may_open, require_step, requires
from portal.web.fragments import go, render
from portal.web.lists import chips, day_start, found, read_list, render_list
from portal.web.purchase_ways import Offered, PurchaseForm, ways_to_buy
from portal.web.purchase_words import (
    BOUGHT,
    CARD_BUSY,
    CARD_GONE,
    FREE,
    HIS_ALREADY,
    NOT_A_CLIENT,
    SUSPENDED,
    TOO_LOW,
    gone_words,
)
from portal.web.search_words import PEOPLE
from portal.web.session import actor
from portal.web.slot_words import day_words
from portal.web.step_ups import draft

#: What staff buy waits for its money until somebody calls it off.
FOR_EVER = timedelta()
NAME_CHARACTERS = 200
#: What staff read when the money could not be had after all; nothing was booked then.
_REFUSED = {
    BalanceTooLow: TOO_LOW,
    AccountSuspended: SUSPENDED,
    CardBusy: CARD_BUSY,
    NotFound: CARD_GONE,
}
bp = Blueprint("purchases", __name__, url_prefix="/consultations/buy")


@bp.get("")
@requires(Permission.CONSULTATIONS_BOOK)
def choose_client() -> Response:
    """Ask for whom: the clients by name, contacts masked; who books must be able to find them."""
    view = read_list(PEOPLE)
    page = list_users(db.session(), UserFilter(view.tokens, Role.CLIENT.value, page=view.page))
    return render_list(
        "purchases/client.html",
        "purchases/_clients.html",
        view,
        page,
        rows=page.items,
        found=found(page, "клиент", "клиента", "клиентов"),
        chips=chips(view, {}),
    )


def _time_page(client: User, *, status: int = 200, note: str = "", own: int = 0) -> Response:
    now, since = clock.now(), request.args.get("from", "").strip()
    name = request.args.get("specialist", "").strip()[:NAME_CHARACTERS]
    start = day_start(since)
    slots = free_slots(db.session(), now=now, hold=FOR_EVER, specialist=name, since=start)
    days = groupby(slots, key=lambda slot: day_words(slot.starts_at))
    return render(
        "purchases/time.html",
        "purchases/_slots.html",
        status=status,
        note=note,
        own=own,
        client=client,
        days=[(day, list(group)) for day, group in days],
        specialists=free_specialists(db.session(), now=now, hold=FOR_EVER),
        specialist=name,
        since=f"{start:%Y-%m-%d}" if start else "",
    )


@bp.get("/<int:client_id>")
@requires(Permission.CONSULTATIONS_BOOK)
def choose_time(client_id: int) -> Response:
    """Ask when: the free slots by day with their prices, of one specialist, from a day on."""
    client = get_user(db.session(), client_id)
    if not client.is_active_client:
        return _time_page(client, status=409, note=NOT_A_CLIENT)
    return _time_page(client)


def _own(row: SlotRow, client_id: int) -> int:
    """Return the consultation by which this very client has the slot, 0 without one."""
    holder = holder_of(db.session(), row.slot.id)
    return holder.id if holder and holder.client_id == client_id else 0


def _way_page(
    client_id: int, slot_id: int, form: PurchaseForm, *, status: int = 200, note: str = ""
) -> Response:
    client = get_user(db.session(), client_id)
    row = slot_card(db.session(), slot_id, now=clock.now())
    own = _own(row, client_id)
    if not client.is_active_client:
        return _time_page(client, status=409, note=NOT_A_CLIENT)
    if row.status is not SlotStatus.FREE:
        words = HIS_ALREADY if own else gone_words(row.status)
        return _time_page(client, status=409, note=words, own=own)
    ways, page = ways_to_buy(row.slot, client_id), "purchases/way.html"
    form.offer(ways.offered)
    more = {"client": client, "slot": row.slot, "ways": ways, "form": form, "note": note}
    return render(page, page, status=status, **more)


@bp.get("/<int:client_id>/<int:slot_id>")
@requires(Permission.CONSULTATIONS_BOOK)
def choose_way(client_id: int, slot_id: int) -> Response:
    """Ask how it is paid, each way with what it means for the money, and on what ground."""
    return _way_page(client_id, slot_id, PurchaseForm(formdata=draft()))


@bp.post("/<int:client_id>/<int:slot_id>")
@requires(Permission.CONSULTATIONS_BOOK)
def buy(client_id: int, slot_id: int) -> Response:
    """Buy the slot the way that was chosen; a second press is led to what the first has bought.

    A link and a gift move nothing, and who may book may also offer time free of charge: their right
    is enough. Free balance and a card are the client's money, spent while they are away: that waits
    for the second step like every money action (E4), and is offered to who may see them.
    """
    row, form = slot_card(db.session(), slot_id, now=clock.now()), PurchaseForm()
    own = _own(row, client_id)
    if own:
        return _lead_on(Bought(own, is_new=False), None)
    offered = ways_to_buy(row.slot, client_id).offered
    form.offer(offered)
    if not form.validate_on_submit():
        return _way_page(client_id, slot_id, form, status=422)
    return _buy(client_id, slot_id, form, form.chosen(offered))


def _buy(client_id: int, slot_id: int, form: PurchaseForm, chosen: Offered) -> Response:
    if chosen.way in (PurchaseWay.BALANCE, PurchaseWay.CARD):
        require_step(Permission.PAYMENTS_READ)
    reason = " ".join((form.reason.data or "").split())
    card = replace(chosen.card, is_agreed=form.is_agreed.data) if chosen.card else None
    taking = Taking(slot_id, client_id, chosen.currency, FOR_EVER, reason, card)
    try:
        bought = buy_slot(taking, chosen.way, actor=actor(), now=clock.now())
    except (SlotGone, NotAClient):
        return _way_page(client_id, slot_id, form, status=409)
    except tuple(_REFUSED) as refusal:
        return _way_page(client_id, slot_id, form, status=409, note=_REFUSED[type(refusal)])
    if bought.charge_id:
        nudge(charge_jobs.send, bought.charge_id)
    return _lead_on(bought, chosen.way)


def _lead_on(bought: Bought, way: PurchaseWay | None) -> Response:
    """Go on to the link while there is something to pay, else to the consultation's card."""
    number = bought.consultation_id
    consultation = consultation_card(db.session(), number)
    is_free = way is PurchaseWay.LINK and not consultation.price
    words = FREE if is_free else BOUGHT[way] if way else ""
    flash(words if bought.is_new else HIS_ALREADY, "good" if bought.is_new else "wait")
    if consultation.is_payable_at(clock.now()) and not consultation.is_paid:
        return go(url_for("payment_links.show", number=number))
    if may_open("consultations.show"):
        return go(url_for("consultations.show", number=number))
    return go(url_for("purchases.choose_client"))
