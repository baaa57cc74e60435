"""What a payer sees after the choice: waiting for the bank's word, and the end (A1, A7)."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for

from portal.domain import clock
from portal.domain.payments import PaymentStatus
from portal.jobs import payments as jobs
from portal.jobs.queue import nudge
from portal.store.consultations import Consultation
from portal.store.db import db
from portal.store.payment_lists import has_surplus
from portal.store.payments import Payment, latest_payment
from portal.web.access import public
from portal.web.checkout import consultation_of, lead_to
from portal.web.fragments import is_partial, render

bp = Blueprint("waiting", __name__, url_prefix="/pay")
#: How long a payer is told to wait before they hear that the bank is slow.
PATIENCE = timedelta(minutes=3)
#: What the address says about where the payer comes from: our page, or a refusal of the bank's.
_SAID = ("declined", "link")
#: Surplus is money that came after the cancellation: it pays for nothing and is the client's.
_ENDED = {
    PaymentStatus.PAID: "surplus",
    PaymentStatus.FAILED: "failed",
    PaymentStatus.EXPIRED: "expired",
}


def _stage(consultation: Consultation, payment: Payment | None) -> str:
    """Name where the payer stands: paid, none, failed, expired, link (go to the bank), waiting."""
    if consultation.is_paid:
        return "paid"
    if payment is None:
        return "none"
    if payment.status in _ENDED:
        return _ENDED[payment.status]
    if payment.link_url is None:
        return "preparing"
    return next((stage for stage in _SAID if stage in request.args), "waiting")


def _wait_context(token: str) -> dict[str, Any]:
    consultation = consultation_of(token)
    payment = latest_payment(db.session(), consultation.id)
    stage = _stage(consultation, payment)
    is_slow = payment is not None and clock.now() - payment.created_at > PATIENCE
    return {
        "consultation": consultation,
        "payment": payment,
        "stage": stage,
        "is_slow": is_slow,
        "poll_seconds": 2 if stage in ("preparing", "declined", "waiting") else 0,
    }


@bp.get("/<string:token>/wait")
@public
def wait(token: str) -> Response:
    """Wait for the bank's word, never for the browser's: coming back proves nothing (I-30).

    The page leads on to the bank by itself: a redirect would still belong to the form that was
    sent, and browsers let no form end on another site (form-action).
    """
    context = _wait_context(token)
    stage, payment = context["stage"], context["payment"]
    if stage in ("waiting", "declined") and payment is not None:
        nudge(jobs.read, payment.id)
    if is_partial():
        return _poll_answer(token, context)
    if stage == "paid":
        return lead_to("waiting.done", token)
    if stage == "none":
        return lead_to("checkout.method", token)
    return make_response(render_template("checkout/wait.html", **context))


def _poll_answer(token: str, context: dict[str, Any]) -> Response:
    """Answer a poll of the waiting page: onwards, the same fragment, or the last one (286)."""
    answer = make_response(render_template("checkout/_wait.html", **context))
    if context["stage"] == "paid":
        answer.headers["HX-Redirect"] = url_for("waiting.done", token=token)
    elif context["stage"] == "link":
        answer.headers["HX-Redirect"] = context["payment"].link_url
    elif not context["poll_seconds"]:
        answer.status_code = 286
    return answer


@bp.get("/<string:token>/done")
@public
def done(token: str) -> Response:
    """Say that it is paid; may be opened again and never pays twice."""
    consultation = consultation_of(token)
    if not consultation.is_paid:
        return lead_to("waiting.wait", token)
    page = "checkout/done.html"
    is_twice = has_surplus(db.session(), consultation.id)
    return render(page, page, consultation=consultation, is_twice=is_twice)
