"""Rights, one line each, and what every role holds until a matrix says otherwise."""

from enum import StrEnum


class Permission(StrEnum):
    """A right is ``resource:action``; ``own:`` rights reach only what belongs to the person."""

    PAYMENTS_READ = "payments:read"
    PAYMENTS_EXPORT = "payments:export"
    REFUNDS_CREATE = "refunds:create"
    REFUNDS_AFTER_COMPLETION = "refunds:after_completion"
    REFUNDS_RESOLVE = "refunds:resolve"
    CONSULTATIONS_READ = "consultations:read"
    CONSULTATIONS_CANCEL = "consultations:cancel"
    CONSULTATIONS_COMPLETE = "consultations:complete"
    CONSULTATIONS_BOOK = "consultations:book"
    USERS_READ = "users:read"
    USERS_CONTACTS = "users:contacts"
    CARDS_MANAGE = "cards:manage"
    ACCESS_READ = "access:read"
    ACCESS_GRANT = "access:grant"
    BANKS_MANAGE = "banks:manage"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_REPLAY = "deliveries:replay"
    AUDIT_READ = "audit:read"
    OWN_CANCEL = "own:cancel"
    OWN_REFUND = "own:refund"


class Role(StrEnum):
    """The built-in roles; a client is a person without a staff role."""

    SUPER_ADMIN = "super_admin"
    ADMIN = "admin"
    VIEWER = "viewer"
    CLIENT = "client"


_LOOKING = frozenset(
    {Permission.PAYMENTS_READ, Permission.CONSULTATIONS_READ, Permission.USERS_READ}
)
_OWN = frozenset({Permission.OWN_CANCEL})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.SUPER_ADMIN: frozenset(Permission) - {Permission.OWN_CANCEL, Permission.OWN_REFUND},
    Role.ADMIN: _LOOKING
    | {
        Permission.PAYMENTS_EXPORT,
        Permission.REFUNDS_CREATE,
        Permission.REFUNDS_AFTER_COMPLETION,
        Permission.REFUNDS_RESOLVE,
        Permission.CONSULTATIONS_CANCEL,
        Permission.CONSULTATIONS_COMPLETE,
        Permission.CONSULTATIONS_BOOK,
        Permission.USERS_CONTACTS,
        Permission.CARDS_MANAGE,
        Permission.DELIVERIES_READ,
    },
    Role.VIEWER: _LOOKING,
    Role.CLIENT: _OWN,
}

STAFF_ROLES = frozenset({Role.SUPER_ADMIN, Role.ADMIN, Role.VIEWER})
