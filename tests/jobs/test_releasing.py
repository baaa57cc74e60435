"""The sweep rings for what was not paid in time, and the job lets its slot go (G1)."""

from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from portal.domain import clock
from portal.domain.consultations import ConsultationStatus
from portal.jobs import consultations, sweep
from portal.jobs.queue import QUEUE
from portal.store.consultations import Consultation
from portal.store.db import transaction
from tests import builders


@pytest.fixture
def unpaid(app):
    """Give a consultation of the day after tomorrow whose time to pay ended a minute ago."""
    with app.app_context():
        number = builders.book(builders.customer())
        with transaction() as session:
            found = session.get_one(Consultation, number)
            found.pay_until = clock.now() - timedelta(minutes=1)
            found.starts_at = clock.now() + timedelta(days=2)
            found.ends_at = found.starts_at + timedelta(hours=1)
        yield number


def test_the_sweep_rings_for_what_was_not_paid_in_time(unpaid, redis_url):
    sweep.ring()

    queue = Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=JSONSerializer)
    assert queue.job_ids == [f"consultations-release-{unpaid}"]


def test_the_job_lets_it_go_and_says_why(unpaid):
    consultations.release(unpaid)

    with transaction() as session:
        found = session.get_one(Consultation, unpaid)
        assert found.status is ConsultationStatus.CANCELLED
        assert found.closing_reason == "Не оплачена вовремя, время снова свободно"
