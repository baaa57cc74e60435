"""The lines that people are found by: names, a mark, contacts; older ones are rewritten."""

import flask_migrate
from sqlalchemy import select

from portal.store.consultations import Consultation
from portal.store.db import db, transaction
from portal.store.payments import Payment
from portal.store.users import User

OF_KIRILL = "кирилл\x1fkirill@example.test 9161234567"
LINES = [OF_KIRILL, f"доктор орлова {OF_KIRILL}", OF_KIRILL]
BEFORE = "кирилл kirill@example.test 9161234567"


def lines(who):
    """Return the line of a person, of their consultation and of their payment."""
    with transaction() as session:
        person = session.scalar(select(User.search_text).where(User.id == who))
        consultation = session.scalar(select(Consultation.search_text))
        return [person, consultation, session.scalar(select(Payment.search_text))]


def test_names_stand_before_contacts(booked):
    assert lines(booked.kirill) == LINES


def test_lines_of_before_are_rewritten_and_back(booked):
    flask_migrate.downgrade(revision="0009")
    before = lines(booked.kirill)
    db.session.remove()
    flask_migrate.upgrade()

    assert before == [BEFORE, f"{BEFORE} доктор орлова", BEFORE]
    assert lines(booked.kirill) == LINES
