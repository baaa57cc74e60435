"""The link to pay for staff to hand over: copied, scanned, or sent to its client (A10, E1)."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, request, url_for

from portal.domain import clock
from portal.domain.errors import AccountSuspended, AlreadyPaid, NotFound, NotPayable
from portal.domain.letters import LetterChannel, LetterKind
from portal.domain.money import Currency
from portal.domain.payments import PaymentStatus
from portal.domain.permissions import Permission
from portal.jobs import payments as jobs
from portal.jobs import sms as sms_jobs
from portal.jobs.accounts import banks
from portal.jobs.queue import nudge
from portal.store.cards import last_charge_of
from portal.store.consultations import Consultation, consultation_card
from portal.store.db import db
from portal.store.letters import last_letter_about
from portal.store.slots import Slot
from portal.usecases.payment_links import ClientUnreachable, LinkJustSent, send_payment_link
from portal.web.access import requires
from portal.web.charge_words import ChargeTold, tell_charge
from portal.web.fragments import go, is_partial, render
from portal.web.pay_pages import pay_url
from portal.web.qr import qr_code
from portal.web.session import actor
from portal.web.sms_words import offer_sms

bp = Blueprint("payment_links", __name__, url_prefix="/consultations")
SENT = {
    LetterChannel.MAIL: "Ссылка на оплату отправляется клиенту на почту.",
    LetterChannel.SMS: "Ссылка на оплату отправляется клиенту по СМС.",
}
PAID = "Консультация уже оплачена: ссылка не отправлена."
NOT_PAYABLE = "За эту консультацию платить не нужно: она отменена, прошла или бесплатная."
SUSPENDED = (
    "Ссылка не отправлена: приём платежей через банк приостановлен, причина на «Обзоре». Клиент "
    "пока не смог бы заплатить. Отправьте ссылку, когда приём возобновят."
)
UNREACHABLE = {
    LetterChannel.MAIL: "У клиента нет почты, или он отключён. Скопируйте ссылку и передайте её "
    "сами.",
    LetterChannel.SMS: "У клиента не записан телефон для СМС, или он отключён. Скопируйте ссылку и "
    "передайте её сами.",
}
JUST_SENT = {
    LetterChannel.MAIL: "Эту ссылку отправили меньше 10 минут назад. Подождите: письмо ещё в пути.",
    LetterChannel.SMS: "Эту ссылку отправили по СМС меньше 10 минут назад. Подождите: второе СМС "
    "не отправлено.",
}


def _charge_told(number: int, *, is_awaited: bool) -> ChargeTold | None:
    """Tell how far the charge of the client's card is, and ask the bank about one that goes on."""
    charge = last_charge_of(db.session(), number)
    if charge is not None and charge.status is PaymentStatus.PENDING:
        nudge(jobs.read, charge.id)
    return tell_charge(charge, is_awaited=is_awaited, now=clock.now())


@bp.get("/<int:number>/link")
@requires(Permission.CONSULTATIONS_BOOK)
def show(number: int) -> Response:
    """Show the link as a field, a code and a letter, or say that there is nothing to pay.

    While the client's card is being charged the page waits for that instead, and asks again. A poll
    of the waiting link (``awaited``) hears nothing (204) until the page has something else to show.
    """
    consultation, page = consultation_card(db.session(), number), "consultations/link.html"
    is_awaited = consultation.is_payable_at(clock.now()) and not consultation.is_paid
    told = _charge_told(number, is_awaited=is_awaited)
    poll_seconds = told.poll_seconds if told else 0
    if is_partial() and "awaited" in request.args and is_awaited and not poll_seconds:
        return make_response("", 204)
    if is_partial() and ("awaited" in request.args or not poll_seconds):
        return go(url_for("payment_links.show", number=number))
    more: dict[str, Any] = {"consultation": consultation, "is_awaited": is_awaited, "told": told}
    more |= _link_of(consultation, has_code=is_awaited) | {"poll_seconds": poll_seconds}
    return render(page, "consultations/_charge.html", **more)


def _link_of(consultation: Consultation, *, has_code: bool) -> dict[str, Any]:
    """Return the link as a field, a code, and the last letter and SMS that took it along."""
    url, client = pay_url(consultation), consultation.client
    about = (LetterKind.PAYMENT_LINK, client.id, consultation.id)
    return {
        "pay_url": url,
        "code": qr_code(url) if has_code else "",
        "link_letter": last_letter_about(db.session(), *about),
        "may_send": True,
        "sms": offer_sms(client, last_letter_about(db.session(), *about, LetterChannel.SMS)),
    }


def _tills(number: int) -> list[str]:
    """Name the accounts at which the client may pay, in whatever currency there is a price."""
    consultation = consultation_card(db.session(), number)
    slot = db.session().get(Slot, consultation.slot_id) if consultation.slot_id else None
    priced = [each for each in Currency if consultation.price_in(each, slot)]
    return [account.name for each in priced for account in banks().open_in(each)]


@bp.post("/<int:number>/link")
@requires(Permission.CONSULTATIONS_BOOK)
def send(number: int) -> Response:
    """Send the client the link to pay by mail, and say beside it what came of it."""
    _send(number, LetterChannel.MAIL)
    return go(url_for("payment_links.show", number=number))


@bp.post("/<int:number>/link/sms")
@requires(Permission.CONSULTATIONS_BOOK)
def send_sms(number: int) -> Response:
    """Send it by SMS, where a provider is set."""
    if sms_jobs.provider() is None:
        raise NotFound(what="SmsProvider")
    letter = _send(number, LetterChannel.SMS)
    if letter:
        nudge(sms_jobs.deliver, letter)
    return go(url_for("payment_links.show", number=number))


def _send(number: int, channel: LetterChannel) -> int:
    """Put the link on its way and say what came of it; return the letter's number, 0 of none."""
    now, tills = clock.now(), _tills(number)
    try:
        letter = send_payment_link(number, channel, actor=actor(), now=now, tills=tills)
    except AlreadyPaid:
        flash(PAID, "wait")
    except NotPayable:
        flash(NOT_PAYABLE, "wait")
    except AccountSuspended:
        flash(SUSPENDED, "wait")
    except ClientUnreachable:
        flash(UNREACHABLE[channel], "wait")
    except LinkJustSent:
        flash(JUST_SENT[channel], "wait")
    else:
        flash(SENT[channel], "good")
        return letter
    return 0
