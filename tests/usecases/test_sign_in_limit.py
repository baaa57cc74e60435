"""Who may sign in, and how often one may guess, by e-mail and by address (E4, I-49)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from portal.domain.actors import SYSTEM, Actor
from portal.domain.errors import EmailTaken, TooManyAttempts, WrongPassword
from portal.domain.permissions import Role
from portal.store.attempts import SignInAttempt, SignInLimit
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.users import User
from portal.usecases.users import (
    NewUser,
    authenticate,
    check_password,
    create_user,
)
from tests.builders import NOW

EMAIL, PASSWORD = "nina@example.test", "a long enough password"
LIMIT = SignInLimit(attempts=3, window=timedelta(minutes=15))
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def nina(app):
    with app.app_context():
        yield create_user(
            NewUser(EMAIL, "Нина", Role.ADMIN, password=PASSWORD), actor=SYSTEM, now=NOW
        )


def enter(email=EMAIL, password=PASSWORD, ip=HERE, now=NOW):
    actor = Actor(None, "гость", ip=ip)
    return authenticate(email, password, actor=actor, now=now, limit=LIMIT).id


def fail(times, email=EMAIL, ip=HERE, now=NOW):
    for _ in range(times):
        with pytest.raises(WrongPassword):
            enter(email, "wrong", ip, now)


def attempts():
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(SignInAttempt))


def test_the_right_password_lets_in_and_counts_as_no_attempt(nina):
    assert enter(email="  NINA@Example.test ") == nina
    assert attempts() == 0


@pytest.mark.parametrize("email", ["nobody@example.test", EMAIL])
def test_a_wrong_pair_is_remembered_whoever_it_names(email):
    fail(1, email)

    assert attempts() == 1


def test_a_disabled_person_is_refused_like_a_wrong_password(nina):
    with transaction() as session:
        session.get_one(User, nina).is_active = False

    with pytest.raises(WrongPassword):
        enter()

    assert attempts() == 1


def test_after_the_limit_the_email_is_closed_at_every_address():
    fail(3)

    with pytest.raises(TooManyAttempts) as refusal:
        enter(ip=ELSEWHERE)

    assert refusal.value.facts["until"] == NOW + LIMIT.window
    assert attempts() == 3


def test_after_the_limit_the_address_is_closed_to_every_email(nina):
    for guess in ("a@x.test", "b@x.test", "c@x.test"):
        fail(1, guess)

    with pytest.raises(TooManyAttempts):
        enter(ip=HERE)

    assert enter(ip=ELSEWHERE) == nina


def guess(app, gate):
    """Guess wrongly at the same moment as others and return the name of the refusal."""
    with app.app_context():
        gate.wait(30)
        with pytest.raises((WrongPassword, TooManyAttempts)) as refusal:
            enter(password="wrong")
        return refusal.type.__name__


def test_guesses_made_together_are_counted_one_by_one(app):
    gate = Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(guess, [app] * 8, [gate] * 8))

    assert answers == ["TooManyAttempts"] * 5 + ["WrongPassword"] * 3
    assert attempts() == 3


def test_a_right_password_leaves_one_line_in_the_journal(nina):
    enter()

    with transaction() as session:
        said = session.execute(select(AuditEntry.action, AuditEntry.outcome)).all()
    assert [tuple(row) for row in said] == [("user.create", "done"), ("user.sign_in", "done")]


def test_the_door_opens_when_the_oldest_failure_leaves_the_window(nina):
    fail(1)
    fail(2, now=NOW + timedelta(minutes=10))

    with pytest.raises(TooManyAttempts) as refusal:
        enter(now=NOW + timedelta(minutes=14, seconds=59))

    assert refusal.value.facts["until"] == NOW + timedelta(minutes=15)
    assert enter(now=NOW + timedelta(minutes=15)) == nina


def test_an_email_is_taken_in_whatever_case():
    with pytest.raises(EmailTaken):
        create_user(NewUser(" Nina@EXAMPLE.test", "Другая", Role.CLIENT), actor=SYSTEM, now=NOW)


def steps_up(user_id, password=PASSWORD, ip=HERE):
    actor = Actor(user_id, "Нина", ip=ip)
    check_password(user_id, password, actor=actor, now=NOW, limit=LIMIT)


def test_a_password_typed_once_more_is_no_sign_in(nina):
    steps_up(nina)
    with pytest.raises(WrongPassword):
        steps_up(nina, "wrong")

    with transaction() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        told = [(entry.action, entry.outcome.value) for entry in entries][1:]
    assert told == [("password.confirm", "done"), ("password.confirm", "denied")]


def test_no_link_is_printed_for_who_is_disabled(app, nina):
    with transaction() as session:
        session.get_one(User, nina).is_active = False

    told = app.test_cli_runner().invoke(args=["users", "link", EMAIL])

    assert (told.exit_code, "Действующего человека с такой почтой нет" in told.output) == (1, True)


def test_a_whole_network_of_ipv6_is_one_address(nina):
    for host in ("::1", ":a:b:c:d", ":ffff:ffff:ffff:ffff"):
        fail(1, f"nobody{host}@example.test", f"2001:db8:1:2{host}")

    with pytest.raises(TooManyAttempts):
        enter(ip="2001:db8:1:2::7")
    assert enter(ip="2001:db8:1:3::7") == nina


def test_strangers_tries_do_not_keep_a_person_from_confirming(nina):
    fail(3, EMAIL, ELSEWHERE)

    steps_up(nina)


def test_a_step_up_is_guessed_no_oftener_than_a_sign_in(nina):
    for address in (HERE, ELSEWHERE, "192.0.2.3"):
        with pytest.raises(WrongPassword):
            steps_up(nina, "wrong", address)

    with pytest.raises(TooManyAttempts):
        steps_up(nina)
    assert enter() == nina
