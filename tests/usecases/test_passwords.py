"""New passwords: strong enough, by a link that works once, and every other session ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.actors import Actor
from portal.domain.errors import WrongPassword
from portal.domain.letters import LetterKind
from portal.store.attempts import SignInLimit
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.password_requests import PasswordRequest
from portal.store.sessions import UserSession
from portal.store.users import User
from portal.usecases import passwords
from portal.usecases.passwords import LinkUsed, Ticket, WeakPassword
from portal.usecases.users import authenticate
from tests import builders
from tests.builders import NOW

EMAIL, STRONG = "anna@example.test", "лошадь скрепка батарея"
LIMIT = SignInLimit(10, timedelta(minutes=15))


@pytest.fixture
def anna(app):
    with app.app_context():
        yield builders.staff()


def ticket():
    with transaction() as session:
        return passwords.ticket_for(session.scalars(select(User)).one())


def letters():
    with transaction() as session:
        return [letter.kind for letter in session.scalars(select(Letter).order_by(Letter.id))]


def sign_in(anna, password):
    return authenticate(EMAIL, password, actor=anna, now=NOW, limit=LIMIT).id


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "short"),
        ("a" * 11, "short"),
        ("Пароль12345", "short"),
        ("a" * 129, "long"),
        ("passwordpassword", "guessable"),
        ("123456789012", "guessable"),
        ("qwertyuiop123", "guessable"),
        ("ponimayuponimayu", "guessable"),
        ("anna@example.test", "guessable"),
    ],
)
def test_what_is_easy_to_guess_is_refused_and_the_link_still_works(anna, password, why):
    with pytest.raises(WeakPassword) as refusal:
        passwords.redeem_ticket(ticket(), password, actor=anna, now=NOW)

    assert refusal.value.facts == {"why": why}
    assert letters() == []
    passwords.redeem_ticket(ticket(), STRONG, actor=anna, now=NOW)
    assert sign_in(anna, STRONG) == anna.user_id


@pytest.mark.parametrize(
    "password", [STRONG, " leading space kept ", "x9\0zq!лодка7", "ё" * 6 + "Qz7#mK"]
)
def test_any_characters_are_a_password_and_all_of_them_count(anna, password):
    passwords.redeem_ticket(ticket(), password, actor=anna, now=NOW)

    assert sign_in(anna, password) == anna.user_id
    with pytest.raises(WrongPassword):
        sign_in(anna, password[:-1])


def test_a_link_works_once(anna):
    link = ticket()
    passwords.redeem_ticket(link, STRONG, actor=anna, now=NOW)

    with pytest.raises(LinkUsed):
        passwords.redeem_ticket(link, "другая длинная фраза", actor=anna, now=NOW)
    assert sign_in(anna, STRONG) == anna.user_id
    assert letters() == [LetterKind.ACCESS_CHANGED]


def test_a_link_of_another_password_is_dead(anna):
    forged = Ticket(anna.user_id, "0" * 32)

    with pytest.raises(LinkUsed):
        passwords.redeem_ticket(forged, STRONG, actor=anna, now=NOW)
    assert letters() == []


def test_every_session_ends_with_a_link_and_every_other_with_a_change(anna):
    for _ in range(3):
        builders.open_session(anna.user_id)

    passwords.change_password(anna.user_id, STRONG, keep_session=2, actor=anna, now=NOW)
    assert open_sessions() == [2]
    passwords.redeem_ticket(ticket(), "другая длинная фраза", actor=anna, now=NOW)
    assert open_sessions() == []


def open_sessions():
    with transaction() as session:
        open_ = select(UserSession.id).where(UserSession.ended_at.is_(None))
        return list(session.scalars(open_.order_by(UserSession.id)))


def asks(email, actor, now=NOW):
    """Ask for a link to an address and let the job look whose it is; return the letter."""
    request = passwords.ask_for_link(email, actor=actor, now=now, limit=LIMIT)
    return passwords.answer_request(request, now=now)


def waiting():
    with transaction() as session:
        return [request.email for request in session.scalars(select(PasswordRequest))]


def test_a_stranger_and_a_disabled_person_are_written_nothing(anna):
    with transaction() as session:
        session.get_one(User, anna.user_id).is_active = False

    assert (asks("nobody@example.test", anna), asks(EMAIL, anna)) == (None, None)
    assert (letters(), waiting()) == ([], [])


def test_three_letters_an_hour_are_enough(anna):
    asked = [asks(f" {EMAIL.upper()} ", anna) for _ in range(4)]
    later = asks(EMAIL, anna, NOW + timedelta(hours=1))

    assert asked == [1, 2, 3, None]
    assert later == 4


def test_a_request_is_answered_once_and_told_with_where_it_came_from(anna):
    stranger = Actor(None, "гость", "10.0.0.7", "request", "Firefox")
    request = passwords.ask_for_link(EMAIL, actor=stranger, now=NOW, limit=LIMIT)
    assert waiting() == [EMAIL]

    answers = [passwords.answer_request(request, now=NOW) for _ in range(2)]

    assert (answers, letters(), waiting()) == ([1, None], [LetterKind.ACCESS_LINK], [])
    with transaction() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "password.link")
        ).one()
        told = (entry.actor_label, entry.ip, entry.request_id, entry.user_agent, entry.object_id)
        assert told == ("гость", "10.0.0.7", "request", "Firefox", anna.user_id)
