"""What becomes of a client's money is written to them: one letter for each event, and no more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.errors import AlreadyMoved
from portal.domain.letters import LetterKind
from portal.domain.payments import PaymentMethod
from portal.domain.refunds import NotRefundable
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.users import User
from portal.usecases.refunds import bounce_refund, request_refund
from tests import builders
from tests.builders import DURING, NOW, PRICE, rub


def written():
    """Return the letters to Кирилл: kind, number of its row, and the moment it may leave."""
    with transaction() as session:
        letters = session.scalars(select(Letter).order_by(Letter.id))
        return [(one.kind, one.facts["row"], one.next_try_at) for one in letters]


def kinds():
    """Return the kinds of the letters that will leave."""
    return [kind for kind, _, leaves_at in written() if leaves_at is not None]


def test_one_payment_is_told_once_however_often_the_bank_says_it(paid):
    builders.hear(paid.bank, paid.payment)
    builders.hear(paid.bank, paid.payment)

    assert written() == [(LetterKind.PAID, paid.payment, NOW)]


def test_a_second_payment_of_the_same_consultation_is_told_too(booked):
    second = builders.start_to_pay(booked.bank, booked.consultation, PaymentMethod.CARD)
    builders.pay(booked.bank, booked.payment)
    builders.pay(booked.bank, second)

    told = [(LetterKind.PAID, booked.payment, NOW), (LetterKind.PAID, second, NOW)]
    assert written() == told


def test_a_cancellation_tells_what_became_free(cancelled):
    with transaction() as session:
        letter = session.scalars(
            select(Letter).where(Letter.kind == LetterKind.CONSULTATION_CANCELLED)
        ).one()

    assert letter.facts == {"row": cancelled.consultation, "freed": PRICE}


def test_a_cancellation_that_is_refused_tells_nothing(cancelled):
    before = written()

    with pytest.raises(AlreadyMoved):
        builders.cancel(cancelled.anna, cancelled.consultation)
    assert written() == before


def test_an_accepted_refund_is_told_only_when_it_lasts(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)
    builders.send(cancelled.bank, refund_id)
    waits = (LetterKind.REFUND_ACCEPTED, refund_id, DURING + timedelta(minutes=10))
    assert written()[2:] == [waits]

    builders.hear(cancelled.bank, cancelled.payment, now=DURING)
    builders.hear(cancelled.bank, cancelled.payment, now=DURING)

    assert kinds()[2:] == [LetterKind.REFUND_DONE]


def test_a_refund_that_is_refused_tells_nothing(paid):
    with pytest.raises(NotRefundable):
        request_refund(builders.wish(paid.payment), actor=paid.anna, now=NOW)

    assert kinds() == [LetterKind.PAID]


def test_a_refund_that_the_bank_gave_back_is_told(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)
    builders.send(cancelled.bank, refund_id)
    builders.hear(cancelled.bank, cancelled.payment, now=DURING)
    bounce_refund(refund_id, "Счёт закрыт", actor=cancelled.anna, now=DURING)

    assert kinds()[2:] == [LetterKind.REFUND_DONE, LetterKind.REFUND_FAILED]


def test_a_refund_made_in_the_banks_cabinet_is_told_once(cancelled):
    cancelled.bank.made_in_cabinet(cancelled.operation, rub(1000))
    builders.hear(cancelled.bank, cancelled.payment, now=DURING)
    builders.hear(cancelled.bank, cancelled.payment, now=DURING)

    found = builders.payment(cancelled.payment).last_refund_id
    assert written()[2:] == [(LetterKind.REFUND_DONE, found, DURING)]


def test_a_disabled_client_and_one_without_an_address_are_not_written_to(booked):
    with transaction() as session:
        session.get_one(User, booked.kirill).is_active = False
    builders.pay(booked.bank, booked.payment)
    with transaction() as session:
        person = session.get_one(User, booked.kirill)
        person.is_active, person.email = True, ""
    builders.cancel(booked.anna, booked.consultation)

    assert written() == []
    assert builders.purse(booked.kirill) == (PRICE, 0, 0)
