"""How much people do here: their consultations and their last payment (ux.md 1.11)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.store.consultations import Consultation
from portal.store.payments import Payment


def count_consultations(session: Session, user_ids: Sequence[int]) -> Mapping[int, int]:
    """Count the consultations of these people, of every status; nobody without any is named."""
    counts = select(Consultation.client_id, func.count()).where(
        Consultation.client_id.in_(user_ids)
    )
    return dict(session.execute(counts.group_by(Consultation.client_id)).all())


def last_payments(session: Session, user_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return when each of these people has paid last; a check of a card is no payment (B4)."""
    last = select(Payment.user_id, func.max(Payment.paid_at)).where(
        Payment.user_id.in_(user_ids),
        Payment.consultation_id.is_not(None),
        Payment.paid_at.is_not(None),
    )
    rows = session.execute(last.group_by(Payment.user_id))
    return {user_id: paid_at for user_id, paid_at in rows if paid_at is not None}
