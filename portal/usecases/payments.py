"""A payment moves to what the bank says, and its money with it (A3)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.actors import SYSTEM
from portal.domain.charges import (
    NOT_PAID,
    Charge,
    captures,
    part_of_binding,
    part_of_charge,
    part_of_token_charge,
)
from portal.domain.consultations import OVER, ConsultationStatus
from portal.domain.ledger import Movement
from portal.domain.letters import LetterKind
from portal.domain.payments import Incident, PaymentStatus, advance, is_late
from portal.domain.ports import Operation
from portal.domain.reconciliations import LOOK_FOR, next_cabinet_read, next_payment_read
from portal.store.audit import note
from portal.store.bank_orders import claimed_captures, order_of_line
from portal.store.card_checks import book_check
from portal.store.cards import keep_card
from portal.store.charge_ends import charged_by, end_charge
from portal.store.consultations import Consultation
from portal.store.db import locked, transaction
from portal.store.deliveries import finish_parked
from portal.store.ledger import post
from portal.store.letters import tell_client
from portal.store.payments import Payment, locked_payment

#: The bank says yes or no at once: a charge without a line for so long is for a person to see.
CHARGE_SHOWS = timedelta(hours=1)


def apply_operation(payment_id: int, operation: Operation, *, now: datetime) -> None:
    """Move the payment to what the bank says, and its money with it, exactly once (A3, I-25, I-29).

    Webhook, poller and «Спросить банк» all end here. What does not match the row credits nothing
    and shows an incident.
    """
    with transaction() as session:
        payment, consultation = locked_payment(session, payment_id)
        payment.read_at = now
        payment.bank_word = operation.bank_word[:40]
        finish_parked(session, payment_id, now=now)
        seen = _part_of(session, payment, operation)
        if seen is None:
            _wait_for_line(session, payment, consultation, now)
            return
        operation = seen
        incident = _mismatch(payment, operation)
        if incident is not None:
            _raise_incident(session, payment, incident, operation, now)
            return
        heard = operation.status or payment.status
        payment.decline = operation.decline
        if payment.status is not PaymentStatus.PAID and heard is PaymentStatus.PAID:
            _book(session, payment, consultation, operation, now)
        _move(session, payment, consultation, heard, now)
        is_asked = payment.save_card or payment.binds_card
        if is_asked and operation.card is not None and heard is PaymentStatus.PAID:
            keep_card(session, payment, operation.card, now)


def _move(
    session: Session,
    payment: Payment,
    consultation: Consultation | None,
    heard: PaymentStatus,
    now: datetime,
) -> None:
    """Move the row to what was heard; a charge by token that has taken nothing is over.

    One that the bank leaves open for an hour, under way or held, is for a person to see.
    """
    payment.is_late = payment.is_late or is_late(payment.status, heard)
    if payment.charges_token and payment.status is PaymentStatus.PENDING and heard in NOT_PAID:
        end_charge(session, payment, consultation, "the bank has taken nothing", now=now)
    payment.status = advance(payment.status, heard)
    payment.next_read_at = _later_look(payment, now)
    if payment.charges_token and _is_lost(payment, now):
        _call_in_staff(session, payment, now)
    else:
        payment.incident = None


def _part_of(session: Session, payment: Payment, operation: Operation) -> Operation | None:
    """Return what an operation says of this payment; None when nothing yet (domain/charges.py)."""
    if payment.charges_token:
        return part_of_token_charge(operation) if payment.charged_at is not None else None
    if payment.is_charge and payment.status is not PaymentStatus.PAID:
        charge = Charge(payment.amount, payment.charge_baseline or ())
        is_sent = payment.charged_at is not None
        claimed = claimed_captures(session, payment)
        return part_of_charge(operation, charge, claimed) if is_sent else None
    if payment.is_charge:
        return None
    return part_of_binding(operation) if payment.binds_card else operation


def _wait_for_line(
    session: Session, payment: Payment, consultation: Consultation | None, now: datetime
) -> None:
    """Look later for the line of a charge; one that the bank never showed has taken nothing.

    A charge that is still to be sent keeps its hour: whoever reads must not put it off.
    """
    if payment.is_charge and payment.status is PaymentStatus.CREATED:
        return
    payment.next_read_at = _later_look(payment, now)
    if payment.next_read_at is None and payment.status is PaymentStatus.PENDING:
        end_charge(session, payment, consultation, "the bank never showed the charge", now=now)
        payment.incident = None
    elif _is_lost(payment, now):
        _call_in_staff(session, payment, now)


def _is_lost(payment: Payment, now: datetime) -> bool:
    """Tell whether a charge was sent so long ago that its line should have come: its card waits."""
    if payment.status is not PaymentStatus.PENDING or payment.charged_at is None:
        return False
    return now - payment.charged_at > CHARGE_SHOWS


def _call_in_staff(session: Session, payment: Payment, now: datetime) -> None:
    """Show staff, once, a payment of which the bank says nothing."""
    if payment.incident is not None:
        return
    word = Incident.UNKNOWN_STATUS
    payment.incident = word
    note(session, SYSTEM, "payment.incident", payment, now=now, incident=word.value)


def postpone_reading(payment_id: int, *, now: datetime) -> None:
    """The bank did not tell a payment: ask again later, and call in staff when it never did."""
    with transaction() as session:
        payment = locked(session, Payment, payment_id)
        payment.next_read_at = _later_look(payment, now)
        is_left = payment.next_read_at is None and payment.status is PaymentStatus.PENDING
        if is_left or _is_lost(payment, now):
            _call_in_staff(session, payment, now)


def _later_look(payment: Payment, now: datetime) -> datetime | None:
    """Say when to read again, None for never.

    A link is looked at for eight days, an expired one too, because it may still turn out to be
    paid. A paid sum is looked at daily while some of it may be returned in the bank's cabinet.
    """
    age = now - payment.created_at
    if payment.status is PaymentStatus.PAID:
        is_all_back = payment.refunded_minor + payment.external_minor >= payment.captured_minor
        pause = None if is_all_back else next_cabinet_read(payment.id, age)
        return None if pause is None else now + pause
    if age > LOOK_FOR:
        return None
    is_over = payment.status in (PaymentStatus.EXPIRED, PaymentStatus.FAILED)
    return now + (timedelta(hours=1) if is_over else next_payment_read(age))


def _mismatch(payment: Payment, operation: Operation) -> Incident | None:
    if not operation.is_ours:
        return Incident.WRONG_MERCHANT
    if operation.amount != payment.amount:
        return Incident.WRONG_AMOUNT
    if operation.status is None:
        return Incident.UNKNOWN_STATUS
    is_paid = operation.status is PaymentStatus.PAID
    if is_paid and _captured(operation) not in (0, payment.amount_minor):
        return Incident.WRONG_AMOUNT
    return None


def _captured(operation: Operation) -> int:
    return sum(line.amount.minor for line in captures(operation))


def _raise_incident(
    session: Session, payment: Payment, incident: Incident, operation: Operation, now: datetime
) -> None:
    if payment.incident is not incident:
        note(
            session,
            SYSTEM,
            "payment.incident",
            payment,
            now=now,
            incident=incident.value,
            bank_word=operation.bank_word,
            amount=operation.amount.minor,
            currency=operation.amount.currency,
        )
    payment.incident = incident
    payment.next_read_at = now + timedelta(hours=1)


def _book(
    session: Session,
    payment: Payment,
    consultation: Consultation | None,
    operation: Operation,
    now: datetime,
) -> None:
    """Book what the bank took: for a consultation, or aside, for a card check."""
    before = payment.status
    if payment.charged_operation is None:
        # A second card that a payer tried may be another operation of the same order.
        payment.operation_id = operation.operation_id
    payment.captured_minor = payment.amount_minor
    payment.paid_at = operation.paid_at or now
    payment.paid_method = operation.method or payment.method
    payment.card_last4 = operation.card_last4
    if consultation is None:
        book_check(session, payment, now)
    else:
        _credit(session, payment, consultation, now)
    session.add_all(order_of_line(payment, line, now=now) for line in captures(operation))
    note(
        session,
        SYSTEM,
        "payment.paid",
        payment,
        now=now,
        before={"status": before},
        after={"status": PaymentStatus.PAID},
        amount=payment.amount_minor,
        currency=payment.currency,
        surplus=payment.is_surplus,
    )


def _credit(session: Session, payment: Payment, consultation: Consultation, now: datetime) -> None:
    """Book the money: to the balance, and on to what it was paid for."""
    payment.is_surplus = consultation.is_paid or consultation.status is ConsultationStatus.CANCELLED
    transfers = post(
        session,
        _movements(payment, consultation),
        actor=SYSTEM,
        now=now,
        payment_id=payment.id,
        consultation_id=consultation.id,
    )
    payment.paid_transfer_id = transfers[0].id
    if not payment.is_surplus:
        consultation.paid_at = payment.paid_at
        consultation.is_sold_for(payment.amount)
    kind, by = LetterKind.PAID, charged_by(payment)
    tell_client(session, kind, payment.user_id, payment.id, now=now, **by)


def _movements(payment: Payment, consultation: Consultation) -> Sequence[Movement]:
    user_id = payment.user_id
    moves = [ledger.paid(payment.id, payment.amount, payment.account, user_id)]
    if payment.is_surplus:
        return moves
    moves.append(ledger.reserve(consultation.id, payment.id, payment.amount, user_id))
    if consultation.status in OVER:
        consultation.settlements += 1
        turn = consultation.settlements
        moves.append(ledger.settle(consultation.id, turn, payment.amount, user_id))
    return moves
