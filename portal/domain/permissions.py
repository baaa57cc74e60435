"""Rights, one line each; which role holds which is the matrix, kept in the database (E5)."""

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
    """The built-in roles; others are added in the matrix, and every role but CLIENT is staff."""

    SUPER_ADMIN = "super_admin"
    ADMIN = "admin"
    VIEWER = "viewer"
    CLIENT = "client"


#: Rights that reach only what belongs to the person.
OWN = frozenset({Permission.OWN_CANCEL, Permission.OWN_REFUND})
#: What a super-admin holds; this role is not in the matrix, so nobody can lock everybody out.
SUPER_ADMIN_PERMISSIONS = frozenset(Permission) - OWN
#: The narrower right -> the wider one: who holds the wider may hand over the narrower.
COVERED_BY = {
    Permission.OWN_CANCEL: Permission.CONSULTATIONS_CANCEL,
    Permission.OWN_REFUND: Permission.REFUNDS_CREATE,
}
#: Rights that may be handed over up to a sum of money.
LIMITED_BY_SUM = frozenset({Permission.REFUNDS_CREATE, Permission.OWN_REFUND})
#: Payments and money actions: with PORTAL_YANDEX_REQUIRED on they need the second step (E4).
NEEDS_YANDEX = frozenset(
    {
        Permission.PAYMENTS_READ,
        Permission.PAYMENTS_EXPORT,
        Permission.REFUNDS_CREATE,
        Permission.REFUNDS_AFTER_COMPLETION,
        Permission.REFUNDS_RESOLVE,
        Permission.CARDS_MANAGE,
        Permission.ACCESS_GRANT,
        Permission.BANKS_MANAGE,
    }
)


def fits(role: str, permission: Permission) -> bool:
    """Tell whether a right makes sense for everybody of a role: clients hold what is their own.

    One client may still be handed any right: that is a personal grant.
    """
    return (permission in OWN) == (role == Role.CLIENT)
