"""Explaining a refund that was made in the bank's cabinet: suspense is made good (F-26)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.actors import Actor
from portal.domain.attributions import bearer
from portal.domain.errors import AlreadyMoved
from portal.domain.ledger import AccountKind
from portal.store.attributions import attribution_facts
from portal.store.audit import note
from portal.store.db import transaction
from portal.store.ledger import post
from portal.store.refunds import locked_refund


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which account bears the refund, and how the person knows."""

    kind: AccountKind
    reason: str


def attribute_refund(
    refund_id: int, attribution: Attribution, *, actor: Actor, now: datetime
) -> None:
    """Move the sum from the account that bears it to suspense, once.

    Raises AlreadyMoved when the refund is not from the cabinet or is explained already,
    NotAttributable when the account does not hold the sum, NotFound.
    """
    try:
        with transaction() as session:
            _attribute(session, refund_id, attribution, actor, now)
    except IntegrityError:
        # Somebody spent the client's money in between: the rules now say so.
        with transaction() as session:
            _attribute(session, refund_id, attribution, actor, now)


def _attribute(
    session: Session, refund_id: int, attribution: Attribution, actor: Actor, now: datetime
) -> None:
    refund, payment = locked_refund(session, refund_id)
    if not refund.is_unexplained:
        raise AlreadyMoved(status=refund.status)
    source = bearer(attribution_facts(session, refund, payment), attribution.kind)
    refund.source = source.text
    if source == ledger.REFUNDS:
        # What others have spent is borne by us either way: it is not there to be returned again.
        refund.spent_minor = min(refund.amount_minor, payment.spent_minor)
        payment.spent_minor -= refund.spent_minor
    refund.resolved_by_id = actor.user_id
    refund.resolution = attribution.reason
    refund.version += 1
    post(
        session,
        [ledger.attribution(refund.id, refund.amount, payment.account, source)],
        actor=actor,
        now=now,
        payment_id=payment.id,
        consultation_id=payment.consultation_id,
        refund_id=refund.id,
    )
    note(
        session,
        actor,
        "refund.attribute",
        refund,
        now=now,
        bearer=source.text,
        reason=attribution.reason,
    )
