"""«Отправить ссылку на почту»: from a consultation's card to its client (E1)."""

from flask import Blueprint, Response, flash, url_for

from portal.domain import clock
from portal.domain.errors import AlreadyPaid, NotPayable
from portal.domain.permissions import Permission
from portal.usecases.payment_links import ClientUnreachable, LinkJustSent, send_payment_link
from portal.web.access import requires
from portal.web.fragments import go
from portal.web.session import actor

bp = Blueprint("payment_links", __name__, url_prefix="/consultations")
SENT = "Ссылка на оплату отправляется клиенту на почту."
PAID = "Консультация уже оплачена: ссылка не отправлена."
NOT_PAYABLE = "За эту консультацию платить не нужно: она отменена, прошла или бесплатная."
UNREACHABLE = "У клиента нет почты, или он отключён. Скопируйте ссылку и передайте её сами."
JUST_SENT = "Эту ссылку отправили меньше 10 минут назад. Подождите: письмо ещё в пути."


@bp.post("/<int:number>/link")
@requires(Permission.CONSULTATIONS_BOOK)
def send(number: int) -> Response:
    """Send the client the link to pay, and say on the card what came of it."""
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
    return go(url_for("consultations.show", number=number))
