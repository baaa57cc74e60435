"""The link to pay for staff to hand over: copied, scanned, or sent to its client (A10, E1)."""

from flask import Blueprint, Response, flash, url_for

from portal.domain import clock
from portal.domain.errors import AlreadyPaid, NotPayable
from portal.domain.letters import LetterKind
from portal.domain.permissions import Permission
from portal.store.consultations import consultation_card
from portal.store.db import db
from portal.store.letters import last_letter_about
from portal.usecases.payment_links import ClientUnreachable, LinkJustSent, send_payment_link
from portal.web.access import requires
from portal.web.fragments import go, render
from portal.web.pay_pages import pay_url
from portal.web.qr import qr_code
from portal.web.session import actor

bp = Blueprint("payment_links", __name__, url_prefix="/consultations")
SENT = "Ссылка на оплату отправляется клиенту на почту."
PAID = "Консультация уже оплачена: ссылка не отправлена."
NOT_PAYABLE = "За эту консультацию платить не нужно: она отменена, прошла или бесплатная."
UNREACHABLE = "У клиента нет почты, или он отключён. Скопируйте ссылку и передайте её сами."
JUST_SENT = "Эту ссылку отправили меньше 10 минут назад. Подождите: письмо ещё в пути."


@bp.get("/<int:number>/link")
@requires(Permission.CONSULTATIONS_BOOK)
def show(number: int) -> Response:
    """Show the link as a field, a code and a letter, or say that there is nothing to pay."""
    consultation, page = consultation_card(db.session(), number), "consultations/link.html"
    kind, url = LetterKind.PAYMENT_LINK, pay_url(consultation)
    is_awaited = consultation.is_payable_at(clock.now()) and not consultation.is_paid
    return render(
        page,
        page,
        consultation=consultation,
        is_awaited=is_awaited,
        pay_url=url,
        code=qr_code(url) if is_awaited else "",
        link_letter=last_letter_about(db.session(), kind, consultation.client_id, number),
        may_send=True,
    )


@bp.post("/<int:number>/link")
@requires(Permission.CONSULTATIONS_BOOK)
def send(number: int) -> Response:
    """Send the client the link to pay, and say beside it what came of it."""
    try:
        send_payment_link(number, actor=actor(), now=clock.now())
    except AlreadyPaid:
        flash(PAID, "wait")
    except NotPayable:
        flash(NOT_PAYABLE, "wait")
    except ClientUnreachable:
        flash(UNREACHABLE, "wait")
    except LinkJustSent:
        flash(JUST_SENT, "wait")
    else:
        flash(SENT, "good")
    return go(url_for("payment_links.show", number=number))
