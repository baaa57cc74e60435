"""Sending a refund to the bank: marked and committed first, called once, recorded after (I-13)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.actors import for_wish_of
from portal.domain.letters import LetterKind
from portal.domain.money import Money
from portal.domain.ports import (
    BankConnector,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    LineKind,
    Operation,
)
from portal.domain.reconciliations import LEASE, next_refund_read, next_send
from portal.domain.refunds import AccountMode, RefundStatus, advance, broken_rule
from portal.store.audit import note
from portal.store.db import transaction
from portal.store.letters import tell_client
from portal.store.payments import Payment
from portal.store.refund_facts import facts_of_sending
from portal.store.refunds import Refund, finish_refund, locked_refund

#: A certain answer counts in both: a reading may have called a slow one unknown meanwhile.
_AT_THE_BANK = (RefundStatus.SUBMITTED, RefundStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent, once everything about it is committed."""

    refund_id: int
    operation_id: str
    amount: Money
    is_by_hand: bool


def submit_refund(
    refund_id: int, bank: BankConnector, *, mode: AccountMode, baseline: Operation, now: datetime
) -> None:
    """Send a requested refund exactly once; ``baseline`` is the operation as just read.

    Nobody sends twice: whoever finds ``sent_at`` set leaves at once, and only reading the bank
    ends what a lost answer left open (I-14). What the bank returns only by hand is not sent at
    all: a person does it in the cabinet, and its line ends the refund.
    """
    sending = _claim(refund_id, mode, baseline, now)
    if sending is None or sending.is_by_hand:
        return
    try:
        bank.refund(sending.operation_id, sending.amount)
    except BankRefused as refused:
        _record_refusal(refund_id, refused.text, now)
    except BankMisconfigured as error:
        _record_refusal(refund_id, str(error), now)
    except BankUnavailable as silence:
        if silence.sent:
            _record_unknown(refund_id, now)
        else:
            _record_not_sent(refund_id, now)
    else:
        _record_accepted(refund_id, now)


def postpone_refund(refund_id: int, *, now: datetime) -> None:
    """The baseline could not be read, so nothing is sent: try again later (domain.md §4)."""
    with transaction() as session:
        refund, _ = locked_refund(session, refund_id)
        if refund.status is RefundStatus.REQUESTED:
            refund.send_attempts += 1
            _wait(refund, now)


def _claim(refund_id: int, mode: AccountMode, baseline: Operation, now: datetime) -> Sending | None:
    with transaction() as session:
        refund, payment = locked_refund(session, refund_id)
        is_due = refund.next_step_at is not None and refund.next_step_at <= now
        if refund.status is not RefundStatus.REQUESTED or refund.sent_at or not is_due:
            return None
        if not _still_allowed(session, refund, payment, mode, now):
            return None
        refund.status = advance(refund.status, RefundStatus.SUBMITTED)
        refund.sent_at = now
        refund.send_attempts += 1
        refund.next_step_at = now + LEASE
        refund.baseline = [line.line_id for line in baseline.lines if line.kind is LineKind.REFUND]
        refund.version += 1
        _note_sending(session, refund, now)
        if payment.bank_operation is None:
            raise RuntimeError("a captured payment has an operation")
        by_hand = payment.is_returned_by_hand
        return Sending(refund.id, payment.bank_operation, refund.amount, by_hand)


def _note_sending(session: Session, refund: Refund, now: datetime) -> None:
    note(
        session,
        for_wish_of(refund.requested_by_id),
        "refund.send",
        refund,
        now=now,
        was=RefundStatus.REQUESTED,
    )


def _still_allowed(
    session: Session, refund: Refund, payment: Payment, mode: AccountMode, now: datetime
) -> bool:
    """Re-check every rule just before sending; end the refund when one is broken."""
    rule = broken_rule(facts_of_sending(session, payment, refund, mode=mode, now=now))
    if rule is None:
        return True
    failure = f"rule:{rule.code.value}"
    actor = for_wish_of(refund.requested_by_id)
    finish_refund(
        session, refund, payment, RefundStatus.FAILED, actor=actor, now=now, failure=failure
    )
    note(
        session,
        actor,
        "refund.stopped",
        refund,
        now=now,
        was=RefundStatus.REQUESTED,
        rule=rule.code,
    )
    return False


def _record_refusal(refund_id: int, text: str, now: datetime) -> None:
    with transaction() as session:
        refund, payment = locked_refund(session, refund_id)
        if refund.status not in _AT_THE_BANK:
            return
        actor, before = for_wish_of(refund.requested_by_id), refund.status
        finish_refund(
            session, refund, payment, RefundStatus.FAILED, actor=actor, now=now, failure=text[:600]
        )
        note(session, actor, "refund.refused", refund, now=now, was=before, reason=text[:600])


def _record_unknown(refund_id: int, now: datetime) -> None:
    with transaction() as session:
        refund, _ = locked_refund(session, refund_id)
        if refund.status is not RefundStatus.SUBMITTED:
            return
        refund.status = advance(refund.status, RefundStatus.UNKNOWN)
        refund.next_step_at = now + next_refund_read(0, None, is_unknown=True)
        refund.version += 1
        note(
            session,
            for_wish_of(refund.requested_by_id),
            "refund.unknown",
            refund,
            now=now,
            was=RefundStatus.SUBMITTED,
        )


def _record_not_sent(refund_id: int, now: datetime) -> None:
    """The call provably never left: the refund may be sent again, later (I-15)."""
    with transaction() as session:
        refund, _ = locked_refund(session, refund_id)
        if refund.status is not RefundStatus.SUBMITTED:
            return
        refund.status = advance(refund.status, RefundStatus.REQUESTED)
        refund.sent_at = None
        _wait(refund, now)
        note(
            session,
            for_wish_of(refund.requested_by_id),
            "refund.not_sent",
            refund,
            now=now,
            was=RefundStatus.SUBMITTED,
        )


def _wait(refund: Refund, now: datetime) -> None:
    refund.next_step_at = now + next_send(refund.send_attempts)
    refund.version += 1


def _record_accepted(refund_id: int, now: datetime) -> None:
    with transaction() as session:
        refund, payment = locked_refund(session, refund_id)
        if refund.status not in _AT_THE_BANK:
            return
        refund.answered_at = now
        refund.next_step_at = now
        refund.version += 1
        actor = for_wish_of(refund.requested_by_id)
        note(session, actor, "refund.accepted", refund, now=now, payment=payment.id)
        if payment.is_card_check:
            return
        kind, client_id = LetterKind.REFUND_ACCEPTED, payment.user_id
        tell_client(session, kind, client_id, refund.id, now=now)
