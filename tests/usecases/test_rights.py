"""Rights handed over by hand: given, ended by the clock, taken back; a refusal moves nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.access import (
    AlreadyHeld,
    HeldLower,
    HeldShorter,
    NotHeld,
    NotYourself,
    Offer,
    StrongerPerson,
)
from portal.domain.errors import NotFound
from portal.domain.money import Currency, Money
from portal.domain.permissions import Permission
from portal.store.access import PersonalGrant
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.users import get_user
from portal.usecases import access
from tests.builders import NOW, rub
from tests.rights import (
    GRANT,
    READ,
    REFUND,
    TOMORROW,
    WHY,
    hand,
    journal,
    make_cast,
    make_granter,
    rights,
)

OWN_REFUND = Permission.OWN_REFUND


@pytest.fixture
def cast(app):
    with app.app_context():
        yield make_cast()


def test_a_right_is_handed_to_a_client_and_taken_back(cast):
    grant_id = hand(cast.gleb, cast.kirill, REFUND, limit=rub(100_00))
    assert rights(cast.kirill) == {Permission.OWN_CANCEL, REFUND}

    access.revoke(grant_id, WHY, actor=cast.gala, now=TOMORROW)

    assert rights(cast.kirill) == {Permission.OWN_CANCEL}
    assert journal("right.grant", "right.revoke") == [("Глеб", WHY), ("Гала", WHY)]
    with transaction() as session:
        grant = session.get_one(PersonalGrant, grant_id)
        assert (grant.revoked_at, grant.revoked_by_id) == (TOMORROW, cast.gala.user_id)


def test_a_right_ends_by_the_clock_at_its_very_moment(cast):
    hand(cast.gleb, cast.kirill, READ, until=TOMORROW)

    assert READ in rights(cast.kirill, TOMORROW - timedelta(microseconds=1))
    assert READ not in rights(cast.kirill, TOMORROW)


def test_the_same_right_given_again_takes_the_place_of_the_old_one(cast):
    first = hand(cast.gleb, cast.kirill, REFUND, limit=rub(100))
    second = hand(cast.gala, cast.kirill, REFUND, until=TOMORROW, limit=rub(500))

    with transaction() as session:
        old, (new,) = session.get_one(PersonalGrant, first), get_user(session, cast.kirill).grants
    assert (new.id, new.limit, new.expires_at) == (second, rub(500), TOMORROW)
    assert (old.revoked_at, old.revoked_by_id) == (NOW, cast.gala.user_id)


def told_of_grants():
    """Return what the journal keeps of the rights that were handed over."""
    with transaction() as session:
        query = select(AuditEntry.changes).where(AuditEntry.action == "right.grant")
        return list(session.scalars(query.order_by(AuditEntry.id)))


def test_the_journal_tells_what_a_grant_has_replaced(cast):
    hand(cast.gleb, cast.kirill, REFUND, limit=rub(100))
    hand(cast.gala, cast.kirill, REFUND, until=TOMORROW)
    hand(cast.gala, cast.kirill, REFUND, limit=Money(500, Currency.KZT))

    small = {"until": None, "limit": 100, "currency": "RUB"}
    short = {"until": TOMORROW.isoformat(), "limit": None, "currency": None}
    other = {"until": None, "limit": 500, "currency": "KZT"}
    assert told_of_grants() == [
        {"right": "refunds:create", **small},
        {"right": "refunds:create", "before": small, "after": short},
        {"right": "refunds:create", "before": short, "after": other},
    ]


def refuse_grant(cast, actor, user_id, refusal, permission=REFUND, **how):
    before = rights(user_id)
    with pytest.raises(refusal):
        hand(actor, user_id, permission, **how)
    assert rights(user_id) == before
    with transaction() as session:
        assert [grant.permission for grant in get_user(session, user_id).grants] == []


def test_nobody_gives_to_themselves(cast):
    refuse_grant(cast, cast.gleb, cast.gleb.user_id, NotYourself)


def test_who_may_not_give_gives_nothing(cast):
    refuse_grant(cast, cast.anna, cast.kirill, NotHeld)


def test_nobody_gives_what_they_do_not_hold(cast):
    make_granter(cast)
    refuse_grant(cast, cast.anna, cast.kirill, NotHeld, permission=Permission.AUDIT_READ)


def test_nobody_gives_for_longer_than_they_hold(cast):
    make_granter(cast, until=TOMORROW)
    refuse_grant(cast, cast.anna, cast.kirill, HeldShorter, permission=GRANT)


@pytest.mark.parametrize("sum_of_money", [rub(1), rub(100), rub(101)])
def test_nobody_hands_on_what_they_hold_up_to_a_sum(cast, sum_of_money):
    for permission in (GRANT, Permission.CONSULTATIONS_CANCEL):
        hand(cast.gleb, cast.vera.user_id, permission)
    hand(cast.gleb, cast.vera.user_id, REFUND, limit=rub(100))
    refuse_grant(cast, cast.vera, cast.kirill, HeldLower, limit=sum_of_money)
    refuse_grant(cast, cast.vera, cast.kirill, HeldLower, OWN_REFUND, limit=sum_of_money)


def test_what_the_role_gives_is_not_given_again(cast):
    refuse_grant(cast, cast.gleb, cast.anna.user_id, AlreadyHeld)


def test_a_right_is_not_given_to_who_is_not_there(cast):
    with pytest.raises(NotFound):
        hand(cast.gleb, 999, READ)

    assert journal("right.grant") == []


def test_a_right_is_not_taken_from_who_is_stronger_or_oneself(cast):
    make_granter(cast)
    grant_id = hand(cast.gleb, cast.vera.user_id, Permission.AUDIT_READ)
    own = hand(cast.gleb, cast.anna.user_id, Permission.ACCESS_READ)

    with pytest.raises(StrongerPerson):
        access.revoke(grant_id, WHY, actor=cast.anna, now=NOW)
    with pytest.raises(NotYourself):
        access.revoke(own, WHY, actor=cast.anna, now=NOW)

    assert Permission.AUDIT_READ in rights(cast.vera.user_id)
    assert Permission.ACCESS_READ in rights(cast.anna.user_id)
    assert journal("right.revoke") == []


def test_a_right_to_give_that_has_ended_gives_nothing(cast):
    make_granter(cast, until=TOMORROW)
    offer = Offer(READ, None, None)

    with pytest.raises(NotHeld):
        access.hand_over(cast.kirill, offer, WHY, actor=cast.anna, now=TOMORROW)

    assert rights(cast.kirill) == {Permission.OWN_CANCEL}
