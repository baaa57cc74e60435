"""An unknown refund that reading could not end: a person decides, with the bank's lines shown."""

from flask import Blueprint, Response, url_for

from portal.domain import clock
from portal.domain.errors import AlreadyMoved
from portal.domain.permissions import Permission
from portal.domain.refunds import RefundStatus
from portal.store.db import db
from portal.store.refunds import refund_card
from portal.usecases.refunds import Resolution, resolve_refund
from portal.web.access import requires
from portal.web.forms import NO_LINE, ResolutionForm
from portal.web.fragments import go, render
from portal.web.session import actor
from portal.web.step_ups import draft

bp = Blueprint("resolutions", __name__)


def _page(number: int, form: ResolutionForm, status: int = 200) -> Response:
    refund = refund_card(db.session(), number)
    form.offer(refund.proofs, refund.currency)
    return render(
        "refunds/resolve.html",
        "refunds/_resolve.html",
        status=status,
        refund=refund,
        form=form,
        is_unknown=refund.status is RefundStatus.UNKNOWN,
    )


@bp.get("/refunds/<int:number>/resolve")
@requires(Permission.REFUNDS_RESOLVE)
def new(number: int) -> Response:
    """Show our word and the bank's lines side by side."""
    return _page(number, ResolutionForm(formdata=draft()))


@bp.post("/refunds/<int:number>/resolve")
@requires(Permission.REFUNDS_RESOLVE)
def create(number: int) -> Response:
    """Keep the person's decision: this line is our refund, or the bank has made none."""
    form = ResolutionForm()
    refund = refund_card(db.session(), number)
    form.offer(refund.proofs, refund.currency)
    if not form.validate_on_submit():
        return _page(number, form, 422)
    line_id = None if form.line.data == NO_LINE else form.line.data
    resolution = Resolution(line_id, form.reason.data.strip())
    try:
        resolve_refund(number, resolution, actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _page(number, form, 409)
    return go(url_for("refunds.show", number=number))
