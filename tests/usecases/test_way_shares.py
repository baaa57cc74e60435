"""The overview counts how the ways to pay are chosen and carried through (A7)."""

from datetime import timedelta

from portal.domain.payments import PaymentMethod
from portal.domain.shares import WayShare
from portal.store.db import transaction
from portal.store.way_shares import way_shares
from tests import builders
from tests.builders import NOW

SBP, CARD = PaymentMethod.SBP, PaymentMethod.CARD


def shares(since=NOW):
    """Count from a moment on."""
    with transaction() as session:
        return way_shares(session, since=since)


def test_what_was_started_and_paid_is_counted_by_the_way_that_was_chosen(booked):
    builders.start_to_pay(booked.bank, booked.consultation, CARD)
    builders.pay(booked.bank, booked.payment)
    builders.start_to_pay(booked.bank, builders.book(booked.kirill))

    sbp, card = shares()

    assert (sbp, card) == (WayShare(SBP, 2, 1, 3), WayShare(CARD, 1, 0, 3))
    assert (sbp.chosen_percent, sbp.paid_percent, sbp.carried_percent) == (67, 50, 33)
    assert (card.chosen_percent, card.paid_percent, card.carried_percent) == (33, 0, 0)


def test_an_empty_period_has_no_shares(booked):
    assert shares(since=NOW + timedelta(seconds=1)) == []


def test_a_way_that_nobody_chose_is_none_of_it(booked):
    sbp, card = shares()

    assert (sbp.chosen_percent, card.chosen_percent, card.paid_percent) == (100, 0, 0)
