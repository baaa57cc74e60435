"""Jobs about what banks sent: a delivery is a hint, so read the operation (law 2)."""

import logging

from portal.domain import clock
from portal.domain.ports import BankError, BindingOutcome
from portal.jobs import cards
from portal.jobs.accounts import account
from portal.store.bindings import find_binding_of
from portal.store.db import db
from portal.store.deliveries import Delivery, DeliveryStatus
from portal.store.payments import Payment, find_payment_of
from portal.usecases.bindings import hear_outcome
from portal.usecases.checkouts import record_link
from portal.usecases.deliveries import finish_delivery
from portal.usecases.payments import apply_operation
from portal.usecases.reconciliations import reconcile_refunds

_log = logging.getLogger(__name__)


def apply(delivery_id: int) -> None:
    """Read the operation that a delivery names, apply it, and say what came of it."""
    delivery = db.session.get_one(Delivery, delivery_id)
    if delivery.status is not DeliveryStatus.RECEIVED:
        return
    name, operation_id = delivery.account, delivery.operation_id
    if delivery.outcome is not None:
        _apply_binding(delivery_id, delivery.outcome)
        return
    payment_id = find_payment_of(db.session(), name, operation_id, delivery.reference)
    db.session.rollback()
    if payment_id is None:
        finish_delivery(delivery_id, now=clock.now(), payment_id=None)
        return
    error = _apply_operation(payment_id, name)
    finish_delivery(delivery_id, now=clock.now(), payment_id=payment_id, error=error)


def _apply_binding(delivery_id: int, outcome: BindingOutcome) -> None:
    """Keep what the bank hints of a binding, and read which cards it really keeps."""
    delivery = db.session.get_one(Delivery, delivery_id)
    name, operation_id, reference = delivery.account, delivery.operation_id, delivery.reference
    binding_id = find_binding_of(db.session(), name, operation_id, reference)
    db.session.rollback()
    error = None
    if binding_id is not None:
        hear_outcome(binding_id, outcome, now=clock.now())
        error = cards.look_up(binding_id)
    is_known = binding_id is not None
    finish_delivery(delivery_id, now=clock.now(), is_binding=is_known, error=error)


def _apply_operation(payment_id: int, name: str) -> str | None:
    """Apply the bank's truth about our own operation; return what went wrong, for the next try."""
    payment = db.session.get_one(Payment, payment_id)
    operation_id, reference, created = payment.bank_operation, payment.reference, payment.created_at
    db.session.rollback()
    try:
        bank = account(name).connector
        if operation_id is None:
            link = bank.find_payment(reference, created)
            if link is None:
                return "the bank does not list our reference yet"
            record_link(payment_id, link, now=clock.now())
            operation_id = link.operation_id
        operation = bank.read_operation(operation_id)
    except BankError as error:
        _log.warning("delivery for payment %s must wait: %s", payment_id, error)
        return str(error)[:600]
    apply_operation(payment_id, operation, now=clock.now())
    reconcile_refunds(payment_id, operation, now=clock.now())
    return None
