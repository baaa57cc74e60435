"""A client asks for their money once; the refund itself is the yes, a no has a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.letters import LetterKind
from portal.domain.refund_requests import AskRule, NotAskable, RequestStatus
from portal.domain.refunds import RemainderChanged
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.refund_requests import RefundRequest, count_open_requests
from portal.usecases.refund_requests import ask_for_refund, decline_request
from tests import builders
from tests.builders import DURING, NOW, PRICE, person, rub

NO = "Деньги уже обещаны другой встрече"
OPEN = (RequestStatus.OPEN, None, None, None)


def ask(scene, now=NOW):
    return ask_for_refund(scene.payment, "Заболел", actor=person(scene.kirill), now=now)


def state(request_id=1):
    """Return how a request stands: status, when and by whom it was answered, the words."""
    with transaction() as session:
        one = session.get_one(RefundRequest, request_id)
        return one.status, one.answered_at, one.answered_by_id, one.answer


def told():
    """Return the letters that say no, by the numbers of their requests."""
    with transaction() as session:
        letters = select(Letter.facts).where(Letter.kind == LetterKind.REFUND_DECLINED)
        return [facts["row"] for facts in session.scalars(letters)]


def waiting():
    with transaction() as session:
        return count_open_requests(session)


def test_a_second_press_finds_the_first_request(cancelled):
    assert [ask(cancelled), ask(cancelled)] == [1, 1]

    assert (state(), waiting()) == (OPEN, 1)
    assert builders.purse(cancelled.kirill) == (PRICE, 0, 0)


def test_the_refund_answers_the_request(cancelled):
    ask(cancelled)
    builders.ask(cancelled.anna, cancelled.payment, amount=rub(1000))

    assert state() == (RequestStatus.GRANTED, DURING, cancelled.anna.user_id, None)
    assert (waiting(), told()) == (0, [])


def test_a_refund_that_is_refused_answers_nothing(cancelled):
    ask(cancelled)
    with pytest.raises(RemainderChanged):
        builders.ask(cancelled.anna, cancelled.payment, expected_remaining=rub(1))

    assert (state(), waiting()) == (OPEN, 1)


def test_a_no_is_written_to_the_client_once(cancelled):
    ask(cancelled)
    decline_request(cancelled.payment, NO, actor=cancelled.anna, now=DURING)
    with pytest.raises(AlreadyMoved):
        decline_request(cancelled.payment, "Ещё раз, нет", actor=cancelled.anna, now=DURING)

    assert state() == (RequestStatus.DECLINED, DURING, cancelled.anna.user_id, NO)
    assert (told(), waiting()) == ([1], 0)
    assert builders.purse(cancelled.kirill) == (PRICE, 0, 0)


def test_after_a_no_the_client_asks_again_the_next_day(cancelled):
    ask(cancelled)
    decline_request(cancelled.payment, NO, actor=cancelled.anna, now=NOW)
    with pytest.raises(NotAskable) as refusal:
        ask(cancelled, NOW + timedelta(hours=23))

    assert refusal.value.why is AskRule.ASKED_TODAY
    assert (ask(cancelled, NOW + timedelta(hours=24)), waiting()) == (2, 1)


def test_a_stranger_asks_for_nothing(cancelled):
    with pytest.raises(NotFound):
        ask_for_refund(cancelled.payment, "", actor=cancelled.anna, now=NOW)
    assert waiting() == 0


def test_money_that_a_meeting_waits_for_is_not_asked_for(paid):
    with pytest.raises(NotAskable) as refusal:
        ask(paid)

    assert refusal.value.why is AskRule.STILL_BOOKED
    assert waiting() == 0


def test_nobody_is_refused_who_has_not_asked(cancelled):
    with pytest.raises(NotFound):
        decline_request(cancelled.payment, NO, actor=cancelled.anna, now=NOW)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(RefundRequest)) == 0
