"""A client cancels alone until some hours before the hour; staff cancel until it comes."""

from datetime import timedelta

import pytest

from portal.domain.consultations import CancelledBy, ConsultationStatus, TooLateToCancel
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.consultations import Cancellation, Owner, cancel_consultation
from tests import builders
from tests.builders import PRICE, STARTS_AT, person

NOTICE = timedelta(hours=12)
UNTIL = STARTS_AT - NOTICE
WISH = Cancellation(CancelledBy.CLIENT, "")


def cancel(scene, now):
    owner, actor = Owner(scene.kirill, NOTICE), person(scene.kirill)
    cancel_consultation(scene.consultation, WISH, actor=actor, now=now, owner=owner)


def status(scene):
    with transaction() as session:
        return session.get_one(Consultation, scene.consultation).status


def test_until_the_last_second_the_client_cancels_and_the_money_is_free(paid):
    cancel(paid, UNTIL - timedelta(seconds=1))

    assert status(paid) is ConsultationStatus.CANCELLED
    assert builders.purse(paid.kirill) == (PRICE, 0, 0)


def test_then_it_is_too_late_and_nothing_moves(paid):
    with pytest.raises(TooLateToCancel) as refusal:
        cancel(paid, UNTIL)

    assert refusal.value.facts == {"until": UNTIL}
    assert status(paid) is ConsultationStatus.SCHEDULED
    assert builders.purse(paid.kirill) == (0, PRICE, 0)


def test_staff_still_cancel(paid):
    cancel_consultation(paid.consultation, WISH, actor=paid.anna, now=UNTIL)

    assert status(paid) is ConsultationStatus.CANCELLED
