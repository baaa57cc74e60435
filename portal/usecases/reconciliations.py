"""Reading the bank's lines: what ends an open refund, and what nobody here made (I-16, I-18)."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.actors import SYSTEM, for_wish_of
from portal.domain.ports import BankLine, LineKind, Operation
from portal.domain.reconciliations import (
    READS_UNTIL_FAILED,
    Reading,
    Verdict,
    next_refund_read,
    read_refund,
    refund_lines,
)
from portal.domain.refunds import RefundReason, RefundStatus, advance
from portal.store.audit import note
from portal.store.db import transaction
from portal.store.ledger import post
from portal.store.payments import BankOrder, Payment, claimed_lines, locked_payment
from portal.store.refunds import Refund, find_open_refund, finish_refund

NOT_FOUND_AT_BANK = "bank:no_line"
RETURNED_AT_BANK = "bank:returned_there"


def reconcile_refunds(payment_id: int, operation: Operation, *, now: datetime) -> None:
    """Compare the bank's refund lines with ours and move what they prove, and nothing else.

    With an open, sent refund: exactly one new line of its sum ends it. Without one, a line that no
    refund of ours has claimed was made at the bank: it becomes an external refund and staff see it.
    """
    with transaction() as session:
        payment, _ = locked_payment(session, payment_id)
        if not operation.is_ours or payment.operation_id != operation.operation_id:
            return
        bound = claimed_lines(session, payment)
        refund = find_open_refund(session, payment.id)
        if refund is not None and refund.sent_at is not None:
            reading = read_refund(operation, refund.amount, refund.baseline, bound)
            _apply(session, refund, payment, reading, now)
            return
        for line in refund_lines(operation, bound):
            if refund is not None and refund.is_open:
                _make_room(session, refund, payment, line, now)
            _book_external(session, payment, line, now)


def postpone_refund_reading(refund_id: int, *, now: datetime) -> None:
    """The bank did not answer a reading: ask later; no verdict comes from silence."""
    with transaction() as session:
        payment_refund = session.get(Refund, refund_id)
        if payment_refund is not None and payment_refund.is_open:
            is_unknown = payment_refund.status is RefundStatus.UNKNOWN
            pause = next_refund_read(payment_refund.reads, None, is_unknown=is_unknown)
            payment_refund.next_step_at = now + pause


def _apply(
    session: Session, refund: Refund, payment: Payment, reading: Reading, now: datetime
) -> None:
    refund.reads += 1
    if reading.verdict is Verdict.FOUND and reading.line is not None:
        session.add(_booked(payment, reading.line, refund.id, now))
        _succeed(session, refund, payment, reading.line, now)
        return
    if reading.verdict is not Verdict.SETTLING:
        _doubt(session, refund, now)
    if reading.verdict is Verdict.ABSENT and refund.reads >= READS_UNTIL_FAILED:
        _give_up(session, refund, payment, now)
        return
    _keep_candidates(refund, reading)
    is_unknown = refund.status is RefundStatus.UNKNOWN
    method = payment.paid_method
    refund.next_step_at = now + next_refund_read(refund.reads, method, is_unknown=is_unknown)


def _succeed(
    session: Session, refund: Refund, payment: Payment, line: BankLine, now: datetime
) -> None:
    actor, before = for_wish_of(refund.requested_by_id), refund.status
    finish_refund(session, refund, payment, RefundStatus.SUCCEEDED, actor=actor, now=now)
    note(
        session,
        actor,
        "refund.succeeded",
        refund,
        now=now,
        before={"status": before},
        after={"status": refund.status},
        line=line.line_id,
    )


def _give_up(session: Session, refund: Refund, payment: Payment, now: datetime) -> None:
    actor, before = for_wish_of(refund.requested_by_id), refund.status
    finish_refund(
        session,
        refund,
        payment,
        RefundStatus.FAILED,
        actor=actor,
        now=now,
        failure=NOT_FOUND_AT_BANK,
    )
    note(
        session,
        actor,
        "refund.absent",
        refund,
        now=now,
        before={"status": before},
        after={"status": refund.status},
        reads=refund.reads,
    )


def _doubt(session: Session, refund: Refund, now: datetime) -> None:
    """A refund that was sent, never answered and shows no line is unknown: the sender died."""
    if refund.status is RefundStatus.SUBMITTED and refund.answered_at is None:
        refund.status = advance(refund.status, RefundStatus.UNKNOWN)
        refund.version += 1
        note(
            session,
            for_wish_of(refund.requested_by_id),
            "refund.unknown",
            refund,
            now=now,
            before={"status": RefundStatus.SUBMITTED},
            after={"status": refund.status},
        )


def _keep_candidates(refund: Refund, reading: Reading) -> None:
    shown = [_plain(line) for line in reading.candidates]
    if shown != refund.candidates:
        refund.candidates = shown
        refund.version += 1


def _plain(line: BankLine) -> dict[str, Any]:
    return {
        "line_id": line.line_id,
        "amount_minor": line.amount.minor,
        "at": line.at.isoformat() if line.at else None,
    }


def _booked(payment: Payment, line: BankLine, refund_id: int | None, now: datetime) -> BankOrder:
    if payment.operation_id is None:
        raise RuntimeError("lines belong to an operation")
    return BankOrder(
        account=payment.account,
        operation_id=payment.operation_id,
        line_id=line.line_id,
        kind=LineKind.REFUND,
        amount_minor=line.amount.minor,
        payment_id=payment.id,
        refund_id=refund_id,
        booked_at=now,
    )


def _make_room(
    session: Session, refund: Refund, payment: Payment, line: BankLine, now: datetime
) -> None:
    """Stop a refund that was not sent yet when the bank has already returned that money."""
    if line.amount > payment.remaining:
        actor = for_wish_of(refund.requested_by_id)
        finish_refund(
            session,
            refund,
            payment,
            RefundStatus.FAILED,
            actor=actor,
            now=now,
            failure=RETURNED_AT_BANK,
        )
        note(
            session,
            actor,
            "refund.stopped",
            refund,
            now=now,
            before={"status": RefundStatus.REQUESTED},
            after={"status": refund.status},
            line=line.line_id,
        )


def _book_external(session: Session, payment: Payment, line: BankLine, now: datetime) -> None:
    """Write down a refund that was made in the bank's cabinet; suspense pays until explained.

    Its key is made from account, operation and line, so that no two lines are ever one refund.
    """
    move = ledger.external_refund(
        payment.account, payment.operation_id or "", line.line_id, line.amount
    )
    room = payment.captured_minor - payment.refunded_minor - payment.under_way_minor
    refund = Refund(
        payment_id=payment.id,
        intent_key=str(uuid5(NAMESPACE_OID, move.event_key)),
        amount_minor=line.amount.minor,
        currency=payment.currency,
        reason=RefundReason.IN_BANK_CABINET,
        status=RefundStatus.EXTERNAL,
        source=ledger.suspense(payment.account).text,
        requested_at=line.at or now,
        finished_at=now,
    )
    session.add(refund)
    session.flush()
    session.add(_booked(payment, line, refund.id, now))
    payment.external_minor = min(payment.external_minor + line.amount.minor, room)
    payment.last_refund_id = refund.id
    post(session, [move], actor=SYSTEM, now=now, payment_id=payment.id, refund_id=refund.id)
    note(
        session,
        SYSTEM,
        "refund.external",
        refund,
        now=now,
        after={"status": refund.status},
        amount=refund.amount_minor,
        currency=refund.currency,
        payment=payment.id,
        line=line.line_id,
    )
