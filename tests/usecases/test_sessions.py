"""Sessions: only the newest token opens, every end is an end, and idle staff are signed out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.errors import NotFound
from portal.domain.permissions import Permission, Role
from portal.store.db import transaction
from portal.store.sessions import UserSession, find_session, list_sessions
from portal.usecases import sessions
from tests import builders
from tests.builders import NOW
from tests.rights import hand

DAY, IDLE = timedelta(hours=12), timedelta(minutes=30)


@pytest.fixture
def anna(app):
    with app.app_context():
        yield builders.staff()


def begin(user_id):
    return builders.open_session(user_id, lasts=DAY)


def opens(token, now=NOW):
    """Tell whether the token opens doors at this moment."""
    with transaction() as session:
        found = find_session(session, token)
        return found is not None and found[0].is_alive(found[1], now, IDLE)


def number_of(token):
    with transaction() as session:
        return find_session(session, token)[0].id


def test_the_database_does_not_know_the_token(anna):
    token = begin(anna.user_id)

    with transaction() as session:
        stored = session.scalars(select(UserSession.token_hash)).one()
    assert len(token) == 43
    assert token not in stored
    assert opens(token)


@pytest.mark.parametrize("by_yandex", [True, False])
def test_a_step_up_changes_the_token(anna, by_yandex):
    old = begin(anna.user_id)

    later = NOW + timedelta(minutes=5)
    new = sessions.renew_session(number_of(old), now=later, by_yandex=by_yandex)

    assert (opens(old), opens(new)) == (False, True)
    with transaction() as session:
        row, _ = find_session(session, new)
        assert (row.yandex_at, row.password_at) == ((later, NOW) if by_yandex else (None, later))


def test_an_ended_session_cannot_be_renewed(anna):
    token = begin(anna.user_id)
    number = number_of(token)
    sessions.end_session(number, actor=anna, owner_id=anna.user_id, now=NOW)

    with pytest.raises(NotFound):
        sessions.renew_session(number, now=NOW, by_yandex=False)
    assert not opens(token)


@pytest.mark.parametrize(
    ("role", "away", "is_open"),
    [
        (Role.ADMIN, timedelta(minutes=29), True),
        (Role.ADMIN, IDLE, False),
        (Role.CLIENT, IDLE, True),
        (Role.CLIENT, DAY - timedelta(seconds=1), True),
        (Role.CLIENT, DAY, False),
    ],
)
def test_idle_staff_are_signed_out_and_everybody_at_the_end_of_the_day(app, role, away, is_open):
    with app.app_context():
        token = begin(builders.staff(role).user_id)

        assert opens(token, NOW + away) is is_open


@pytest.mark.parametrize(
    ("permission", "is_open"), [(Permission.PAYMENTS_READ, False), (Permission.OWN_REFUND, True)]
)
def test_a_client_who_works_here_is_signed_out_when_idle(app, permission, is_open):
    with app.app_context():
        gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
        kirill = builders.customer()
        hand(gleb, kirill, permission)
        token = begin(kirill)

        assert opens(token, NOW + IDLE - timedelta(seconds=1))
        assert opens(token, NOW + IDLE) is is_open


def test_a_session_in_use_is_not_idle(anna):
    token = begin(anna.user_id)
    sessions.see_session(number_of(token), now=NOW + timedelta(minutes=20))

    assert opens(token, NOW + timedelta(minutes=49))


def test_nobody_ends_the_session_of_another(anna):
    kirill = builders.customer()
    token = begin(kirill)

    with pytest.raises(NotFound):
        sessions.end_session(number_of(token), actor=anna, owner_id=anna.user_id, now=NOW)
    assert opens(token)


def test_all_sessions_but_this_one_end(anna):
    here, there, elsewhere = begin(anna.user_id), begin(anna.user_id), begin(anna.user_id)

    ended = sessions.end_sessions(anna.user_id, actor=anna, now=NOW, except_id=number_of(here))

    assert ended == 2
    assert [opens(token) for token in (here, there, elsewhere)] == [True, False, False]
    with transaction() as session:
        assert [row.id for row in list_sessions(session, anna.user_id, NOW)] == [1]


def test_a_draft_comes_back_once_and_only_to_its_own_page(anna):
    number = number_of(begin(anna.user_id))
    sessions.keep_draft(number, "/payments/1/refund", {"comment": ["Заболел"]})

    assert sessions.take_draft(number, "/payments/2/refund") is None
    assert sessions.take_draft(number, "/payments/1/refund") == {"comment": ["Заболел"]}
    assert sessions.take_draft(number, "/payments/1/refund") is None


def test_old_sessions_are_forgotten(anna):
    begin(anna.user_id)
    kept = timedelta(days=30)

    sessions.forget_sessions(now=NOW + DAY + kept, kept=kept)
    with transaction() as session:
        assert len(session.scalars(select(UserSession)).all()) == 1
    sessions.forget_sessions(now=NOW + DAY + kept + timedelta(seconds=1), kept=kept)
    with transaction() as session:
        assert session.scalars(select(UserSession)).all() == []
