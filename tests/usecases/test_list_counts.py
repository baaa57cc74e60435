"""A list without a filter counts its own rows, on both databases (E1-E3)."""

from portal.store.consultation_lists import ConsultationFilter, list_consultations
from portal.store.db import db
from portal.store.payment_lists import PaymentFilter, list_payments
from portal.store.user_lists import UserFilter, list_users
from tests import builders
from tests.builders import NOW
from tests.usecases.conftest import Scene


def test_people_are_counted_and_not_the_statement(booked: Scene) -> None:
    builders.customer("vera@example.test")

    page = list_users(db.session(), UserFilter())

    assert (page.total, len(page.items)) == (3, 3)


def test_only_paid_payments_are_counted(paid: Scene) -> None:
    other = builders.book(paid.kirill)
    builders.start_to_pay(paid.bank, other)

    payments = list_payments(db.session(), PaymentFilter(), now=NOW)
    consultations = list_consultations(db.session(), ConsultationFilter(), now=NOW)

    assert (payments.total, len(payments.items)) == (1, 1)
    assert (consultations.total, len(consultations.items)) == (2, 2)
