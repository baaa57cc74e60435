"""What the banks sent, and what became of it."""

from flask import Blueprint, Response, url_for

from portal.domain import clock
from portal.domain.permissions import Permission
from portal.jobs import deliveries as jobs
from portal.jobs.queue import nudge
from portal.store.db import db
from portal.store.deliveries import DeliveryStatus, delivery_card, list_deliveries
from portal.usecases.deliveries import requeue_delivery
from portal.web.access import requires
from portal.web.fragments import go, render
from portal.web.labels import LABELS
from portal.web.lists import chips, choice, found, options, read_list, render_list
from portal.web.session import actor

bp = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@bp.get("")
@requires(Permission.DELIVERIES_READ)
def show_list() -> Response:
    """Show the events of the banks, newest first."""
    view = read_list()
    status = choice(DeliveryStatus, view.value("status"))
    page = list_deliveries(db.session(), status, view.query, view.page)
    return render_list(
        "deliveries/list.html",
        "deliveries/_results.html",
        view,
        page,
        rows=page.items,
        found=found(page, "событие", "события", "событий"),
        chips=chips(view, {"status": f"статус: {LABELS[status]}" if status else ""}),
        statuses=options(tuple(DeliveryStatus), LABELS, view.value("status")),
    )


@bp.get("/<int:number>")
@requires(Permission.DELIVERIES_READ)
def show(number: int) -> Response:
    """Show one event: what it said, and what became of it."""
    page = "deliveries/show.html"
    return render(page, page, delivery=delivery_card(db.session(), number))


@bp.post("/<int:number>/replay")
@requires(Permission.DELIVERIES_REPLAY)
def replay(number: int) -> Response:
    """Read the operation of an event again; harmless however often it is done."""
    requeue_delivery(number, actor=actor(), now=clock.now())
    nudge(jobs.apply, number)
    return go(url_for("deliveries.show", number=number))
