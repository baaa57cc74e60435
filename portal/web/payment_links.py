"""The link to pay for staff to hand over: copied, scanned, or sent to its client (A10, E1)."""

from typing import Any

from flask import Blueprint, Response, flash, url_for

from portal.domain import clock
from portal.domain.errors import AccountSuspended, AlreadyPaid, NotPayable
from portal.domain.letters import LetterKind
from portal.domain.money import Currency
from portal.domain.payments import PaymentStatus
from portal.domain.permissions import Permission
from portal.jobs import payments as jobs
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

bp = Blueprint("payment_links", __name__, url_prefix="/consultations")
SENT = "Ссылка на оплату отправляется клиенту на почту."
PAID = "Консультация уже оплачена: ссылка не отправлена."
NOT_PAYABLE = "За эту консультацию платить не нужно: она отменена, прошла или бесплатная."
SUSPENDED = (
    "Письмо не отправлено: приём платежей через банк приостановлен, причина на «Обзоре». Клиент "
    "пока не смог бы заплатить. Отправьте ссылку, когда приём возобновят."
)
UNREACHABLE = "У клиента нет почты, или он отключён. Скопируйте ссылку и передайте её сами."
JUST_SENT = "Эту ссылку отправили меньше 10 минут назад. Подождите: письмо ещё в пути."


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

    While the client's card is being charged the page waits for that instead, and asks again.
    """
    consultation, page = consultation_card(db.session(), number), "consultations/link.html"
    is_awaited = consultation.is_payable_at(clock.now()) and not consultation.is_paid
    told = _charge_told(number, is_awaited=is_awaited)
    poll_seconds = told.poll_seconds if told else 0
    if is_partial() and not poll_seconds:
        return go(url_for("payment_links.show", number=number))
    more: dict[str, Any] = {"consultation": consultation, "is_awaited": is_awaited, "told": told}
    more |= _link_of(consultation, has_code=is_awaited) | {"poll_seconds": poll_seconds}
    return render(page, "consultations/_charge.html", **more)


def _link_of(consultation: Consultation, *, has_code: bool) -> dict[str, Any]:
    """Return the link as a field, a code, and the last letter that took it to the client."""
    kind, url, number = LetterKind.PAYMENT_LINK, pay_url(consultation), consultation.id
    return {
        "pay_url": url,
        "code": qr_code(url) if has_code else "",
        "link_letter": last_letter_about(db.session(), kind, consultation.client_id, number),
        "may_send": True,
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
    """Send the client the link to pay, and say beside it what came of it."""
    try:
        send_payment_link(number, actor=actor(), now=clock.now(), tills=_tills(number))
    except AlreadyPaid:
        flash(PAID, "wait")
    except NotPayable:
        flash(NOT_PAYABLE, "wait")
    except AccountSuspended:
        flash(SUSPENDED, "wait")
    except ClientUnreachable:
        flash(UNREACHABLE, "wait")
    except LinkJustSent:
        flash(JUST_SENT, "wait")
    else:
        flash(SENT, "good")
    return go(url_for("payment_links.show", number=number))
