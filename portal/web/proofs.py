"""«Подтверждение оплаты»: a page to print about one payment; no bank tells its receipts (A9)."""

from flask import Blueprint, Response

from portal.domain import clock
from portal.domain.errors import NotFound
from portal.domain.payments import PaymentStatus
from portal.jobs.accounts import banks
from portal.store.consultations import consultation_card
from portal.store.db import db
from portal.store.payment_rows import PaymentRow, payment_row
from portal.web.access import signed_in
from portal.web.checkout_words import receipt_words, vat_words
from portal.web.formats import masked_email
from portal.web.fragments import render
from portal.web.session import me

bp = Blueprint("proofs", __name__, url_prefix="/account/payments")


@bp.get("/<int:number>/proof")
@signed_in
def show(number: int) -> Response:
    """Say who paid what, how much, when, and the bank's number of it; only the client may look."""
    now, page = clock.now(), "account/proof.html"
    row = payment_row(db.session(), number, now=now)
    if row.user_id != me().id or row.status is not PaymentStatus.PAID:
        raise NotFound(what="Payment", id=number)
    consultation = consultation_card(db.session(), row.consultation_id)
    receipt = _receipt(row, masked_email(consultation.client.email))
    return render(page, page, payment=row, consultation=consultation, receipt=receipt, now=now)


def _receipt(row: PaymentRow, mail: str) -> str:
    """Say what the price contains and where the receipt comes; a removed account tells neither."""
    account = banks().find(row.account)
    if account is None:
        return receipt_words(mail, by_bank=None)
    can = account.connector.capabilities
    return f"{vat_words(can.vat_percent)} {receipt_words(mail, by_bank=can.receipt_by_bank)}"
