"""A refund that the payer's bank has sent back: a person saw it in the statement and says so."""

from flask import Blueprint, Response, url_for

from portal.domain import clock
from portal.domain.errors import AlreadyMoved
from portal.domain.permissions import Permission
from portal.store.db import db
from portal.store.refunds import refund_card
from portal.usecases.refunds import bounce_refund
from portal.web.access import requires
from portal.web.fragments import go, render
from portal.web.refund_forms import BounceForm
from portal.web.session import actor

bp = Blueprint("bounces", __name__)


def _page(number: int, form: BounceForm, status: int = 200) -> Response:
    page = "refunds/bounce.html"
    return render(page, page, status=status, refund=refund_card(db.session(), number), form=form)


@bp.get("/refunds/<int:number>/bounce")
@requires(Permission.REFUNDS_RESOLVE)
def new(number: int) -> Response:
    """Show what will be moved back, and ask how the person knows."""
    return _page(number, BounceForm(formdata=None))


@bp.post("/refunds/<int:number>/bounce")
@requires(Permission.REFUNDS_RESOLVE)
def create(number: int) -> Response:
    """Move the money back to where the refund was taken from."""
    form = BounceForm()
    if not form.validate_on_submit():
        return _page(number, form, 422)
    try:
        bounce_refund(number, form.reason.data.strip(), actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _page(number, form, 409)
    return go(url_for("refunds.show", number=number))
