"""Who may do what is changed here: roles, the matrix, rights handed over, people let in (E5, D5).

Every change waits for the one before it and judges the giver by what they hold at that moment, so
that two people who demote each other cannot both succeed (I-40, I-41).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.access import (
    Holder,
    LastSuperAdmin,
    MatrixChanged,
    Offer,
    RoleInUse,
    RoleNotEditable,
    RoleTaken,
    check_matrix,
    check_offer,
    check_role,
    require_held,
    require_not_stronger,
)
from portal.domain.actors import Actor
from portal.domain.errors import NotFound
from portal.domain.permissions import Permission, Role
from portal.store.access import (
    AccessRole,
    PersonalGrant,
    get_role,
    lock_access,
    set_permissions,
)
from portal.store.audit import note
from portal.store.db import locked, transaction
from portal.store.sessions import end_all
from portal.store.users import User, get_user

IN: Any = {"before": {"active": False}, "after": {"active": True}}
OUT: Any = {"before": IN["after"], "after": IN["before"]}


@dataclass(frozen=True, slots=True)
class RoleEdit:
    """What a role shall hold, and the version of the role that the person looked at."""

    version: int
    permissions: frozenset[Permission]


def _giver(session: Session, actor: Actor, now: datetime) -> Holder:
    """Lock access and return the one who changes it, as they are now; raise NotHeld."""
    lock_access(session)
    if actor.user_id is None:
        raise NotFound(what="User")
    giver = get_user(session, actor.user_id).as_holder(now)
    require_held(giver, {Permission.ACCESS_GRANT})
    return giver


def save_matrix(
    edits: Mapping[str, RoleEdit], reason: str, *, actor: Actor, now: datetime
) -> list[str]:
    """Let roles hold exactly what the edits say; return the codes of those that changed.

    Raises MatrixChanged when a role was edited since it was looked at, RoleNotEditable,
    NotYourself, NotHeld, HeldShorter, HeldLower; then nothing is saved.
    """
    changed = []
    with transaction() as session:
        giver = _giver(session, actor, now)
        for code, edit in sorted(edits.items()):
            role = get_role(session, code)
            before, after = role.permissions, edit.permissions
            if before == after:
                continue
            _check_edit(giver, role, edit)
            set_permissions(role, after)
            changed.append(code)
            note(
                session,
                actor,
                "role.edit",
                role,
                now=now,
                role=code,
                added=sorted(after - before),
                removed=sorted(before - after),
                reason=reason,
            )
    return changed


def _check_edit(giver: Holder, role: AccessRole, edit: RoleEdit) -> None:
    if role.code == Role.SUPER_ADMIN:
        raise RoleNotEditable
    if role.version != edit.version:
        raise MatrixChanged(role=role.code)
    check_matrix(giver, role.code, before=role.permissions, after=edit.permissions)


def create_role(title: str, *, actor: Actor, now: datetime) -> str:
    """Add an empty role of this title and return its code; raise RoleTaken, NotHeld."""
    title = " ".join(title.split())
    with transaction() as session:
        _giver(session, actor, now)
        titles = session.scalars(select(AccessRole.title))
        if title.casefold() in {other.casefold() for other in titles}:
            raise RoleTaken(title=title)
        code = f"role_{secrets.token_hex(4)}"
        role = AccessRole(code=code, title=title, created_at=now)
        session.add(role)
        note(session, actor, "role.create", role, now=now, role=code, title=title)
        return code


def remove_role(code: str, *, actor: Actor, now: datetime) -> None:
    """Remove an added role that nobody has; raise RoleInUse, NotYourself, NotHeld, NotFound."""
    with transaction() as session:
        giver = _giver(session, actor, now)
        role = get_role(session, code)
        has_people = session.scalar(select(User.id).where(User.role == code).limit(1))
        if has_people is not None or code in set(Role):
            raise RoleInUse(role=code)
        check_matrix(giver, code, before=role.permissions, after=frozenset())
        note(session, actor, "role.remove", role, now=now, role=code, title=role.title)
        session.delete(role)


def change_role(user_id: int, code: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """Give a person another role.

    Raises NotYourself, StrongerPerson, NotHeld, LastSuperAdmin, NotFound; then nothing moved.
    """
    with transaction() as session:
        giver = _giver(session, actor, now)
        user, role = get_user(session, user_id), get_role(session, code)
        if user.role == code:
            return
        check_role(
            giver,
            user.as_target(now),
            before=user.of_role.permissions,
            after=role.permissions,
        )
        before, user.role = user.role, code
        session.flush()
        _require_super_admin(session)
        note(
            session,
            actor,
            "user.role",
            user,
            now=now,
            before={"role": before},
            after={"role": code},
            reason=reason,
        )


def set_active(user_id: int, reason: str, *, is_active: bool, actor: Actor, now: datetime) -> None:
    """Let a person in or out; who is out is stopped at the next request, in every browser.

    Their sessions end: when they are let in again they sign in again (I-42). Raises NotYourself,
    StrongerPerson, NotHeld, LastSuperAdmin, NotFound; then nothing moved.
    """
    with transaction() as session:
        giver = _giver(session, actor, now)
        user = get_user(session, user_id)
        if user.is_active == is_active:
            return
        require_not_stronger(giver, user.as_target(now))
        user.is_active = is_active
        session.flush()
        _require_super_admin(session)
        if is_active:
            note(session, actor, "user.enable", user, now=now, reason=reason, **IN)
        else:
            end_all(session, user_id, now)
            note(session, actor, "user.disable", user, now=now, reason=reason, **OUT)


def _require_super_admin(session: Session) -> None:
    left = session.scalar(
        select(func.count()).where(User.role == Role.SUPER_ADMIN.value, User.is_active)
    )
    if not left:
        raise LastSuperAdmin


def hand_over(user_id: int, offer: Offer, reason: str, *, actor: Actor, now: datetime) -> int:
    """Give a right to a person by hand, in place of the same right given before; return its number.

    Raises NotYourself, StrongerPerson, NotHeld, HeldShorter, HeldLower, AlreadyHeld,
    ExpiresInThePast, NoSumHere, NotFound; then nothing moved.
    """
    with transaction() as session:
        giver = _giver(session, actor, now)
        user = get_user(session, user_id)
        check_offer(giver, user.as_target(now), offer, of_role=user.of_role.permissions, now=now)
        old = next((each for each in user.grants if each.permission is offer.permission), None)
        if old is not None:
            old.revoked_at, old.revoked_by_id = now, actor.user_id
        session.flush()
        grant = _grant(user_id, offer, reason, actor, now)
        session.add(grant)
        session.flush()
        note(
            session,
            actor,
            "right.grant",
            user,
            now=now,
            right=offer.permission,
            reason=reason,
            **(_terms(grant) if old is None else {"before": _terms(old), "after": _terms(grant)}),
        )
        return grant.id


def _grant(user_id: int, offer: Offer, reason: str, actor: Actor, now: datetime) -> PersonalGrant:
    return PersonalGrant(
        user_id=user_id,
        permission_code=offer.permission.value,
        limit_minor=offer.limit.minor if offer.limit else None,
        limit_currency=offer.limit.currency if offer.limit else None,
        granted_by_id=actor.user_id,
        reason=reason,
        expires_at=offer.expires_at,
        created_at=now,
    )


def _terms(grant: PersonalGrant) -> dict[str, Any]:
    return {
        "until": grant.expires_at.isoformat() if grant.expires_at else None,
        "limit": grant.limit_minor,
        "currency": grant.limit_currency,
    }


def revoke(grant_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a right that was given by hand back; the person's next request feels it.

    Raises NotYourself, StrongerPerson, NotHeld, NotFound; then nothing moved.
    """
    with transaction() as session:
        giver = _giver(session, actor, now)
        grant = locked(session, PersonalGrant, grant_id)
        user = get_user(session, grant.user_id)
        require_not_stronger(giver, user.as_target(now))
        require_held(giver, filter(None, [grant.permission]))
        if grant.revoked_at is not None:
            return
        grant.revoked_at, grant.revoked_by_id = now, actor.user_id
        note(
            session,
            actor,
            "right.revoke",
            user,
            now=now,
            right=grant.permission_code,
            reason=reason,
        )
