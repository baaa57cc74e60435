"""A client asks for their money, staff say no; a yes is the refund itself (D3, C1)."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.letters import LetterKind
from portal.domain.refund_requests import (
    AskRule,
    NotAskable,
    RequestStatus,
    rule_against_asking,
)
from portal.store.audit import note
from portal.store.db import transaction
from portal.store.letters import tell_client
from portal.store.payment_rows import payment_row
from portal.store.payments import locked_payment
from portal.store.refund_requests import RefundRequest, ask_facts, last_request


def ask_for_refund(payment_id: int, comment: str, *, actor: Actor, now: datetime) -> int:
    """Write down that a client asks for the money of their payment; return the request's number.

    A second press finds the first request. Raises NotFound for a stranger's, NotAskable.
    """
    with transaction() as session:
        payment, _ = locked_payment(session, payment_id)
        if payment.user_id != actor.user_id:
            raise NotFound(what="Payment", id=payment_id)
        last = last_request(session, payment_id)
        rule = rule_against_asking(ask_facts(payment_row(session, payment_id, now=now), last), now)
        if rule is AskRule.ASKED_ALREADY and last is not None:
            return last.id
        if rule is not None:
            raise NotAskable(rule)
        return _asked(session, payment_id, comment, actor, now)


def _asked(session: Session, payment_id: int, comment: str, actor: Actor, now: datetime) -> int:
    request = RefundRequest(
        payment_id=payment_id,
        client_id=actor.user_id,
        comment=comment,
        status=RequestStatus.OPEN,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    note(session, actor, "refund.ask", ("payments", payment_id), now=now)
    return request.id


def decline_request(payment_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Say no to the open request about a payment, with the reason that its client reads.

    Raises NotFound when nobody asked, AlreadyMoved when it is answered.
    """
    with transaction() as session:
        locked_payment(session, payment_id)
        request = last_request(session, payment_id)
        if request is None:
            raise NotFound(what="RefundRequest", id=payment_id)
        if request.status is not RequestStatus.OPEN:
            raise AlreadyMoved(status=request.status)
        request.status = RequestStatus.DECLINED
        request.answered_at, request.answered_by_id = now, actor.user_id
        request.answer = reason
        kind, client_id = LetterKind.REFUND_DECLINED, request.client_id
        tell_client(session, kind, client_id, request.id, now=now)
        note(session, actor, "refund.decline", ("payments", payment_id), now=now, reason=reason)
