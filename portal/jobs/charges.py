"""The job that charges a client's card: read, mark, call once, and look for the line."""

import logging

from portal.domain import clock
from portal.domain.card_ports import CardCharging
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankMisconfigured, BankRefused, BankUnavailable
from portal.jobs import payments
from portal.jobs.accounts import account
from portal.jobs.queue import nudge
from portal.store.cards import other_links
from portal.store.db import db
from portal.store.payments import Payment
from portal.usecases.charges import claim_charge, postpone_charge, record_not_charged

NO_ANSWER = "the bank was not reached, nothing was sent"
_log = logging.getLogger(__name__)


def send(payment_id: int) -> None:
    """Charge the card once; a second run of a job whose worker died only reads.

    The payer waits: when the bank cannot be read now, nothing is sent, now or later. While it does
    not say whether another link for the same has been paid, the charge waits as long as its press
    counts.
    """
    payment = db.session.get_one(Payment, payment_id)
    name, operation_id, amount = payment.account, payment.charged_operation or "", payment.amount
    is_fresh = payment.status is PaymentStatus.CREATED and payment.charged_at is None
    db.session.rollback()
    if is_fresh:
        if not _catch_up(payment_id):
            postpone_charge(payment_id, now=clock.now())
            return
        baseline = payments.read_operation(name, operation_id)
        if baseline is None or not baseline.is_ours:
            record_not_charged(payment_id, NO_ANSWER, now=clock.now())
            return
        if claim_charge(payment_id, baseline, now=clock.now()):
            _charge(payment_id, name, operation_id, amount)
    nudge(payments.read, payment_id)


def _catch_up(payment_id: int) -> bool:
    """Read what else the consultation may have been paid by; tell whether the bank has told."""
    others = other_links(db.session(), payment_id)
    db.session.rollback()
    return all(payments.catch_up(other) for other in others)


def _charge(payment_id: int, name: str, operation_id: str, amount: Money) -> None:
    try:
        bank = account(name).connector
        if not isinstance(bank, CardCharging) or not bank.capabilities.charges_without_payer:
            raise BankMisconfigured(f"account {name} charges no cards")
        bank.charge(operation_id, amount)
    except BankRefused as refused:
        record_not_charged(payment_id, refused.text, now=clock.now())
    except BankMisconfigured as error:
        record_not_charged(payment_id, str(error), now=clock.now())
    except BankUnavailable as silence:
        _log.warning("charge for payment %s: %s", payment_id, silence)
        if not silence.sent:
            record_not_charged(payment_id, NO_ANSWER, now=clock.now())
