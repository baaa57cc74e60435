"""How often each way to pay was chosen in a period, and how often it led to a payment (A7)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.payments import PaymentMethod
from portal.domain.shares import WayShare
from portal.store.payments import Payment


def way_shares(session: Session, *, since: datetime) -> Sequence[WayShare]:
    """Return SBP and the card with what was started since a moment; empty when nothing was.

    Only payments for consultations count: the check of a card leaves no choice.
    """
    rows = session.execute(
        select(Payment.method, func.count(), func.count(Payment.paid_at))
        .where(Payment.created_at >= since, Payment.consultation_id.is_not(None))
        .group_by(Payment.method)
    )
    found = {method: (started, paid) for method, started, paid in rows}
    total = sum(started for started, _ in found.values())
    if not total:
        return []
    return [
        WayShare(method, *found.get(method, (0, 0)), total)
        for method in (PaymentMethod.SBP, PaymentMethod.CARD)
    ]
