"""Who may give which right to whom: rules over values, one refusal for each "no" (E5, I-40)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.domain.errors import Refusal
from portal.domain.money import Money
from portal.domain.permissions import COVERED_BY, LIMITED_BY_SUM, Permission, fits


@dataclass(frozen=True, slots=True)
class Hold:
    """How far a person holds a right: until a moment (None: for good), up to a sum (None: any)."""

    until: datetime | None = None
    limit: Money | None = None


Holds = Mapping[Permission, Hold]
FOR_GOOD = Hold()


@dataclass(frozen=True, slots=True)
class Holder:
    """A person as the rules of access see one; ``role`` is the code of their role."""

    user_id: int
    role: str
    holds: Holds


@dataclass(frozen=True, slots=True)
class Offer:
    """A right on its way to a person: until when (None: for good), up to which sum."""

    permission: Permission
    expires_at: datetime | None
    limit: Money | None


class AccessRefusal(Refusal):
    """A "no" about who may do what: nobody's rights have moved."""

    code = "access_refused"


class NotYourself(AccessRefusal):
    """Nobody changes their own rights, role or access."""

    code = "not_yourself"


class NotHeld(AccessRefusal):
    """Nobody gives or takes a right that they do not hold; ``permission`` names it."""

    code = "not_held"


class HeldShorter(AccessRefusal):
    """Nobody gives a right for longer than they hold it; ``until`` is when their own ends."""

    code = "held_shorter"


class HeldLower(AccessRefusal):
    """Nobody hands on a right that they hold up to a sum only; ``limit`` is their own.

    Else each who gets it, or the same person again, would spend the whole sum anew.
    """

    code = "held_lower"


class StrongerPerson(AccessRefusal):
    """The other holds a right that the giver does not; ``permission`` names it."""

    code = "stronger_person"


class AlreadyHeld(AccessRefusal):
    """The role of the other holds the right already, without limits."""

    code = "already_held"


class ExpiresInThePast(AccessRefusal):
    """A right that ends before it begins."""

    code = "expires_in_the_past"


class NoSumHere(AccessRefusal):
    """This right moves no money, so it has no limit of a sum."""

    code = "no_sum_here"


class LastSuperAdmin(AccessRefusal):
    """Somebody must keep every right: the last active super-admin stays (I-41)."""

    code = "last_super_admin"


class RoleNotEditable(AccessRefusal):
    """Super-admins hold everything; their column is not in the matrix."""

    code = "role_not_editable"


class OutOfPlace(AccessRefusal):
    """The right makes no sense for everybody of this role; ``permission`` names it."""

    code = "out_of_place"


class RoleInUse(AccessRefusal):
    """Only an added role that nobody has can be removed."""

    code = "role_in_use"


class RoleTaken(AccessRefusal):
    """A role of this name is there already."""

    code = "role_taken"


class MatrixChanged(AccessRefusal):
    """Somebody saved the matrix since this form was drawn: it must be looked at again."""

    code = "matrix_changed"


def hold_of(holds: Holds, permission: Permission) -> Hold | None:
    """Return how far a right, or the wider one that covers it, is held; None when it is not."""
    wider = COVERED_BY.get(permission)
    return holds.get(permission) or (holds.get(wider) if wider else None)


def require_held(giver: Holder, permissions: Iterable[Permission]) -> None:
    """Raise NotHeld for the first of the rights that the giver does not hold."""
    for permission in sorted(permissions):
        if hold_of(giver.holds, permission) is None:
            raise NotHeld(permission=permission)


def require_not_stronger(giver: Holder, other: Holder) -> None:
    """Raise NotYourself, or StrongerPerson when the other holds what the giver does not."""
    if giver.user_id == other.user_id:
        raise NotYourself
    for permission in sorted(other.holds):
        if hold_of(giver.holds, permission) is None:
            raise StrongerPerson(permission=permission)


def check_offer(
    giver: Holder, other: Holder, offer: Offer, *, of_role: frozenset[Permission], now: datetime
) -> None:
    """Raise a Refusal when the giver may not hand this over; ``of_role`` they hold anyway."""
    require_not_stronger(giver, other)
    own = hold_of(giver.holds, offer.permission)
    if own is None:
        raise NotHeld(permission=offer.permission)
    if offer.permission in of_role:
        raise AlreadyHeld(permission=offer.permission)
    if offer.expires_at is not None and offer.expires_at <= now:
        raise ExpiresInThePast
    _check_length(own, offer)
    _check_sum(own, offer)


def _check_length(own: Hold, offer: Offer) -> None:
    if own.until is not None and (offer.expires_at is None or offer.expires_at > own.until):
        raise HeldShorter(until=own.until)


def _check_sum(own: Hold, offer: Offer) -> None:
    if offer.limit is not None and offer.permission not in LIMITED_BY_SUM:
        raise NoSumHere(permission=offer.permission)
    if own.limit is not None:
        raise HeldLower(limit=own.limit)


def check_role(
    giver: Holder, other: Holder, *, before: frozenset[Permission], after: frozenset[Permission]
) -> None:
    """Raise a Refusal when the giver may not move the other from one role's rights to another's."""
    require_not_stronger(giver, other)
    require_held(giver, before ^ after)
    _require_for_good(giver, after - before)


def _require_for_good(giver: Holder, permissions: frozenset[Permission]) -> None:
    """A role is held for good and without a limit, so its rights must be held so by the giver."""
    for permission in sorted(permissions):
        own = hold_of(giver.holds, permission)
        if own is not None and own.until is not None:
            raise HeldShorter(until=own.until)
        if own is not None and own.limit is not None:
            raise HeldLower(limit=own.limit)


def check_matrix(
    giver: Holder, role: str, *, before: frozenset[Permission], after: frozenset[Permission]
) -> None:
    """Raise a Refusal when the giver may not change what a role holds."""
    if giver.role == role:
        raise NotYourself
    require_held(giver, before | after)
    for permission in sorted(after - before):
        if not fits(role, permission):
            raise OutOfPlace(permission=permission)
    _require_for_good(giver, after - before)
