"""Reading the bank's lines: what ends an open refund, and what nobody here made (I-16, I-18)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.actors import SYSTEM, for_wish_of
from portal.domain.ledger import Movement
from portal.domain.letters import LetterKind
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankLine, Operation
from portal.domain.reconciliations import (
    BY_HAND_WITHIN,
    LEASE,
    Reading,
    Verdict,
    is_absent_for_good,
    next_refund_read,
    read_refund,
    refund_lines,
)
from portal.domain.refunds import RefundReason, RefundStatus, advance
from portal.store.audit import note
from portal.store.bank_orders import claimed_lines, order_of_line
from portal.store.cabinet_lines import lines_at_home
from portal.store.db import transaction
from portal.store.ledger import lock_accounts, post
from portal.store.letters import tell_client
from portal.store.payments import Payment, locked_payment
from portal.store.refunds import (
    Refund,
    find_open_refund,
    finish_refund,
    is_awaited_elsewhere,
    locked_refund,
)

NOT_FOUND_AT_BANK = "bank:no_line"
RETURNED_AT_BANK = "bank:returned_there"
NOT_MADE_BY_HAND = "bank:not_made_by_hand"


def reconcile_refunds(payment_id: int, operation: Operation, *, now: datetime) -> None:
    """Compare the bank's refund lines with ours and move what they prove, and nothing else.

    With an open, sent refund: exactly one new line of its sum ends it. Without one, a line that no
    refund of ours has claimed was made at the bank: it becomes an external refund and staff see it.
    """
    with transaction() as session:
        payment, _ = locked_payment(session, payment_id)
        bound = claimed_lines(session, payment)
        refund = find_open_refund(session, payment.id)
        is_sent = refund is not None and refund.sent_at is not None
        if not operation.is_ours or payment.bank_operation != operation.operation_id:
            if refund is not None and is_sent:
                _look_again(refund, payment, now)
        elif refund is not None and is_sent:
            reading = read_refund(operation, refund.amount, refund.baseline, bound)
            _apply(session, refund, payment, reading, now)
        elif _tells_of_the_cabinet(session, payment):
            lines = lines_at_home(session, payment, refund_lines(operation, bound))
            _book_all(session, refund, payment, lines, now)


def _tells_of_the_cabinet(session: Session, payment: Payment) -> bool:
    """Tell whether a line of this operation that no refund of ours awaits was made there."""
    is_sound = payment.status is PaymentStatus.PAID and payment.incident is None
    return is_sound and not is_awaited_elsewhere(session, payment)


def postpone_refund_reading(refund_id: int, *, now: datetime) -> None:
    """The bank did not answer a reading: ask later; no verdict comes from silence."""
    with transaction() as session:
        refund, payment = locked_refund(session, refund_id)
        if refund.is_open and refund.sent_at is not None:
            _look_again(refund, payment, now)


def _apply(
    session: Session, refund: Refund, payment: Payment, reading: Reading, now: datetime
) -> None:
    if reading.verdict is Verdict.FOUND and reading.line is not None:
        session.add(order_of_line(payment, reading.line, refund_id=refund.id, now=now))
        _succeed(session, refund, payment, reading.line, now)
        return
    is_by_hand = payment.is_returned_by_hand and reading.verdict is not Verdict.AMBIGUOUS
    if reading.verdict is not Verdict.SETTLING and not is_by_hand:
        _doubt(session, refund, now)
    if _is_absent_for_good(refund, payment, reading, now):
        if refund.answered_at is None:
            _give_up(session, refund, payment, now)
            return
        _hand_over(session, refund, now)
    _keep_candidates(refund, reading)
    _look_again(refund, payment, now)


def _is_absent_for_good(refund: Refund, payment: Payment, reading: Reading, now: datetime) -> bool:
    """Count a due reading of a matching operation without a line; tell whether it is over."""
    is_certain = reading.verdict is Verdict.ABSENT and payment.incident is None
    if refund.sent_at is None or not is_certain or not _is_due(refund, now):
        return False
    refund.absent_reads += 1
    since = now - refund.sent_at
    if payment.is_returned_by_hand and since < BY_HAND_WITHIN:
        return False
    return is_absent_for_good(refund.absent_reads, since)


def _is_due(refund: Refund, now: datetime) -> bool:
    return refund.next_step_at is not None and refund.next_step_at <= now


def _look_again(refund: Refund, payment: Payment, now: datetime) -> None:
    """Put the next reading off; one that somebody asked for before its time changes no schedule."""
    if not _is_due(refund, now):
        return
    refund.reads += 1
    is_unknown = refund.status is RefundStatus.UNKNOWN
    pause = next_refund_read(refund.reads, payment.paid_method, is_unknown=is_unknown)
    refund.next_step_at = now + pause


def _succeed(
    session: Session, refund: Refund, payment: Payment, line: BankLine, now: datetime
) -> None:
    actor, before = for_wish_of(refund.requested_by_id), refund.status
    finish_refund(session, refund, payment, RefundStatus.SUCCEEDED, actor=actor, now=now)
    note(session, actor, "refund.succeeded", refund, now=now, was=before, line=line.line_id)


def _give_up(session: Session, refund: Refund, payment: Payment, now: datetime) -> None:
    actor, before = for_wish_of(refund.requested_by_id), refund.status
    finish_refund(
        session,
        refund,
        payment,
        RefundStatus.FAILED,
        actor=actor,
        now=now,
        failure=NOT_MADE_BY_HAND if payment.is_returned_by_hand else NOT_FOUND_AT_BANK,
    )
    note(session, actor, "refund.absent", refund, now=now, was=before, reads=refund.absent_reads)


def _doubt(session: Session, refund: Refund, now: datetime) -> None:
    """A refund that was sent, never answered and shows no line is unknown: the sender died."""
    is_left = refund.sent_at is not None and now >= refund.sent_at + LEASE
    if is_left and refund.answered_at is None and _call_unknown(refund):
        actor, was = for_wish_of(refund.requested_by_id), RefundStatus.SUBMITTED
        note(session, actor, "refund.unknown", refund, now=now, was=was)


def _hand_over(session: Session, refund: Refund, now: datetime) -> None:
    """Leave to a person what the bank has accepted and never showed."""
    if _call_unknown(refund):
        actor, was = for_wish_of(refund.requested_by_id), RefundStatus.SUBMITTED
        note(session, actor, "refund.absent", refund, now=now, was=was)


def _call_unknown(refund: Refund) -> bool:
    if refund.status is not RefundStatus.SUBMITTED:
        return False
    refund.status = advance(refund.status, RefundStatus.UNKNOWN)
    refund.version += 1
    return True


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


def _book_all(
    session: Session,
    refund: Refund | None,
    payment: Payment,
    lines: Sequence[BankLine],
    now: datetime,
) -> None:
    """Book what was returned at the bank; the accounts are locked at once, in the one order."""
    moves = [_external_move(payment, line) for line in lines]
    if lines and refund is not None and not payment.is_card_check:
        source = ledger.parse_code(refund.source)
        moves.append(ledger.refund_release(refund.id, refund.amount, source, payment.user_id))
    lock_accounts(session, moves)
    for line in lines:
        if refund is not None and refund.is_open:
            _make_room(session, refund, payment, line, now)
        _book_external(session, payment, line, now)


def _external_move(payment: Payment, line: BankLine) -> Movement:
    operation_id = payment.bank_operation or ""
    if payment.is_card_check:
        named = (payment.account, operation_id, line.line_id)
        return ledger.check_external(*named, line.amount, payment.user_id)
    return ledger.external_refund(payment.account, operation_id, line.line_id, line.amount)


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
            was=RefundStatus.REQUESTED,
            line=line.line_id,
        )


def _book_external(session: Session, payment: Payment, line: BankLine, now: datetime) -> None:
    """Write down a refund that was made in the bank's cabinet; suspense pays until explained.

    Its key is made from account, operation and line, so that no two lines are ever one refund.
    """
    move = _external_move(payment, line)
    room = payment.captured_minor - payment.refunded_minor - payment.under_way_minor
    refund = Refund(
        payment_id=payment.id,
        intent_key=str(uuid5(NAMESPACE_OID, move.event_key)),
        amount_minor=line.amount.minor,
        currency=payment.currency,
        reason=RefundReason.IN_BANK_CABINET,
        status=RefundStatus.EXTERNAL,
        source=move.source.text,
        requested_at=line.at or now,
        finished_at=now,
    )
    session.add(refund)
    session.flush()
    session.add(order_of_line(payment, line, refund_id=refund.id, now=now))
    payment.external_minor = min(payment.external_minor + line.amount.minor, room)
    payment.last_refund_id = refund.id
    post(session, [move], actor=SYSTEM, now=now, payment_id=payment.id, refund_id=refund.id)
    if not payment.is_card_check:
        tell_client(session, LetterKind.REFUND_DONE, payment.user_id, refund.id, now=now)
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
