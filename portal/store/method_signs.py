"""How the last payments fared: what the order of the ways to pay follows from (A7)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.domain.payments import SUSPENDED_MEANWHILE, PaymentMethod
from portal.domain.ways import LOSSES_COUNT
from portal.store.payments import Payment

#: Only the newest payments are looked at, so that the question costs the same in a full table.
NEWEST = 200


def lost_links(session: Session, account: str, *, now: datetime) -> Sequence[bool]:
    """Tell of each recent SBP payment whether the bank gave it no link, newest first.

    One that is still waiting for its first answer says nothing, nor one that we did not ask for.
    """
    newest = aliased(Payment, select(Payment).order_by(Payment.id.desc()).limit(NEWEST).subquery())
    links = session.execute(
        select(newest.link_url, newest.failure)
        .where(
            newest.account == account,
            newest.method == PaymentMethod.SBP,
            newest.created_at > now - LOSSES_COUNT,
        )
        .order_by(newest.id.desc())
    )
    return [
        url is None for url, failure in links if url or failure not in (None, SUSPENDED_MEANWHILE)
    ]


def habit(session: Session, user_id: int) -> Sequence[PaymentMethod]:
    """Return how a client paid the last two times, newest first."""
    paid = (
        select(Payment.paid_method)
        .where(Payment.user_id == user_id, Payment.paid_transfer_id.is_not(None))
        .order_by(Payment.paid_transfer_id.desc())
        .limit(2)
    )
    return [method for method in session.scalars(paid) if method is not None]
