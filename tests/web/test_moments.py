"""A session ends between two moments of one request: whose it was is a stranger again (I-42)."""

import pytest
from sqlalchemy import select, text

from portal.domain.actors import SYSTEM
from portal.domain.permissions import Role
from portal.store.db import db, transaction
from portal.store.sessions import UserSession
from portal.usecases.users import NewUser, create_user
from tests import builders
from tests.builders import NOW
from tests.web.conftest import Browser

EMAIL, PASSWORD = "nina@example.test", "a long enough password"
FORM = {"email": EMAIL, "password": PASSWORD}
DISABLED = "UPDATE users SET is_active = false"
#: Disabled and let in again: the sessions have ended all the same.
LET_IN_AGAIN = "UPDATE sessions SET ended_at = seen_at"
#: When the second moment comes: the password has matched, or the session has its new token.
MATCHED, RENEWED, BEGUN = (
    "DELETE ON sign_in_attempts",
    "UPDATE OF token_hash ON sessions",
    "INSERT ON sessions",
)


@pytest.fixture
def nina(world):
    """Let Нина work here; she is the only one with a password."""
    new = NewUser(EMAIL, "Нина", Role.ADMIN, password=PASSWORD)
    with world.app.app_context():
        return create_user(new, actor=SYSTEM, now=NOW)


def arrange(world, moment, happens):
    """Let something happen at just this moment, in the same transaction."""
    with world.app.app_context(), transaction() as session:
        body = f"EXECUTE FUNCTION meanwhile(); -- {happens}"
        if db.engine.name == "sqlite":
            body = f"BEGIN {happens}; END"
        else:
            session.execute(
                text(
                    "CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN {happens}; RETURN NULL; END $$"
                )
            )
        session.execute(text(f"CREATE TRIGGER meanwhile AFTER {moment} FOR EACH ROW {body}"))


def open_sessions(world):
    """Return the numbers of the sessions that have not ended."""
    with world.app.app_context(), transaction() as session:
        open_ = select(UserSession.id).where(UserSession.ended_at.is_(None))
        return list(session.scalars(open_.order_by(UserSession.id)))


@pytest.mark.parametrize("happens", [DISABLED, LET_IN_AGAIN])
def test_who_is_disabled_while_signing_in_is_sent_to_sign_in(world, nina, happens):
    browser = world.browser_of()
    arrange(world, BEGUN, happens)

    answer = browser.post("/sign-in", FORM)

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert browser.get("/payments").location == "/sign-in?next=%2Fpayments"


@pytest.mark.parametrize(
    ("moment", "happens"),
    [(MATCHED, DISABLED), (MATCHED, LET_IN_AGAIN), (RENEWED, DISABLED), (RENEWED, LET_IN_AGAIN)],
)
def test_who_is_disabled_while_confirming_is_sent_to_sign_in(world, nina, moment, happens):
    browser = Browser(builders.sign_in(world.app.test_client(), nina))
    assert browser.get("/payments").status_code == 200
    arrange(world, moment, happens)

    answer = browser.post("/confirm/password?next=/payments", {"password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert browser.get("/payments").location == "/sign-in?next=%2Fpayments"


def test_htmx_is_told_so_in_place(world, nina):
    browser = Browser(builders.sign_in(world.app.test_client(), nina))
    data = {"password": PASSWORD, "csrf_token": browser.token}
    arrange(world, MATCHED, DISABLED)

    answer = browser.client.post("/confirm/password", data=data, headers={"HX-Request": "true"})

    assert (answer.status_code, "Сессия истекла" in answer.text) == (401, True)


def test_who_signs_in_again_ends_the_session_that_this_browser_had(world, nina):
    browser = Browser(builders.sign_in(world.app.test_client(), world.people["vera"]))
    elsewhere = world.browser_of("vera")
    copied = world.app.test_client()
    copied.set_cookie("portal_session", browser.client.get_cookie("portal_session").value)
    before = copied.get("/consultations").status_code
    *others, hers = open_sessions(world)

    answer = browser.post("/sign-in", FORM)

    assert (before, answer.status_code) == (200, 303)
    assert copied.get("/consultations").status_code == 303
    assert open_sessions(world) == [*others, hers + 1]
    assert elsewhere.get("/consultations").status_code == 200
    assert "Нина" in browser.get("/profile").text


def test_a_wrong_password_ends_nothing(world, nina):
    browser, open_before = world.browser_of("vera"), open_sessions(world)

    answer = browser.post("/sign-in", FORM | {"password": "no"})

    assert (answer.status_code, open_sessions(world)) == (422, open_before)
    assert browser.get("/consultations").status_code == 200
