"""What happens between a password that matched and the session that it opens (I-42)."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from portal.domain.actors import SYSTEM
from portal.domain.errors import WrongPassword
from portal.domain.permissions import Role
from portal.store.attempts import SignInLimit
from portal.store.db import transaction
from portal.store.sessions import UserSession, find_session
from portal.store.users import User
from portal.usecases.access import set_active
from portal.usecases.passwords import change_password, redeem_ticket, ticket_for
from portal.usecases.sessions import Browser, begin_session
from portal.usecases.users import NewUser, authenticate, create_user
from tests import builders
from tests.builders import NOW

EMAIL, OLD, NEW = "nina@example.test", "a long enough password", "лошадь скрепка батарея"
LIMIT = SignInLimit(attempts=10, window=timedelta(minutes=15))
BROWSER = Browser("127.0.0.1", "Firefox")


@pytest.fixture
def nina(app):
    with app.app_context():
        new = NewUser(EMAIL, "Нина", Role.ADMIN, password=OLD)
        yield create_user(new, actor=SYSTEM, now=NOW)


def matched(password=OLD):
    return authenticate(EMAIL, password, actor=SYSTEM, now=NOW, limit=LIMIT)


def begin(user):
    return begin_session(user, BROWSER, now=NOW, lasts=timedelta(hours=12))


def change(user_id):
    change_password(user_id, NEW, keep_session=0, actor=SYSTEM, now=NOW)


def redeem(user_id):
    with transaction() as session:
        ticket = ticket_for(session.get_one(User, user_id))
    redeem_ticket(ticket, NEW, actor=SYSTEM, now=NOW)


def disable(user_id):
    gleb = builders.staff(Role.SUPER_ADMIN, "Глеб", "gleb@example.test")
    set_active(user_id, "Ушла", is_active=False, actor=gleb, now=NOW)


@pytest.mark.parametrize("happens", [change, redeem, disable])
def test_a_password_that_is_of_no_use_any_more_opens_no_session(nina, happens):
    person = matched()
    happens(nina)

    with pytest.raises(WrongPassword):
        begin(person)

    with transaction() as session:
        assert session.scalars(select(UserSession)).all() == []


def test_the_new_password_opens_a_session(nina):
    change(nina)
    token = begin(matched(NEW))

    with transaction() as session:
        assert find_session(session, token)[1].id == nina


def hash_weakly(user_id):
    """Let the password stand there as an older release has hashed it."""
    with transaction() as session:
        weaker = PasswordHasher(time_cost=1, memory_cost=8192)
        session.get_one(User, user_id).password_hash = weaker.hash(OLD)


def test_a_password_that_was_hashed_anew_opens_a_session(nina):
    hash_weakly(nina)
    token = begin(matched())

    with transaction() as session:
        assert find_session(session, token)[1].id == nina
