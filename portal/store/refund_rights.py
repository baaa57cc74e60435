"""What a person may return: by role, or by a personal grant with what is left of its sum (D5)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.money import Money
from portal.domain.permissions import Permission
from portal.domain.refunds import RefundRights, RefundStatus
from portal.store.access import PersonalGrant
from portal.store.db import locked
from portal.store.refunds import Refund
from portal.store.users import User, get_user

#: Refunds that returned nothing give their sum back to the limit.
RETURNED_NOTHING = (RefundStatus.FAILED, RefundStatus.CANCELLED, RefundStatus.REVERSED)
NOTHING = RefundRights(create=False, after_completion=False)


def refund_rights(session: Session, user: User, *, own: bool, now: datetime) -> RefundRights:
    """Return what the person may return now; ``own`` asks about a client's own payments.

    A client's right reaches only cancelled consultations: what took place is for staff to judge.
    """
    return _rights(session, user, _grant_of(user, own=own, now=now), own=own, now=now)


def locked_refund_rights(
    session: Session, user_id: int | None, *, own: bool, now: datetime
) -> RefundRights:
    """Return the rights with the grant locked, so that two wishes cannot spend its sum twice."""
    if user_id is None:
        return NOTHING
    user = get_user(session, user_id)
    grant = _grant_of(user, own=own, now=now)
    if grant is not None:
        grant = locked(session, PersonalGrant, grant.id)
    return _rights(session, user, grant, own=own, now=now)


def _rights(
    session: Session, user: User, grant: PersonalGrant | None, *, own: bool, now: datetime
) -> RefundRights:
    if not user.is_active or (grant is not None and not grant.is_in_force(now)):
        return NOTHING
    if grant is None and _wanted(own=own) not in user.of_role.permissions:
        return NOTHING
    return RefundRights(
        create=True,
        after_completion=not own and Permission.REFUNDS_AFTER_COMPLETION in user.holds(now),
        limit=left_of(session, grant) if grant else None,
        grant_id=grant.id if grant else None,
    )


def _wanted(*, own: bool) -> Permission:
    return Permission.OWN_REFUND if own else Permission.REFUNDS_CREATE


def _grant_of(user: User, *, own: bool, now: datetime) -> PersonalGrant | None:
    """Return the grant that gives the right; None when the role does, or nothing does."""
    wanted = _wanted(own=own)
    if wanted in user.of_role.permissions:
        return None
    return next(
        (each for each in user.grants if each.permission is wanted and each.is_in_force(now)), None
    )


def left_of(session: Session, grant: PersonalGrant) -> Money | None:
    """Return what is left of the sum of a grant; None when it has no limit."""
    if grant.limit is None:
        return None
    spent = session.scalar(
        select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
            Refund.grant_id == grant.id, Refund.status.not_in(RETURNED_NOTHING)
        )
    )
    return Money(max(grant.limit.minor - int(spent or 0), 0), grant.limit.currency)
