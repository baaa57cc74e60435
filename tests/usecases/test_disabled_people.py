"""Who is disabled is still as strong as when let in: a weaker giver changes nothing of theirs."""

from datetime import timedelta

import pytest

from portal.domain.access import NotHeld, StrongerPerson
from portal.domain.identities import YandexAccount
from portal.domain.permissions import Permission, Role
from portal.store.access import PersonalGrant
from portal.store.db import transaction
from portal.store.users import get_user
from portal.usecases import access
from portal.usecases.yandex import link_yandex, unlink_yandex
from tests.builders import NOW
from tests.rights import (
    REFUND,
    TOMORROW,
    WHY,
    admit,
    demote,
    hand,
    journal,
    make_cast,
    make_granter,
)

LATER = TOMORROW + timedelta(hours=1)


@pytest.fixture
def cast(app):
    """Let Анна give rights; Вера holds one more than she, has a bound account, and is disabled."""
    with app.app_context():
        cast = make_cast()
        make_granter(cast)
        link_yandex(cast.vera.user_id, YandexAccount("1", "vera"), actor=cast.vera, now=NOW)
        hand(cast.gleb, cast.vera.user_id, Permission.AUDIT_READ)
        admit(cast.gleb, cast.vera.user_id, let_in=False)
        yield cast


def take_back(actor, user_id):
    with transaction() as session:
        (grant,) = get_user(session, user_id).grants
    access.revoke(grant.id, WHY, actor=actor, now=NOW)


def unlink(actor, user_id):
    unlink_yandex(user_id, WHY, actor=actor, now=NOW)


def give(actor, user_id):
    hand(actor, user_id, REFUND)


def promote(actor, user_id):
    demote(actor, user_id, Role.ADMIN)


@pytest.mark.parametrize("change", [take_back, unlink, give, promote])
def test_who_is_disabled_stays_stronger(cast, change):
    with pytest.raises(StrongerPerson) as refused:
        change(cast.anna, cast.vera.user_id)

    assert refused.value.facts == {"permission": Permission.AUDIT_READ}
    with transaction() as session:
        vera = get_user(session, cast.vera.user_id)
    assert (vera.role, vera.yandex_id) == (Role.VIEWER, "1")
    assert [grant.permission for grant in vera.grants] == [Permission.AUDIT_READ]
    assert journal("right.revoke", "yandex.unlink", "user.role") == []


@pytest.mark.parametrize("change", [take_back, unlink, give, promote])
def test_an_equal_changes_who_is_disabled(cast, change):
    change(cast.gala, cast.vera.user_id)

    with transaction() as session:
        vera = get_user(session, cast.vera.user_id)
    changed = (vera.role, vera.yandex_id, [grant.permission for grant in vera.grants])
    assert changed != (Role.VIEWER, "1", [Permission.AUDIT_READ])


def test_a_right_that_is_not_held_is_not_taken_back_after_its_end_either(cast):
    grant_id = hand(cast.gleb, cast.kirill, Permission.AUDIT_READ, until=TOMORROW)

    with pytest.raises(NotHeld):
        access.revoke(grant_id, WHY, actor=cast.anna, now=LATER)

    with transaction() as session:
        assert session.get_one(PersonalGrant, grant_id).revoked_at is None
    assert journal("right.revoke") == []
