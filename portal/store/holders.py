"""Who holds which right: by role or by hand, for the matrix, the cards and «Кто может вернуть?»."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.domain.permissions import SUPER_ADMIN_PERMISSIONS, Permission, Role
from portal.store.access import PersonalGrant, RolePermission
from portal.store.users import User, with_rights

PEOPLE_LIMIT = 200
NAMES_LIMIT = 10


@dataclass(frozen=True, slots=True)
class People:
    """How many people there are, and the names of the first ten."""

    count: int
    names: tuple[str, ...]


def _grant_in_force(now: datetime) -> ColumnElement[bool]:
    return and_(
        PersonalGrant.revoked_at.is_(None),
        or_(PersonalGrant.expires_at.is_(None), PersonalGrant.expires_at > now),
    )


def _holds(permissions: Iterable[Permission], now: datetime) -> ColumnElement[bool]:
    """Whether a person, when let in, holds one of the rights by role or by hand."""
    wanted = sorted(permissions)
    roles = select(RolePermission.role).where(RolePermission.permission.in_(wanted))
    by_hand = select(PersonalGrant.user_id).where(
        PersonalGrant.permission_code.in_(wanted), _grant_in_force(now)
    )
    ways: list[ColumnElement[bool]] = [User.role.in_(roles), User.id.in_(by_hand)]
    if SUPER_ADMIN_PERMISSIONS.intersection(wanted):
        ways.append(User.role == Role.SUPER_ADMIN.value)
    return or_(*ways)


def list_holders(
    session: Session, permission: Permission | None, *, now: datetime, limit: int = PEOPLE_LIMIT
) -> list[User]:
    """Return who holds the right; without one, who works here or was handed any right."""
    some = User.id.in_(select(PersonalGrant.user_id).where(_grant_in_force(now)))
    staff = User.role != Role.CLIENT.value
    wanted = or_(staff, some) if permission is None else _holds([permission], now) & User.is_active
    query = select(User).where(wanted).options(*with_rights())
    query = query.order_by(User.is_active.desc(), User.name, User.id).limit(limit)
    return list(session.scalars(query).unique())


def people_of_role(session: Session, role: str) -> People:
    """Return the active people of a role."""
    of_role = and_(User.role == role, User.is_active)
    count = session.scalar(select(func.count()).where(of_role))
    names = session.scalars(
        select(User.name).where(of_role).order_by(User.name, User.id).limit(NAMES_LIMIT)
    )
    return People(count or 0, tuple(names))


def count_kept_by_hand(
    session: Session, role: str, permissions: Iterable[Permission], *, now: datetime
) -> int:
    """Count the active people of a role who hold one of the rights by hand as well."""
    by_hand = select(PersonalGrant.user_id).where(
        PersonalGrant.permission_code.in_(sorted(permissions)), _grant_in_force(now)
    )
    found = session.scalar(
        select(func.count()).where(User.role == role, User.is_active, User.id.in_(by_hand))
    )
    return found or 0


def has_other_holders(
    session: Session, permission: Permission, *, but_role: str, now: datetime
) -> bool:
    """Tell whether anybody but super-admins and people of this role holds the right."""
    found = session.scalar(
        select(User.id)
        .where(
            _holds([permission], now),
            User.is_active,
            User.role.not_in([Role.SUPER_ADMIN.value, but_role]),
        )
        .limit(1)
    )
    return found is not None


def names_of_super_admins(session: Session) -> list[str]:
    """Return who can change any right: at most three names."""
    return list(
        session.scalars(
            select(User.name)
            .where(User.role == Role.SUPER_ADMIN.value, User.is_active)
            .order_by(User.name)
            .limit(3)
        )
    )


@dataclass(frozen=True, slots=True)
class GivenRight:
    """A personal grant with the names of who gave it and who took it back."""

    grant: PersonalGrant
    giver: str | None
    taker: str | None


def list_grants(session: Session, user_id: int) -> list[GivenRight]:
    """Return every right handed over to a person, also those that ended, the last first."""
    giver, taker = aliased(User), aliased(User)
    rows = session.execute(
        select(PersonalGrant, giver.name, taker.name)
        .outerjoin(giver, giver.id == PersonalGrant.granted_by_id)
        .outerjoin(taker, taker.id == PersonalGrant.revoked_by_id)
        .where(PersonalGrant.user_id == user_id)
        .order_by(PersonalGrant.id.desc())
        .limit(PEOPLE_LIMIT)
    )
    return [GivenRight(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class HandedOn:
    """A personal grant in force that somebody gave, and the person who holds it."""

    grant: PersonalGrant
    holder: User


def list_handed_on(session: Session, giver_id: int, *, now: datetime) -> list[HandedOn]:
    """Return the rights in force that a person gave to others: they outlive the giver's own."""
    rows = session.execute(
        select(PersonalGrant, User)
        .join(User, User.id == PersonalGrant.user_id)
        .where(PersonalGrant.granted_by_id == giver_id, _grant_in_force(now))
        .order_by(User.name, PersonalGrant.id)
        .limit(PEOPLE_LIMIT)
    )
    return [HandedOn(*row) for row in rows]
