"""Who gives rights to whom in the tests of use cases, and what they then hold."""

from dataclasses import dataclass
from datetime import timedelta

from portal.domain.access import Offer
from portal.domain.actors import Actor
from portal.domain.permissions import Permission, Role
from portal.store.access import get_role
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.users import get_user
from portal.usecases import access
from portal.usecases.access import RoleEdit
from tests import builders
from tests.builders import NOW

READ, REFUND, GRANT = Permission.PAYMENTS_READ, Permission.REFUNDS_CREATE, Permission.ACCESS_GRANT
TOMORROW, WHY = NOW + timedelta(days=1), "Так решили"


@dataclass(frozen=True)
class Cast:
    """Глеб and Гала are super-admins, Анна an admin, Вера a viewer, Кирилл a client."""

    gleb: Actor
    gala: Actor
    anna: Actor
    vera: Actor
    kirill: int


def make_cast() -> Cast:
    """Make the people."""
    return Cast(
        builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test"),
        builders.staff(Role.SUPER_ADMIN, "Гала", "gala@example.test"),
        builders.staff(),
        builders.staff(Role.VIEWER, "Вера", "vera@example.test"),
        builders.customer(),
    )


def rights(user_id, now=NOW):
    """Return what a person holds."""
    with transaction() as session:
        return get_user(session, user_id).permissions(now)


def role_of(user_id):
    with transaction() as session:
        return get_user(session, user_id).role


def is_active(user_id):
    with transaction() as session:
        return get_user(session, user_id).is_active


def column(code):
    """Return a role's version and rights."""
    with transaction() as session:
        role = get_role(session, code)
        return role.version, role.permissions


def journal(*actions):
    """Return the entries of these actions: who, what changed, why."""
    with transaction() as session:
        rows = session.query(AuditEntry).filter(AuditEntry.action.in_(actions))
        return [(row.actor_label, row.reason) for row in rows.order_by(AuditEntry.id)]


def save(actor, code, permissions, version=0):
    edits = {code: RoleEdit(version, frozenset(permissions))}
    return access.save_matrix(edits, WHY, actor=actor, now=NOW)


def hand(actor, user_id, permission, until=None, limit=None):
    offer = Offer(permission, until, limit)
    return access.hand_over(user_id, offer, WHY, actor=actor, now=NOW)


def demote(actor, user_id, code=Role.VIEWER):
    access.change_role(user_id, code, WHY, actor=actor, now=NOW)


def admit(actor, user_id, *, let_in):
    access.set_active(user_id, WHY, is_active=let_in, actor=actor, now=NOW)


def make_granter(cast, **limits):
    """Let Анна give rights, and hold the right to refund only as far as said."""
    hand(cast.gleb, cast.anna.user_id, GRANT, **limits)
