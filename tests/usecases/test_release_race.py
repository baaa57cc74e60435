"""The money and the end of its time come at the same moment on PostgreSQL: nothing is lost (G1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from portal.domain.consultations import ConsultationStatus
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.usecases.bookings import release_unpaid
from tests import builders
from tests.builders import NOW, PRICE, purse
from tests.fakes import FakeBank

PATIENCE = 30
LATER = NOW + timedelta(minutes=30)
#: Released first, the sum is free; paid first, it waits for the consultation.
ENDS = {
    True: (ConsultationStatus.CANCELLED, False, (PRICE, 0, 0)),
    False: (ConsultationStatus.SCHEDULED, True, (0, PRICE, 0)),
}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("_turn", range(5))
def test_either_the_slot_is_kept_and_paid_or_the_money_is_free(app, _turn):
    bank = FakeBank()
    with app.app_context():
        kirill = builders.customer()
        number = builders.book(kirill)
        payment = builders.start_to_pay(bank, number)
        bank.expire(builders.operation_of(payment))
        builders.hear(bank, payment, LATER)
        with transaction() as session:
            session.get_one(Consultation, number).pay_until = LATER
        bank.pay(builders.operation_of(payment))

    released = at_once(
        app,
        lambda: release_unpaid(number, "Не оплачена", now=LATER),
        lambda: builders.hear(bank, payment, LATER),
    )

    with app.app_context():
        with transaction() as session:
            found = session.get_one(Consultation, number)
        assert (found.status, found.is_paid, purse(kirill)) == ENDS[released]
        assert builders.errors_in_the_book() == []


def at_once(app, *acts):
    """Carry out acts in threads at the same moment; return what the first of them answered."""
    gate = Barrier(len(acts))

    def run(act):
        with app.app_context():
            gate.wait(PATIENCE)
            return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        first, *_ = pool.map(run, acts)
        return first
