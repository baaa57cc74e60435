"""«Возвраты вне портала»: which there are, and whose money each of them was."""

from flask import Blueprint, Response, url_for

from portal.domain import clock
from portal.domain.attributions import NotAttributable
from portal.domain.errors import AlreadyMoved
from portal.domain.ledger import AccountKind
from portal.domain.permissions import Permission
from portal.store.attributions import attribution_facts
from portal.store.db import db
from portal.store.payments import payment_card
from portal.store.refunds import refund_card, unexplained_refunds
from portal.usecases.attributions import Attribution, attribute_refund
from portal.web.access import requires
from portal.web.context import bank_title
from portal.web.fragments import go, render
from portal.web.refund_forms import AttributionForm
from portal.web.session import actor

bp = Blueprint("attributions", __name__)


@bp.get("/refunds/external")
@requires(Permission.PAYMENTS_READ)
def show_list() -> Response:
    """List the refunds made at the bank that nobody has explained yet, oldest first."""
    page = "refunds/external.html"
    return render(page, page, refunds=unexplained_refunds(db.session()))


def _page(number: int, form: AttributionForm, status: int = 200) -> Response:
    refund = refund_card(db.session(), number)
    payment = payment_card(db.session(), refund.payment_id)
    form.offer(attribution_facts(db.session(), refund, payment))
    page, bank = "refunds/attribute.html", bank_title(payment.account)
    return render(page, page, status=status, refund=refund, payment=payment, form=form, bank=bank)


@bp.get("/refunds/<int:number>/attribute")
@requires(Permission.REFUNDS_RESOLVE)
def new(number: int) -> Response:
    """Ask whose money it was; only accounts that hold the sum are offered."""
    return _page(number, AttributionForm(formdata=None))


@bp.post("/refunds/<int:number>/attribute")
@requires(Permission.REFUNDS_RESOLVE)
def create(number: int) -> Response:
    """Move the sum and keep the person's word; what was spent meanwhile is offered anew."""
    form = AttributionForm()
    refund = refund_card(db.session(), number)
    payment = payment_card(db.session(), refund.payment_id)
    form.offer(attribution_facts(db.session(), refund, payment))
    if not form.validate_on_submit():
        return _page(number, form, 422)
    attribution = Attribution(AccountKind(form.kind.data), form.reason.data.strip())
    try:
        attribute_refund(number, attribution, actor=actor(), now=clock.now())
    except (AlreadyMoved, NotAttributable):
        return _page(number, form, 409)
    return go(url_for("refunds.show", number=number))
