"""Staff send a client the link to pay: once in ten minutes, and only while there is what to pay."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.errors import AlreadyPaid, NotPayable
from portal.domain.letters import LetterKind
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.users import User
from portal.usecases.payment_links import ClientUnreachable, LinkJustSent, send_payment_link
from tests import builders
from tests.builders import NOW


def send(scene, now=NOW):
    send_payment_link(scene.consultation, actor=scene.anna, now=now)


def sent():
    """Return whom a link was written to, and about which consultation."""
    with transaction() as session:
        links = select(Letter).where(Letter.kind == LetterKind.PAYMENT_LINK).order_by(Letter.id)
        return [(one.user_id, one.facts) for one in session.scalars(links)]


def test_a_second_press_sends_none_and_ten_minutes_later_there_is_another(booked):
    told = (booked.kirill, {"row": booked.consultation, "by": booked.anna.user_id})
    send(booked)
    with pytest.raises(LinkJustSent) as refusal:
        send(booked, NOW + timedelta(minutes=10) - timedelta(seconds=1))

    assert (refusal.value.facts, sent()) == ({"at": NOW}, [told])
    send(booked, NOW + timedelta(minutes=10))
    assert sent() == [told, told]


def test_links_of_two_consultations_do_not_wait_for_each_other(booked):
    other = builders.book(booked.kirill)
    send(booked)
    send_payment_link(other, actor=booked.anna, now=NOW)

    assert sent() == [
        (booked.kirill, {"row": booked.consultation, "by": booked.anna.user_id}),
        (booked.kirill, {"row": other, "by": booked.anna.user_id}),
    ]


def test_nothing_is_sent_for_what_is_paid(paid):
    with pytest.raises(AlreadyPaid):
        send(paid)

    assert sent() == []


def test_nothing_is_sent_for_what_is_cancelled(booked):
    builders.cancel(booked.anna, booked.consultation)

    with pytest.raises(NotPayable):
        send(booked)
    assert sent() == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_whom_no_letter_reaches_is_told_to_staff(booked, change):
    with transaction() as session:
        [setattr(session.get_one(User, booked.kirill), *item) for item in change.items()]

    with pytest.raises(ClientUnreachable):
        send(booked)
    assert sent() == []
