"""What a payer sees after the choice: waiting for the bank's word, and the end (A1, A7)."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from portal.domain import clock
from portal.domain.card_origins import CardOrigin, charged_in
from portal.domain.charges import LINK_UNREAD, PRESS_COUNTS, PRESS_TOO_OLD
from portal.domain.consultations import ConsultationStatus
from portal.domain.payments import SUSPENDED_MEANWHILE, Decline, PaymentMethod, PaymentStatus
from portal.jobs import payments as jobs
from portal.jobs.accounts import banks, taking_payments
from portal.jobs.queue import nudge
from portal.store.consultations import Consultation
from portal.store.db import db
from portal.store.fundings import is_by_balance
from portal.store.payment_lists import surplus_of
from portal.store.payments import Payment, latest_payment, paid_by_consultation
from portal.web.access import public
from portal.web.calendars import calendar_of
from portal.web.checkout_words import receipt_words
from portal.web.countries import visitor_country
from portal.web.formats import MOSCOW, masked_email
from portal.web.fragments import is_partial, render
from portal.web.inputs import row_number
from portal.web.pay_pages import consultation_of, is_owner, lead_to, suspended_for, till_of
from portal.web.qr import qr_code
from portal.web.session import visitor
from portal.web.zones import ZONES, hour_there

bp = Blueprint("waiting", __name__, url_prefix="/pay")
#: A page that waits asks soon at first and seldom later: (age of the payment, seconds).
POLLS = ((timedelta(seconds=5), 1), (timedelta(seconds=30), 2), (timedelta(minutes=2), 5))
SELDOM = 15
#: How long a payer is told to wait before they hear that the bank is slow.
PATIENCE = timedelta(minutes=3)
#: What the address says about where the payer is: refused by the bank, on the way, at our code.
_SAID = ("declined", "link", "code")
#: Where a payer stands who may look at the code: it still waits, or its time is over.
_AT_THE_CODE = ("waiting", "expired")
#: Where the card was refused, or nothing came of it, so that another one may do.
_REFUSED = ("declined", "failed", "expired")
_POLLED = ("preparing", "declined", "waiting", "code", "blocked")
#: Surplus is money that came after the cancellation: it pays for nothing and is the client's.
_ENDED = {
    PaymentStatus.PAID: "surplus",
    PaymentStatus.FAILED: "failed",
    PaymentStatus.EXPIRED: "expired",
}
#: What was never asked of the bank, and so took nothing.
_UNSENT = {PRESS_TOO_OLD: "stale", SUSPENDED_MEANWHILE: "suspended"}


def _stage(consultation: Consultation, payment: Payment | None) -> str:
    """Name where the payer stands: paid, none, how it ended, preparing, what was said, waiting."""
    if consultation.is_paid:
        return "paid"
    if payment is None:
        return "none"
    if payment.status in _ENDED:
        return _UNSENT.get(payment.failure or "", _ENDED[payment.status])
    return _open_stage(payment)


def _open_stage(payment: Payment) -> str:
    """Name where the payer of a payment stands that has not ended."""
    if payment.link_url is None and not payment.is_charge:
        return "preparing"
    if payment.is_charge and payment.failure == LINK_UNREAD:
        return "blocked"
    heard = "declined" if payment.decline else "waiting"
    said = next((stage for stage in _SAID if stage in request.args), heard)
    return "waiting" if said == "link" and not _bank_url(payment) else said


def _bank_url(payment: Payment | None) -> str:
    """Return where the bank takes the payment, nothing for whom it is not.

    A link that shows a client's kept cards is theirs, signed in: whoever has only the address of
    the checkout gets one of their own (B2).
    """
    if payment is None or (payment.is_by_own_card and not _is_owner(payment)):
        return ""
    return payment.link_url or ""


def _is_owner(payment: Payment) -> bool:
    person = visitor()
    return person is not None and person.id == payment.user_id


def _poll_seconds(age: timedelta) -> int:
    return next((seconds for until, seconds in POLLS if age < until), SELDOM)


def _wait_context(token: str) -> dict[str, Any]:
    consultation = consultation_of(token)
    named = row_number(request.args.get("payment", ""))
    payment = latest_payment(db.session(), consultation.id, named or 0)
    stage = _stage(consultation, payment)
    age = clock.now() - payment.created_at if payment else timedelta()
    return {
        "consultation": consultation,
        "payment": payment,
        "bank_url": _bank_url(payment),
        "is_owner": is_owner(consultation),
        "stage": stage,
        "is_slow": age > PATIENCE,
        "gives_up_at": payment.created_at + PRESS_COUNTS if payment else None,
        "poll_seconds": _poll_seconds(age) if stage in _POLLED else 0,
        # Who has just come, from the bank as a rule, is answered at once however old the link is.
        "first_poll": None if is_partial() else POLLS[0][1],
        **_other_card(consultation, payment, stage),
    }


def _other_card(consultation: Consultation, payment: Payment | None, stage: str) -> dict[str, Any]:
    """Say to whom the till of foreign cards has refused what a Russian card pays elsewhere (A5).

    ``russian`` is the price in roubles, None where nobody takes them for this. Of a bound card only
    what is known is told.
    """
    is_foreign = payment is not None and payment.currency is charged_in(CardOrigin.FOREIGN)
    if payment is None or not is_foreign or stage not in _REFUSED or _is_bound_elsewhere(payment):
        return {"is_russian_card": False, "russian": None}
    till, roubles = till_of(consultation, CardOrigin.RUSSIAN), charged_in(CardOrigin.RUSSIAN)
    return {
        "is_russian_card": payment.decline is Decline.RUSSIAN_CARD,
        "russian": till.price if till and till.price.currency is roubles else None,
        "is_suspended": suspended_for(consultation, CardOrigin.RUSSIAN) is roubles,
    }


def _is_bound_elsewhere(payment: Payment) -> bool:
    """Tell whether a bound card was charged that nobody knows for a Russian one."""
    return payment.is_charge and payment.decline is not Decline.RUSSIAN_CARD


def _has_code(payment: Payment | None) -> bool:
    if payment is None or payment.link_url is None:
        return False
    return payment.method is PaymentMethod.SBP


def _is_over(payment: Payment) -> bool:
    """Tell whether the link's time is over, or the bank has said so."""
    ends_at = payment.link_expires_at
    is_late = ends_at is not None and ends_at <= clock.now()
    return is_late or payment.status is PaymentStatus.EXPIRED


