"""How a binding on the bank's own page goes, to the client who has begun it (A2, B1-B4)."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.domain.bindings import BindingStatus
from portal.jobs import cards as jobs
from portal.jobs.queue import nudge
from portal.store.bindings import Binding, last_binding, own_binding
from portal.store.db import db
from portal.web.access import signed_in
from portal.web.binding_words import AGAIN, binding_sentence, binding_steps
from portal.web.card_waits import CardWait, wait_for_card
from portal.web.fragments import is_partial
from portal.web.session import me

bp = Blueprint("bindings", __name__, url_prefix="/account/cards/bindings")
_WAITING = (BindingStatus.ASKED, BindingStatus.PAGE)


def told_binding(user_id: int) -> dict[str, Any] | None:
    """Tell the last binding of a client; nothing once its card stands in the list."""
    binding = last_binding(db.session(), user_id)
    return None if binding is None or binding.status is BindingStatus.BOUND else _told(binding)


def _told(binding: Binding) -> dict[str, Any]:
    return {
        "binding": binding,
        "steps": binding_steps(binding),
        "sentence": binding_sentence(binding),
    }


@bp.get("/<int:number>")
@signed_in
def show(number: int) -> Response:
    """Tell how far a binding is; one that has just begun leads on to the bank's page.

    Coming back from the bank proves nothing: the list of its cards is read again. A page that
    waits waits for the bank's message and for the sweep, and asks no bank every three seconds.
    """
    binding = own_binding(db.session(), number, me().id)
    is_moving, at_page = binding.status in _WAITING, binding.status is BindingStatus.PAGE
    is_leaving = "link" in request.args and is_moving
    if at_page and not is_leaving and not is_partial():
        nudge(jobs.look, number)
    wait = CardWait(
        url_for("bindings.show", number=number, link=request.args.get("link")),
        binding.page_url if at_page and binding.seen_at is None else None,
        is_leaving,
        is_moving,
        url_for("cards.new") if binding.status in AGAIN else "",
    )
    return wait_for_card(_told(binding), wait)
