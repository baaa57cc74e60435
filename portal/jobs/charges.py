"""The job that charges a client's card: read, mark, call once, and look for the line."""

import logging
from collections.abc import Callable

from portal.domain import clock
from portal.domain.card_ports import CardCharging, TokenCharging
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankMisconfigured, BankRefused, BankUnavailable, RefusedBecause
from portal.jobs import payments
from portal.jobs.accounts import account
from portal.jobs.queue import nudge
from portal.store.cards import other_links
from portal.store.db import db
from portal.store.payments import Payment
from portal.usecases.charges import (
    claim_charge,
    postpone_charge,
    record_not_charged,
    record_not_sent,
    record_prepared,
    token_order_of,
)

NO_ANSWER = "the bank was not reached, nothing was sent"
_log = logging.getLogger(__name__)


def send(payment_id: int) -> None:
    """Charge the card once; a second run of a job whose worker died only reads.

    The payer waits: when the bank cannot be read now, nothing is sent, now or later. While it does
    not say whether another link for the same has been paid, the charge waits as long as its press
    counts.
    """
    payment = db.session.get_one(Payment, payment_id)
    by_token = payment.charges_token
    is_fresh = payment.status is PaymentStatus.CREATED and payment.charged_at is None
    db.session.rollback()
    if is_fresh:
        if not _catch_up(payment_id):
            postpone_charge(payment_id, now=clock.now())
            return
        (_send_by_token if by_token else _send_by_operation)(payment_id)
    nudge(payments.read, payment_id)


def _send_by_operation(payment_id: int) -> None:
    payment = db.session.get_one(Payment, payment_id)
    name, operation_id, amount = payment.account, payment.charged_operation or "", payment.amount
    db.session.rollback()
    baseline = payments.read_operation(name, operation_id)
    if baseline is None or not baseline.is_ours:
        record_not_sent(payment_id, NO_ANSWER, now=clock.now())
    elif claim_charge(payment_id, baseline, now=clock.now()):
        _told(payment_id, lambda: _charger(name).charge(operation_id, amount))


def _send_by_token(payment_id: int) -> None:
    """Prepare the operation, keep its id, and only then let it move money, once."""
    payment = db.session.get_one(Payment, payment_id)
    name, operation_id = payment.account, payment.operation_id
    db.session.rollback()
    if operation_id is None:
        operation_id = _prepared(payment_id, name)
    if operation_id is not None and claim_charge(payment_id, None, now=clock.now()):
        to_send = operation_id
        _told(payment_id, lambda: _token_charger(name).send_charge(to_send))


def _prepared(payment_id: int, name: str) -> str | None:
    """Return the bank's operation; asked again after a lost answer, it is the same one."""
    try:
        item_name = account(name).item_name
        order = token_order_of(payment_id, item_name=item_name, now=clock.now())
        if order is None:
            return None
        operation_id = _token_charger(name).prepare_charge(order)
    except BankUnavailable as silence:
        _log.warning("charge for payment %s is not prepared yet: %s", payment_id, silence)
        postpone_charge(payment_id, NO_ANSWER, now=clock.now())
        return None
    except (BankRefused, BankMisconfigured) as error:
        record_not_sent(payment_id, str(error), now=clock.now())
        return None
    return record_prepared(payment_id, operation_id)


def _catch_up(payment_id: int) -> bool:
    """Read what else the consultation may have been paid by; tell whether the bank has told."""
    others = other_links(db.session(), payment_id)
    db.session.rollback()
    return all(payments.catch_up(other) for other in others)


def _charger(name: str) -> CardCharging:
    bank = account(name).connector
    if not isinstance(bank, CardCharging) or not bank.capabilities.charges_without_payer:
        raise BankMisconfigured(f"account {name} charges no cards")
    return bank


def _token_charger(name: str) -> TokenCharging:
    bank = account(name)
    if not bank.charges_tokens or not isinstance(bank.connector, TokenCharging):
        raise BankMisconfigured(f"account {name} charges no cards by their tokens")
    return bank.connector


def _told(payment_id: int, call: Callable[[], None]) -> None:
    """Make the only call, and keep a clear no; silence and a repeated call are only read."""
    try:
        call()
    except BankRefused as refused:
        if refused.because is not RefusedBecause.DUPLICATE:
            record_not_charged(payment_id, refused.text, now=clock.now())
    except BankMisconfigured as error:
        record_not_charged(payment_id, str(error), now=clock.now())
    except BankUnavailable as silence:
        _log.warning("charge for payment %s: %s", payment_id, silence)
        if not silence.sent:
            record_not_charged(payment_id, NO_ANSWER, now=clock.now())
