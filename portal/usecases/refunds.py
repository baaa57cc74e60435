"""Wishing for a refund, undoing the wish, and a person's word about an unknown one (D3, D6)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.actors import Actor
from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.letters import LetterKind
from portal.domain.money import Money
from portal.domain.ports import BankLine, LineKind
from portal.domain.refunds import (
    AccountMode,
    RefundReason,
    RefundStatus,
    RemainderChanged,
    advance,
    require_refundable,
)
from portal.store.audit import note
from portal.store.bank_orders import order_of_line
from portal.store.db import transaction
from portal.store.ledger import post
from portal.store.letters import tell_client
from portal.store.payment_rows import payment_row
from portal.store.payments import Payment, locked_payment
from portal.store.refund_requests import grant_request
from portal.store.refund_rights import locked_refund_rights
from portal.store.refunds import (
    Refund,
    find_refund_by_intent,
    finish_refund,
    locked_refund,
    open_refund,
)


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What a person asked for: the form's own key, what they saw, how much, and why.

    They saw how much may go back, and whether the client's balance or revenue would pay for it.
    ``own`` is a client's wish about a payment of their own; their rights are read at the time.
    """

    intent_key: str
    payment_id: int
    expected_remaining: Money
    expected_from_revenue: bool
    amount: Money | None
    reason: RefundReason
    comment: str
    mode: AccountMode
    undo: timedelta
    own: bool = False


def request_refund(wish: RefundWish, *, actor: Actor, now: datetime) -> int:
    """Write the refund down and hold its money; return its number. The bank is asked by a job.

    The same form sent twice is one refund. Raises RemainderChanged when the sum on the form is no
    longer what is left, or another account pays for it; NotRefundable with the broken rule;
    NotFound.
    """
    try:
        with transaction() as session:
            return _requested(session, wish, actor, now)
    except IntegrityError:
        # Another process won the race on the form's key or on the one open refund.
        with transaction() as session:
            return _requested(session, wish, actor, now)


def _requested(session: Session, wish: RefundWish, actor: Actor, now: datetime) -> int:
    payment, _ = locked_payment(session, wish.payment_id)
    repeated = find_refund_by_intent(session, wish.intent_key)
    if repeated is not None:
        if repeated.payment_id != payment.id or repeated.requested_by_id != actor.user_id:
            raise NotFound(what="Refund")
        return repeated.id
    if wish.own and payment.user_id != actor.user_id:
        raise NotFound(what="Payment", id=payment.id)
    row = payment_row(session, payment.id, now=now)
    rights = locked_refund_rights(session, actor.user_id, own=wish.own, now=now)
    facts = replace(row.facts(rights, wish.mode), amount=wish.amount)
    require_refundable(facts)
    seen = wish.expected_remaining, wish.expected_from_revenue
    if (facts.refundable, facts.is_from_revenue) != seen:
        raise RemainderChanged(remaining=facts.refundable)
    amount = facts.refundable if wish.amount is None else wish.amount
    source = ledger.REFUNDS if facts.is_from_revenue else ledger.available(payment.user_id)
    refund = Refund(
        payment_id=payment.id,
        intent_key=wish.intent_key,
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=wish.reason,
        comment=wish.comment,
        status=RefundStatus.REQUESTED,
        source=source.text,
        spent_minor=amount.minor if facts.is_from_spent else 0,
        requested_by_id=actor.user_id,
        grant_id=rights.grant_id,
        requested_at=now,
        next_step_at=now + wish.undo,
    )
    open_refund(session, refund, payment, actor=actor, now=now)
    _hold(session, payment, refund, actor, now)
    grant_request(session, payment.id, actor=actor, now=now)
    return refund.id


def _hold(session: Session, payment: Payment, refund: Refund, actor: Actor, now: datetime) -> None:
    source = ledger.parse_code(refund.source)
    post(
        session,
        [ledger.refund_hold(refund.id, refund.amount, source, payment.user_id)],
        actor=actor,
        now=now,
        payment_id=payment.id,
        consultation_id=payment.consultation_id,
        refund_id=refund.id,
    )


def cancel_refund(refund_id: int, *, actor: Actor, now: datetime) -> None:
    """Undo a refund before it is sent; its money returns. Raise AlreadyMoved when too late."""
    with transaction() as session:
        refund, payment = locked_refund(session, refund_id)
        if refund.status is not RefundStatus.REQUESTED:
            raise AlreadyMoved(status=refund.status)
        finish_refund(session, refund, payment, RefundStatus.CANCELLED, actor=actor, now=now)
        note(session, actor, "refund.cancel", refund, now=now, was=RefundStatus.REQUESTED)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A person's decision about an unknown refund: the bank's line that proves it, or none."""

    line_id: str | None
    reason: str


def resolve_refund(refund_id: int, resolution: Resolution, *, actor: Actor, now: datetime) -> None:
    """End an unknown refund by a person's word: a line proves success, none means it failed.

    Raises AlreadyMoved when the refund is no longer unknown, NotFound when the line is not one of
    the candidates of the refund's own sum that the last reading showed.
    """
    with transaction() as session:
        refund, payment = locked_refund(session, refund_id)
        if refund.status is not RefundStatus.UNKNOWN:
            raise AlreadyMoved(status=refund.status)
        if resolution.line_id is not None:
            _claim(session, refund, payment, resolution.line_id, now)
        succeeded = resolution.line_id is not None
        status = RefundStatus.SUCCEEDED if succeeded else RefundStatus.FAILED
        refund.resolved_by_id = actor.user_id
        refund.resolution = resolution.reason
        finish_refund(session, refund, payment, status, actor=actor, now=now)
        note(
            session,
            actor,
            "refund.resolve",
            refund,
            now=now,
            was=RefundStatus.UNKNOWN,
            line=resolution.line_id,
            reason=resolution.reason,
        )


def bounce_refund(refund_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take back a refund that the payer's bank could not place: the sum returns whence it came.

    A person says it, from the bank's statement: Tochka lists no bounce and sends no event of one,
    so no reading can find it (tochka.md §8.1, §10.1). Raises AlreadyMoved unless it has succeeded.
    """
    with transaction() as session:
        refund, payment = locked_refund(session, refund_id)
        if refund.status is not RefundStatus.SUCCEEDED:
            raise AlreadyMoved(status=refund.status)
        refund.status = advance(refund.status, RefundStatus.REVERSED)
        refund.resolved_by_id = actor.user_id
        refund.resolution = reason
        refund.version += 1
        payment.refunded_minor -= refund.amount_minor
        payment.spent_minor += refund.spent_minor
        source = ledger.parse_code(refund.source)
        post(
            session,
            [ledger.refund_bounce(refund.id, refund.amount, payment.account, source)],
            actor=actor,
            now=now,
            payment_id=payment.id,
            consultation_id=payment.consultation_id,
            refund_id=refund.id,
        )
        if not payment.is_card_check:
            tell_client(session, LetterKind.REFUND_FAILED, payment.user_id, refund.id, now=now)
        note(session, actor, "refund.bounce", refund, now=now, reason=reason)


def _claim(session: Session, refund: Refund, payment: Payment, line_id: str, now: datetime) -> None:
    line = next((line for line in refund.proofs if line["line_id"] == line_id), None)
    if line is None:
        raise NotFound(what="BankLine", id=line_id)
    amount = Money(line["amount_minor"], payment.currency)
    shown = BankLine(line_id, LineKind.REFUND, amount, None)
    session.add(order_of_line(payment, shown, refund_id=refund.id, now=now))
