"""Card checks whose sum is not back: staff see them, and ask the bank once more (B4)."""

import uuid

from flask import Blueprint, Response, url_for

from portal.domain import clock
from portal.domain.cards import ReturnState
from portal.domain.errors import AlreadyMoved
from portal.domain.permissions import Permission
from portal.jobs import refunds as jobs
from portal.jobs.queue import nudge
from portal.store.card_checks import find_check, list_checks_in_trouble
from portal.store.db import db
from portal.usecases.card_checks import return_again
from portal.web.access import requires
from portal.web.card_forms import ReturnForm
from portal.web.card_words import CHECK_ALREADY_MOVED, CHECK_FORM_STALE, staff_sentence
from portal.web.fragments import go, render
from portal.web.session import actor

bp = Blueprint("card_checks", __name__, url_prefix="/card-checks")


def _page(*, status: int = 200, note: str = "") -> Response:
    checks = list_checks_in_trouble(db.session())
    page = "cards/checks.html"
    return render(
        page,
        page,
        status=status,
        note=note,
        form=ReturnForm(),
        rows=[(check, staff_sentence(check), str(uuid.uuid4())) for check in checks],
        owed=ReturnState.OWED,
        unknown=ReturnState.UNKNOWN,
    )


@bp.get("")
@requires(Permission.PAYMENTS_READ)
def show_list() -> Response:
    """List the checks whose sum lies with us, or nobody knows where, oldest first."""
    return _page()


@bp.post("/<int:number>/return")
@requires(Permission.REFUNDS_CREATE)
def create(number: int) -> Response:
    """Ask the bank once more for what it has definitely not returned."""
    find_check(db.session(), number)
    form = ReturnForm()
    if not form.validate_on_submit():
        return _page(status=422, note=CHECK_FORM_STALE)
    try:
        refund_id = return_again(number, form.intent_key.data, actor=actor(), now=clock.now())
    except AlreadyMoved:
        return _page(status=409, note=CHECK_ALREADY_MOVED)
    nudge(jobs.submit, refund_id)
    return go(url_for("card_checks.show_list"))