def _way_on(token: str, context: dict[str, Any]) -> str:
    """Return the page of ours that stands for this stage; empty when it is this one.

    A code of ours is shown only for SBP, and leads to its own page when its time is over.
    """
    payment, stage = context["payment"], context["stage"]
    is_over = stage == "code" and _is_over(payment)
    if stage == "paid":
        return url_for("waiting.done", token=token)
    if stage == "none":
        return url_for("checkout.method", token=token)
    if _has_code(payment) and (stage in ("link", "expired") or is_over):
        return url_for("waiting.sbp", token=token, payment=payment.id)
    if "code" in request.args and stage != "code":
        return url_for("waiting.wait", token=token, payment=payment.id)
    return ""


@bp.get("/<string:token>/wait")
@public
def wait(token: str) -> Response:
    """Wait for the bank's word, never for the browser's: coming back proves nothing (I-30).

    The page leads on to the bank by itself: a redirect would still belong to the form that was
    sent, and browsers let no form end on another site (form-action).
    """
    context = _wait_context(token)
    stage, payment = context["stage"], context["payment"]
    if stage in ("waiting", "declined", "code") and payment is not None:
        nudge(jobs.read, payment.id)
    onwards = _way_on(token, context)
    if is_partial():
        return _poll_answer(onwards, context)
    if onwards:
        return make_response(redirect(onwards, code=303))
    return make_response(render_template("checkout/wait.html", **context))


