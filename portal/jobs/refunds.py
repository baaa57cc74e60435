"""Jobs about refunds: send one once, read until its end is certain."""

from portal.domain import clock
from portal.domain.refunds import RefundStatus
from portal.jobs.accounts import account
from portal.jobs.payments import read_operation
from portal.jobs.queue import nudge
from portal.store.db import db
from portal.store.payments import Payment
from portal.store.refunds import Refund
from portal.usecases.payments import apply_operation
from portal.usecases.reconciliations import postpone_refund_reading, reconcile_refunds
from portal.usecases.submissions import postpone_refund, submit_refund


def submit(refund_id: int) -> None:
    """Take the baseline, send the refund once, and look at the bank's lines right after.

    A second run, of a job whose worker died, never sends what was sent: it reads (domain.md §4).
    """
    refund = db.session.get_one(Refund, refund_id)
    payment_id, status = refund.payment_id, refund.status
    name, operation_id = _operation_of(refund)
    db.session.rollback()
    if status is not RefundStatus.REQUESTED:
        reconcile(refund_id)
        return
    baseline = read_operation(name, operation_id)
    if baseline is None or not baseline.is_ours:
        postpone_refund(refund_id, now=clock.now())
        return
    reconcile_refunds(payment_id, baseline, now=clock.now())
    bank = account(name)
    submit_refund(refund_id, bank.connector, mode=bank.mode, baseline=baseline, now=clock.now())
    nudge(reconcile, refund_id)


def reconcile(refund_id: int) -> None:
    """Read the operation of a refund that was sent, and move what its lines prove."""
    refund = db.session.get_one(Refund, refund_id)
    payment_id, is_waiting = refund.payment_id, refund.is_open and refund.sent_at is not None
    name, operation_id = _operation_of(refund)
    db.session.rollback()
    if not is_waiting:
        return
    operation = read_operation(name, operation_id)
    if operation is None:
        postpone_refund_reading(refund_id, now=clock.now())
        return
    apply_operation(payment_id, operation, now=clock.now())
    reconcile_refunds(payment_id, operation, now=clock.now())


def _operation_of(refund: Refund) -> tuple[str, str]:
    payment = db.session.get_one(Payment, refund.payment_id)
    return payment.account, payment.bank_operation or ""
