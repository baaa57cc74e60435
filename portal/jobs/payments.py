"""Jobs about payments: ask for a link, read an operation."""

import logging

from flask import current_app

from portal.domain import clock
from portal.domain.payments import PaymentStatus
from portal.domain.ports import (
    BankError,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    Operation,
    PaymentLink,
    PaymentOrder,
    RefusedBecause,
)
from portal.jobs.accounts import account
from portal.jobs.queue import nudge
from portal.store.cabinet_lines import find_binding
from portal.store.db import db
from portal.store.payments import Payment
from portal.usecases.card_checks import check_order_of
from portal.usecases.checkouts import order_of, record_link, record_no_link
from portal.usecases.payments import apply_operation, postpone_reading
from portal.usecases.reconciliations import reconcile_refunds

_log = logging.getLogger(__name__)


def create_link(payment_id: int) -> None:
    """Ask the bank for a link. A lost answer is found by our reference, never guessed (B9)."""
    try:
        order = _order_for(payment_id)
        if order is None:
            return
        link = _link_for(payment_id, order)
    except BankRefused as refused:
        record_no_link(payment_id, refused.text, now=clock.now(), is_final=True)
    except (BankUnavailable, BankMisconfigured) as error:
        _log.warning("no link for payment %s yet: %s", payment_id, error)
        record_no_link(payment_id, str(error), now=clock.now(), is_final=False)
    else:
        record_link(payment_id, link, now=clock.now())


def _order_for(payment_id: int) -> PaymentOrder | None:
    """Describe the payment to the bank, None when it has its link; the payer returns to us."""
    url = current_app.config["PORTAL"].public_url
    payment = db.session.get_one(Payment, payment_id)
    bank, is_check = account(payment.account), payment.is_card_check
    db.session.rollback()
    if is_check:
        return check_order_of(
            payment_id, return_url=f"{url}/account/cards/checks", item_name=bank.check_name
        )
    return order_of(
        payment_id,
        success_url=f"{url}/pay/{{token}}/wait",
        failure_url=f"{url}/pay/{{token}}/wait?declined=1",
        item_name=bank.item_name,
    )


def _link_for(payment_id: int, order: PaymentOrder) -> PaymentLink:
    payment = db.session.get_one(Payment, payment_id)
    bank, created_at = account(payment.account).connector, payment.created_at
    is_repeat = payment.create_attempts > 1
    db.session.rollback()
    if is_repeat:
        found = bank.find_payment(order.reference, created_at)
        if found is not None:
            return found
    try:
        return bank.create_payment(order)
    except BankRefused as refused:
        found = None
        if refused.because is RefusedBecause.DUPLICATE:
            found = bank.find_payment(order.reference, created_at)
        if found is None:
            raise
        return found


def read(payment_id: int) -> None:
    """Read the operation at the bank and apply what it says to the payment and its refunds."""
    catch_up(payment_id)


def catch_up(payment_id: int) -> bool:
    """Do what ``read`` does, and tell whether the bank has told all it knows.

    A reading of a paid charge is one of the payment that bound its card as well: a return that was
    made in the cabinet is seen there.
    """
    payment = db.session.get_one(Payment, payment_id)
    name, operation_id, status = payment.account, payment.bank_operation, payment.status
    is_charge = payment.is_charge
    binding = find_binding(db.session(), payment) if status is PaymentStatus.PAID else None
    numbers = (payment_id, binding.id) if binding else (payment_id,)
    db.session.rollback()
    if operation_id is None:
        if status is PaymentStatus.CREATED and not is_charge:
            nudge(create_link, payment_id)
        return False
    operation = read_operation(name, operation_id)
    if operation is None:
        postpone_reading(payment_id, now=clock.now())
        return False
    for each in numbers:
        apply_operation(each, operation, now=clock.now())
        reconcile_refunds(each, operation, now=clock.now())
    return True


def read_operation(name: str, operation_id: str) -> Operation | None:
    """Read an operation; None when the bank does not answer now, whatever the cause."""
    try:
        return account(name).connector.read_operation(operation_id)
    except BankError as error:
        _log.warning("account %s: operation could not be read: %s", name, error)
        return None
