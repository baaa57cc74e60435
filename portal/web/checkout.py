"""The payer's way: how to pay, the bank's page, waiting, done (A1, A7, A8)."""

from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from portal.domain import clock
from portal.domain.consultations import PAYABLE
from portal.domain.errors import AlreadyPaid, NotPayable
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.jobs import payments as jobs
from portal.jobs.accounts import banks
from portal.jobs.queue import nudge
from portal.store.consultations import Consultation, consultation_by_token
from portal.store.db import db
from portal.store.payment_lists import has_surplus
from portal.store.payments import Payment, latest_payment
from portal.usecases.checkouts import Checkout, create_payment
from portal.web.access import public
from portal.web.forms import MethodForm
from portal.web.fragments import is_partial, render
from portal.web.session import actor

TOO_LATE = "Эту консультацию уже не оплатить."
bp = Blueprint("checkout", __name__, url_prefix="/pay")
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


def _consultation(token: str) -> Consultation:
    if len(token) > 43:
        abort(404)
    return consultation_by_token(db.session(), token)


def _to(endpoint: str, token: str) -> Response:
    return make_response(redirect(url_for(f"checkout.{endpoint}", token=token), code=303))


@bp.get("/<string:token>")
@public
def start(token: str) -> Response:
    """Lead the payer to where they stand: how to pay, or done."""
    return _to("done" if _consultation(token).is_paid else "method", token)


@bp.get("/<string:token>/method")
@public
def method(token: str) -> Response:
    """Ask how to pay; SBP stands first and is chosen (A7)."""
    consultation = _consultation(token)
    if consultation.is_paid:
        return _to("done", token)
    return _method_page(consultation, MethodForm(formdata=None))


def _method_page(
    consultation: Consultation, form: MethodForm, *, status: int = 200, note: str = ""
) -> Response:
    account = banks().taking_payments(consultation.currency)
    is_payable = consultation.status_at(clock.now()) in PAYABLE and account is not None
    return render(
        "checkout/method.html",
        "checkout/method.html",
        status=status,
        consultation=consultation,
        form=form,
        note=note,
        is_payable=is_payable and consultation.price_minor > 0,
        methods=account.connector.capabilities.methods if account else (),
        has_receipt=account is not None and account.connector.capabilities.receipt_by_bank,
    )


@bp.post("/<string:token>/method")
@public
def choose(token: str) -> Response:
    """Start the payment; a job asks the bank for the link while the payer waits on our page."""
    consultation = _consultation(token)
    form = MethodForm()
    if not form.validate_on_submit():
        return _method_page(consultation, form, status=422)
    account = banks().taking_payments(consultation.currency)
    if account is None:
        return _method_page(consultation, form, status=409, note="Оплата временно недоступна.")
    checkout = Checkout(account.name, PaymentMethod(form.method.data))
    try:
        payment_id = create_payment(token, checkout, actor=actor(), now=clock.now())
    except AlreadyPaid:
        return _to("done", token)
    except NotPayable:
        return _method_page(consultation, form, status=409, note=TOO_LATE)
    nudge(jobs.create_link, payment_id)
    return make_response(redirect(url_for("checkout.wait", token=token, link=1), code=303))


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
    consultation = _consultation(token)
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
        return _to("done", token)
    if stage == "none":
        return _to("method", token)
    return make_response(render_template("checkout/wait.html", **context))


def _poll_answer(token: str, context: dict[str, Any]) -> Response:
    """Answer a poll of the waiting page: onwards, the same fragment, or the last one (286)."""
    answer = make_response(render_template("checkout/_wait.html", **context))
    if context["stage"] == "paid":
        answer.headers["HX-Redirect"] = url_for("checkout.done", token=token)
    elif context["stage"] == "link":
        answer.headers["HX-Redirect"] = context["payment"].link_url
    elif not context["poll_seconds"]:
        answer.status_code = 286
    return answer


@bp.get("/<string:token>/done")
@public
def done(token: str) -> Response:
    """Say that it is paid; may be opened again and never pays twice."""
    consultation = _consultation(token)
    if not consultation.is_paid:
        return _to("wait", token)
    page = "checkout/done.html"
    is_twice = has_surplus(db.session(), consultation.id)
    return render(page, page, consultation=consultation, is_twice=is_twice)
