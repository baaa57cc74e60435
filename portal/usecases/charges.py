"""Charging a client's card without them: marked and committed first, called once (B3, I-13)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.actors import for_wish_of
from portal.domain.card_ports import ChargeOrder
from portal.domain.charges import CHARGE_LASTS, LINK_UNREAD, PRESS_COUNTS, PRESS_TOO_OLD, captures
from portal.domain.errors import AlreadyPaid, NotFound, NotPayable
from portal.domain.payments import SUSPENDED_MEANWHILE, PaymentStatus, advance
from portal.domain.ports import Operation
from portal.domain.reconciliations import next_payment_read
from portal.store.audit import note
from portal.store.bank_states import is_taking
from portal.store.cards import own_card
from portal.store.charge_ends import end_charge
from portal.store.consultations import Consultation, require_payable
from portal.store.db import locked, transaction
from portal.store.payments import Payment, locked_payment
from portal.store.users import User

#: A bank that has said no is asked once more whether it took nothing.
LOOK_AGAIN = timedelta(hours=1)
#: When the bank is asked again that did not say whether another link has paid for the same.
ASK_AGAIN = timedelta(minutes=1)
#: When an operation is asked for again whose answer was lost: it has moved no money.
PREPARE_AGAIN = timedelta(seconds=10)
TERMS_CHANGED = "the terms changed, nothing was sent"


def token_order_of(payment_id: int, *, item_name: str, now: datetime) -> ChargeOrder | None:
    """Describe a charge by token to the bank, None for one that was sent or is no longer wanted."""
    with transaction() as session:
        payment, consultation = locked_payment(session, payment_id)
        if payment.status is not PaymentStatus.CREATED or payment.charged_at is not None:
            return None
        refusal = _refusal(session, payment, consultation, now)
        if refusal is not None or consultation is None:
            _end(session, payment, consultation, refusal or TERMS_CHANGED, now)
            return None
        card = own_card(session, payment.bound_card_id or 0, payment.user_id)
        return ChargeOrder(
            reference=payment.reference,
            amount=payment.amount,
            purpose=f"{item_name}. Консультация № {consultation.id}",
            consumer_id=locked(session, User, payment.user_id).name_to_banks(),
            token_id=card.token_id or "",
        )


def record_prepared(payment_id: int, operation_id: str) -> str:
    """Keep the bank's operation before it is told to move money, and return the one kept first.

    It is what is sent and what is read afterwards.
    """
    with transaction() as session:
        payment, _ = locked_payment(session, payment_id)
        if payment.operation_id is None:
            payment.operation_id = operation_id
        return payment.operation_id


def claim_charge(payment_id: int, baseline: Operation | None, *, now: datetime) -> bool:
    """Mark a charge as sent, with the lines that were there before it; tell whether to send it.

    Nobody sends twice: whoever finds it marked leaves at once. It ends unpaid when the consultation
    was paid or called off meanwhile, or the card unbound, or the press is older than PRESS_COUNTS,
    or the account suspended.
    """
    with transaction() as session:
        payment, consultation = locked_payment(session, payment_id)
        if payment.status is not PaymentStatus.CREATED or payment.charged_at is not None:
            return False
        refusal = _refusal(session, payment, consultation, now)
        if refusal is not None:
            _end(session, payment, consultation, refusal, now)
            return False
        payment.status = advance(payment.status, PaymentStatus.PENDING)
        payment.charged_at, payment.failure = now, None
        lines = captures(baseline) if baseline else ()
        payment.charge_baseline = [line.line_id for line in lines]
        payment.link_expires_at = now + CHARGE_LASTS
        payment.next_read_at = now + next_payment_read(timedelta())
        actor = for_wish_of(payment.created_by_id)
        note(session, actor, "payment.charge", payment, now=now, amount=payment.amount_minor)
        return True


def _refusal(
    session: Session, payment: Payment, consultation: Consultation | None, now: datetime
) -> str | None:
    """Say why a charge is not sent after all; None when it is."""
    if consultation is None or not _is_still_wanted(session, payment, consultation, now):
        return TERMS_CHANGED
    if now - payment.created_at > PRESS_COUNTS:
        return PRESS_TOO_OLD
    return None if is_taking(session, payment.account) else SUSPENDED_MEANWHILE


def _is_still_wanted(
    session: Session, payment: Payment, consultation: Consultation, now: datetime
) -> bool:
    try:
        require_payable(consultation, now)
        card = own_card(session, payment.bound_card_id or 0, payment.user_id)
    except (AlreadyPaid, NotPayable, NotFound):
        return False
    if payment.charges_token:
        return card.token_id is not None
    return card.charged_operation == payment.charged_operation


def postpone_charge(payment_id: int, text: str = LINK_UNREAD, *, now: datetime) -> None:
    """Let a charge wait while the bank does not say whether another link has paid for the same.

    It is tried again as long as its press counts, and ends unpaid after that. Any other reason to
    wait is told by ``text``.
    """
    with transaction() as session:
        payment, consultation = locked_payment(session, payment_id)
        if payment.status is not PaymentStatus.CREATED or payment.charged_at is not None:
            return
        if now - payment.created_at > PRESS_COUNTS:
            _end(session, payment, consultation, PRESS_TOO_OLD, now)
            return
        payment.failure = text[:600]
        payment.next_read_at = now + (ASK_AGAIN if text == LINK_UNREAD else PREPARE_AGAIN)


def record_not_sent(payment_id: int, text: str, *, now: datetime) -> None:
    """Keep why a charge was not even sent; one that another run has sent meanwhile goes on."""
    with transaction() as session:
        payment, consultation = locked_payment(session, payment_id)
        if payment.status is PaymentStatus.CREATED and payment.charged_at is None:
            _end(session, payment, consultation, text, now)


def record_not_charged(payment_id: int, text: str, *, now: datetime) -> None:
    """Keep why nothing was taken: the bank said no, or provably heard nothing."""
    with transaction() as session:
        payment, consultation = locked_payment(session, payment_id)
        if payment.status not in (PaymentStatus.CREATED, PaymentStatus.PENDING):
            return
        _end(session, payment, consultation, text, now)


def _end(
    session: Session,
    payment: Payment,
    consultation: Consultation | None,
    text: str,
    now: datetime,
) -> None:
    """End it unpaid; what was sent is looked for once more."""
    end_charge(session, payment, consultation, text, now=now)
    payment.next_read_at = now + LOOK_AGAIN if payment.charged_at else None
