"""Who may give which right to whom: every yes beside every no (E5, I-40)."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.access import (
    AlreadyHeld,
    ExpiresInThePast,
    HeldLower,
    HeldShorter,
    Hold,
    Holder,
    NoSumHere,
    NotHeld,
    NotYourself,
    Offer,
    OutOfPlace,
    StrongerPerson,
    check_matrix,
    check_offer,
    check_role,
    hold_of,
    require_held,
    require_not_stronger,
)
from portal.domain.money import Currency, Money
from portal.domain.permissions import (
    COVERED_BY,
    OWN,
    SUPER_ADMIN_PERMISSIONS,
    Permission,
    Role,
    fits,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOON, LATER, PAST = NOW + timedelta(days=1), NOW + timedelta(days=9), NOW - timedelta(seconds=1)
READ, REFUND = Permission.PAYMENTS_READ, Permission.REFUNDS_CREATE
GRANT, OWN_REFUND = Permission.ACCESS_GRANT, Permission.OWN_REFUND
NOTHING = frozenset()


def rub(roubles):
    return Money(roubles * 100, Currency.RUB)


def somebody(user_id, role, **holds):
    """Return a person who holds the rights named, each as far as said."""
    return Holder(user_id, role, {Permission[name]: hold for name, hold in holds.items()})


def super_admin():
    return Holder(1, Role.SUPER_ADMIN, dict.fromkeys(SUPER_ADMIN_PERMISSIONS, Hold()))


CLIENT = somebody(2, Role.CLIENT, OWN_CANCEL=Hold())
GIVER = somebody(
    3,
    Role.ADMIN,
    PAYMENTS_READ=Hold(),
    USERS_READ=Hold(until=SOON),
    REFUNDS_CREATE=Hold(limit=rub(100)),
    CONSULTATIONS_CANCEL=Hold(),
    ACCESS_GRANT=Hold(),
)


def offer(giver, permission, until=None, limit=None, other=CLIENT, of_role=NOTHING):
    check_offer(giver, other, Offer(permission, until, limit), of_role=of_role, now=NOW)


@pytest.mark.parametrize("permission", sorted(Permission))
def test_a_super_admin_may_give_every_right_for_good(permission):
    offer(super_admin(), permission)


@pytest.mark.parametrize("permission", sorted(Permission))
def test_nobody_gives_what_they_do_not_hold(permission):
    nobody, empty = somebody(9, Role.ADMIN), somebody(2, Role.CLIENT)

    with pytest.raises(NotHeld) as refused:
        offer(nobody, permission, other=empty)

    assert refused.value.facts == {"permission": permission}


ALLOWED = [
    (READ, None, None),
    (READ, SOON, None),
    (Permission.USERS_READ, SOON, None),
    (Permission.USERS_READ, SOON - timedelta(seconds=1), None),
    (Permission.OWN_CANCEL, None, None),
]
FORBIDDEN = [
    (Permission.USERS_READ, None, None, HeldShorter),
    (Permission.USERS_READ, SOON + timedelta(seconds=1), None, HeldShorter),
    (REFUND, None, None, HeldLower),
    (REFUND, None, rub(1), HeldLower),
    (REFUND, SOON, Money(1, Currency.KZT), HeldLower),
    (OWN_REFUND, None, None, HeldLower),
    (OWN_REFUND, None, rub(1), HeldLower),
    (READ, NOW, None, ExpiresInThePast),
    (READ, PAST, None, ExpiresInThePast),
    (READ, None, rub(1), NoSumHere),
    (Permission.AUDIT_READ, None, None, NotHeld),
]


@pytest.mark.parametrize(("permission", "until", "limit"), ALLOWED)
def test_a_right_is_given_as_far_as_it_is_held(permission, until, limit):
    offer(GIVER, permission, until, limit)


@pytest.mark.parametrize(("permission", "until", "limit", "refusal"), FORBIDDEN)
def test_a_right_is_not_given_further_than_it_is_held(permission, until, limit, refusal):
    with pytest.raises(refusal):
        offer(GIVER, permission, until, limit)


@pytest.mark.parametrize("limit", [None, rub(100)])
@pytest.mark.parametrize("permission", [REFUND, OWN_REFUND])
def test_who_holds_a_right_without_a_limit_gives_it_up_to_any_sum(permission, limit):
    giver = somebody(5, Role.ADMIN, REFUNDS_CREATE=Hold(until=LATER), CONSULTATIONS_CANCEL=Hold())

    offer(giver, permission, SOON, limit)


def test_nobody_gives_to_themselves():
    with pytest.raises(NotYourself):
        offer(GIVER, READ, other=GIVER)


def test_nobody_gives_to_who_is_stronger():
    stronger = somebody(4, Role.ADMIN, AUDIT_READ=Hold())

    with pytest.raises(StrongerPerson) as refused:
        offer(GIVER, READ, other=stronger)

    assert refused.value.facts == {"permission": Permission.AUDIT_READ}


def test_what_the_role_gives_is_not_given_by_hand():
    with pytest.raises(AlreadyHeld):
        offer(GIVER, READ, of_role=frozenset({READ}))


@pytest.mark.parametrize(("narrow", "wide"), sorted(COVERED_BY.items()))
def test_the_wider_right_covers_the_narrower_and_not_the_other_way(narrow, wide):
    assert hold_of({wide: Hold(until=SOON)}, narrow) == Hold(until=SOON)
    assert hold_of({narrow: Hold()}, wide) is None


def test_a_right_of_ones_own_is_judged_before_the_wider_one():
    own, wider = Hold(limit=rub(1)), Hold()

    assert hold_of({OWN_REFUND: own, REFUND: wider}, OWN_REFUND) == own


def test_the_first_right_that_is_missing_is_named():
    with pytest.raises(NotHeld) as refused:
        require_held(GIVER, {READ, Permission.BANKS_MANAGE, Permission.AUDIT_READ})

    assert refused.value.facts == {"permission": Permission.AUDIT_READ}


def test_an_equal_is_not_stronger():
    require_not_stronger(super_admin(), Holder(7, Role.SUPER_ADMIN, super_admin().holds))


def move(before, after, other=CLIENT, giver=GIVER):
    check_role(giver, other, before=frozenset(before), after=frozenset(after))


def test_a_role_is_changed_within_what_the_giver_holds_for_good():
    move({Permission.OWN_CANCEL}, {READ})
    move({READ}, set())


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        ({Permission.AUDIT_READ}, set(), NotHeld),
        (set(), {Permission.AUDIT_READ}, NotHeld),
        (set(), {Permission.USERS_READ}, HeldShorter),
        (set(), {REFUND}, HeldLower),
    ],
)
def test_a_role_is_not_changed_beyond_what_the_giver_holds(before, after, refusal):
    with pytest.raises(refusal):
        move(before, after)


def test_nobody_changes_their_own_role():
    with pytest.raises(NotYourself):
        move({READ}, set(), other=GIVER)


def edit(role, before, after, giver=GIVER):
    check_matrix(giver, role, before=frozenset(before), after=frozenset(after))


def test_the_matrix_is_edited_within_what_the_giver_holds():
    edit(Role.VIEWER, {READ}, set())
    edit(Role.VIEWER, set(), {READ, GRANT})
    edit(Role.CLIENT, set(), {Permission.OWN_CANCEL})


@pytest.mark.parametrize(
    ("role", "before", "after", "refusal"),
    [
        (Role.ADMIN, {READ}, set(), NotYourself),
        (Role.VIEWER, {Permission.AUDIT_READ}, {READ, Permission.AUDIT_READ}, NotHeld),
        (Role.VIEWER, set(), {Permission.USERS_READ}, HeldShorter),
        (Role.VIEWER, set(), {REFUND}, HeldLower),
        (Role.CLIENT, set(), {READ}, OutOfPlace),
        (Role.VIEWER, set(), {Permission.OWN_CANCEL}, OutOfPlace),
    ],
)
def test_the_matrix_is_not_edited_beyond_it(role, before, after, refusal):
    with pytest.raises(refusal):
        edit(role, before, after)


def test_what_is_held_shorter_may_be_taken_away():
    edit(Role.VIEWER, {Permission.USERS_READ, REFUND}, set())


@pytest.mark.parametrize("role", [*Role, "role_added"])
def test_clients_hold_their_own_and_staff_the_rest(role):
    fitting = {permission for permission in Permission if fits(role, permission)}

    assert fitting == ({*OWN} if role == Role.CLIENT else set(Permission) - OWN)
