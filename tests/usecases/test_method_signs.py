"""What the last payments say about SBP and about the payer's habit (A7)."""

from datetime import timedelta

from portal.domain.payments import PaymentMethod
from portal.store.db import transaction
from portal.store.method_signs import habit, lost_links
from tests import builders
from tests.builders import NOW

CARD, SBP = PaymentMethod.CARD, PaymentMethod.SBP


def losses(minutes=0, account="tochka"):
    """Ask how the last links fared, ``minutes`` after the builders' moment."""
    with transaction() as session:
        return lost_links(session, account, now=NOW + timedelta(minutes=minutes))


def test_lost_links_are_told_newest_first_for_a_quarter_of_an_hour(booked):
    other = builders.book(booked.kirill)
    builders.loses_link(other)
    builders.loses_link(other)

    assert losses() == [True, True, False]
    assert losses(minutes=14) == [True, True, False]
    assert losses(minutes=15) == []


def test_a_card_and_another_account_say_nothing_about_sbp(booked):
    builders.loses_link(booked.consultation, CARD)

    assert losses() == [False]
    assert losses(account="another") == []


def test_a_habit_is_how_the_last_two_payments_were_made(booked):
    builders.pay(booked.bank, booked.payment)
    second = builders.start_to_pay(booked.bank, builders.book(booked.kirill), CARD)
    booked.bank.pay(builders.operation_of(second), CARD)
    builders.hear(booked.bank, second)

    with transaction() as session:
        assert habit(session, booked.kirill) == [CARD, SBP]
