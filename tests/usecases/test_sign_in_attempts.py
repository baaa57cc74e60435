"""Failed sign-ins are forgotten when they no longer close the door, and not a moment earlier."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.actors import Actor
from portal.domain.errors import TooManyAttempts, WrongPassword
from portal.store.attempts import SignInAttempt, SignInLimit
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.usecases.users import authenticate, forget_attempts
from tests import builders
from tests.builders import NOW

WINDOW = timedelta(minutes=15)
LIMIT = SignInLimit(attempts=2, window=WINDOW)


def fail(now, expected=WrongPassword):
    """Try a wrong password."""
    with pytest.raises(expected):
        authenticate("kirill@example.test", "?", actor=Actor(None, "-"), now=now, limit=LIMIT)


def moments_kept():
    """Return when the kept failures happened, oldest first."""
    with transaction() as session:
        return list(session.scalars(select(SignInAttempt.at).order_by(SignInAttempt.at)))


@pytest.fixture
def failed(app):
    """Give two failures, a minute apart, of a customer whom the journal knows."""
    with app.app_context():
        builders.customer()
        fail(NOW)
        fail(NOW + timedelta(minutes=1))
        yield


def test_what_still_closes_the_door_is_kept(failed):
    now = NOW + WINDOW - timedelta(seconds=1)
    forget_attempts(now=now, window=WINDOW)

    assert moments_kept() == [NOW, NOW + timedelta(minutes=1)]
    fail(now, TooManyAttempts)


def test_what_the_window_has_left_behind_is_forgotten_and_the_journal_is_not(failed):
    forget_attempts(now=NOW + WINDOW, window=WINDOW)

    assert moments_kept() == [NOW + timedelta(minutes=1)]
    with transaction() as session:
        assert session.scalars(select(AuditEntry.action)).all() == [
            "user.create",
            "user.sign_in",
            "user.sign_in",
        ]
