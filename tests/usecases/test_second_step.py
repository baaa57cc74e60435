"""The second step under a race: an answer is taken once, an account belongs to one person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.errors import NotFound
from portal.domain.identities import (
    AccountTaken,
    FlowUsed,
    OtherAccount,
    PersonDisabled,
    YandexAccount,
    YandexRefusal,
)
from portal.store.db import transaction
from portal.store.sessions import find_session, hash_of
from portal.store.users import User
from portal.store.yandex import FlowPurpose, YandexCode, YandexFlow
from portal.usecases import yandex
from tests import builders
from tests.builders import NOW

ACCOUNT = YandexAccount("1000034426", "petrova.pay")
CROWD = 8


@pytest.fixture
def anna(app):
    with app.app_context():
        yield builders.staff()


def seat_of(user_id):
    token = builders.open_session(user_id)
    with transaction() as session:
        return yandex.Seat(user_id, find_session(session, token)[0].id)


def at_once(app, act, many):
    """Do the same at once with each of many things; return what came of each."""

    def one(thing):
        with app.app_context():
            try:
                act(thing)
            except YandexRefusal as refusal:
                return type(refusal)
            return None

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(one, many))


def test_of_many_who_bring_the_same_state_one_is_taken(app, anna):
    seat = seat_of(anna.user_id)
    flow = yandex.start_flow(seat, FlowPurpose.CONFIRM, "/payments", now=NOW)

    came = at_once(app, lambda state: yandex.take_flow(state, seat, now=NOW), [flow.state] * CROWD)

    assert sorted(came, key=str) == [FlowUsed] * (CROWD - 1) + [None]


def test_of_many_who_bind_the_same_account_one_is_bound(app, anna):
    people = [builders.customer(f"k{number}@example.test") for number in range(CROWD)]

    def link(user_id):
        yandex.link_yandex(user_id, ACCOUNT, actor=builders.person(user_id), now=NOW)

    came = at_once(app, link, people)

    assert sorted(came, key=str) == [AccountTaken] * (CROWD - 1) + [None]
    with transaction() as session:
        assert len(session.scalars(select(User).where(User.yandex_id == ACCOUNT.id)).all()) == 1


def test_the_database_knows_neither_state_nor_code(anna):
    flow = yandex.start_flow(seat_of(anna.user_id), FlowPurpose.LINK, "/", now=NOW)
    code = yandex.make_code("anna@example.test", actor=anna, now=NOW)

    with transaction() as session:
        assert session.scalars(select(YandexFlow.state_hash)).one() == hash_of(flow.state)
        stored = session.scalars(select(YandexCode.code_hash)).one()
    assert (len(flow.state), len(flow.verifier), len(code)) == (43, 64, 10)
    assert code not in stored
    assert stored.startswith("$argon2id$")


def test_a_disabled_person_confirms_and_binds_nothing(anna):
    with transaction() as session:
        session.get_one(User, anna.user_id).is_active = False

    for act in (yandex.confirm_by_yandex, yandex.link_yandex):
        with pytest.raises(PersonDisabled):
            act(anna.user_id, ACCOUNT, actor=anna, now=NOW)
    with pytest.raises(NotFound):
        yandex.make_code("anna@example.test", actor=anna, now=NOW)


def test_the_id_decides_and_the_login_may_change(anna):
    yandex.link_yandex(anna.user_id, ACCOUNT, actor=anna, now=NOW)

    yandex.confirm_by_yandex(
        anna.user_id, YandexAccount(ACCOUNT.id, "renamed"), actor=anna, now=NOW
    )
    with pytest.raises(OtherAccount):
        yandex.confirm_by_yandex(
            anna.user_id, YandexAccount("1", ACCOUNT.login), actor=anna, now=NOW
        )


def test_unbinding_burns_the_questions_that_would_bind_anew(anna):
    gleb, seat = builders.staff("super_admin", "Глеб", "gleb@example.test"), seat_of(anna.user_id)
    yandex.link_yandex(anna.user_id, ACCOUNT, actor=anna, now=NOW)
    link = yandex.start_flow(seat, FlowPurpose.LINK, "/profile", now=NOW)
    confirm = yandex.start_flow(seat, FlowPurpose.CONFIRM, "/payments", now=NOW)

    yandex.unlink_yandex(anna.user_id, "Потерян телефон", actor=gleb, now=NOW)

    with pytest.raises(FlowUsed):
        yandex.take_flow(link.state, seat, now=NOW)
    assert yandex.take_flow(confirm.state, seat, now=NOW) == confirm


def test_old_questions_and_codes_are_forgotten(anna):
    yandex.start_flow(seat_of(anna.user_id), FlowPurpose.CONFIRM, "/", now=NOW)
    yandex.make_code("anna@example.test", actor=anna, now=NOW)
    day = timedelta(days=1)

    yandex.forget_flows(now=NOW + day, kept=day)
    with transaction() as session:
        assert len(session.scalars(select(YandexFlow)).all()) == 1
    yandex.forget_flows(now=NOW + day + timedelta(seconds=1), kept=day)
    with transaction() as session:
        assert session.scalars(select(YandexFlow)).all() == []
        assert session.scalars(select(YandexCode)).all() == []