def _poll_answer(onwards: str, context: dict[str, Any]) -> Response:
    """Answer a poll of the waiting page: onwards, the same fragment, or the last one (286)."""
    fragment = "" if onwards else render_template("checkout/_wait.html", **context)
    answer = make_response(fragment)
    if onwards:
        answer.headers["HX-Redirect"] = onwards
    elif context["stage"] == "link":
        answer.headers["HX-Redirect"] = context["bank_url"]
    elif not context["poll_seconds"]:
        answer.status_code = 286
    return answer


@bp.get("/<string:token>/sbp")
@public
def sbp(token: str) -> Response:
    """Show the code to scan, and to a telephone the way into the bank's app."""
    context = _wait_context(token)
    payment: Payment | None = context["payment"]
    if payment is None or not _has_code(payment) or context["stage"] not in _AT_THE_CODE:
        link = 1 if context["stage"] == "preparing" else None
        return lead_to("waiting.wait", token, link=link, payment=request.args.get("payment"))
    if _is_over(payment):
        nudge(jobs.read, payment.id)
    else:
        context |= {"stage": "code", "code": qr_code(payment.link_url or "")}
    account = taking_payments(payment.currency)
    by_card = bool(account and PaymentMethod.CARD in account.connector.capabilities.methods)
    page = render_template("checkout/sbp.html", **{"code": "", "by_card": by_card} | context)
    return make_response(page)


@bp.get("/<string:token>/done")
@public
def done(token: str) -> Response:
    """Say that it is paid; may be opened again and never pays twice."""
    consultation = consultation_of(token)
    if not consultation.is_paid:
        return lead_to("waiting.wait", token)
    page, status = "checkout/done.html", consultation.status_at(clock.now())
    there = hour_there(consultation.starts_at, _zone(consultation))
    return render(
        page,
        page,
        consultation=consultation,
        there=there,
        receipt=_receipt(consultation),
        **_owners_part(consultation),
        is_ahead=status is ConsultationStatus.SCHEDULED,
        is_cancelled=status is ConsultationStatus.CANCELLED,
    )


def _owners_part(consultation: Consultation) -> dict[str, Any]:
    """Return what is told to the client alone, signed in: their balance, and the proofs (C1)."""
    if not is_owner(consultation):
        return {"surplus": None, "by_balance": False, "proofs": ()}
    session = db.session()
    return {
        "surplus": surplus_of(session, consultation.id),
        "by_balance": is_by_balance(session, consultation.id),
        "proofs": paid_by_consultation(session, consultation.client_id).get(consultation.id, ()),
    }


def _zone(consultation: Consultation) -> str:
    """Return the client's zone; of one who never chose any the country tells it, if it can."""
    zone = consultation.client.time_zone
    return ZONES.get(visitor_country() or "", zone) if zone == MOSCOW.key else zone


def _receipt(consultation: Consultation) -> str:
    """Say where the receipt comes; nothing when no bank was paid, or the balance paid."""
    if is_by_balance(db.session(), consultation.id):
        return ""
    payment = latest_payment(db.session(), consultation.id)
    if payment is None:
        return ""
    account = banks().find(payment.account)
    by_bank = account.connector.capabilities.receipt_by_bank if account else None
    return receipt_words(masked_email(consultation.client.email), by_bank=by_bank)


@bp.get("/<string:token>/consultation.ics")
@public
def calendar(token: str) -> Response:
    """Give the consultation as a file for the calendar; there is none before it is paid."""
    consultation = consultation_of(token)
    if not consultation.is_paid:
        return lead_to("checkout.method", token)
    host = urlsplit(current_app.config["PORTAL"].public_url).hostname or ""
    answer = make_response(calendar_of(consultation, host=host, now=clock.now()))
    answer.mimetype = "text/calendar"
    return answer
