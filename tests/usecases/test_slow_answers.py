"""A certain answer counts, also when somebody has read the bank meanwhile."""

from datetime import timedelta

import pytest

from portal.domain.ports import BankRefused, RefusedBecause
from portal.domain.reconciliations import LEASE
from portal.domain.refunds import AccountMode, RefundStatus
from portal.usecases.submissions import submit_refund
from tests import builders
from tests.builders import DURING, PRICE, purse
from tests.fakes import FakeBank


class SlowBank(FakeBank):
    """A bank during whose refund call somebody else reads the operation."""

    def __init__(self, bank, payment, read_at):
        super().__init__()
        self.payments, self.payment, self.read_at = bank.payments, payment, read_at

    def refund(self, operation_id, amount):
        """Be read in the middle of the call, then answer."""
        builders.hear(self, self.payment, self.read_at)
        return super().refund(operation_id, amount)


class SlowNo(SlowBank):
    """A slow bank that refuses."""

    def refund(self, operation_id, amount):
        """Be read in the middle of the call, then say no."""
        builders.hear(self, self.payment, self.read_at)
        raise BankRefused(RefusedBecause.DECLINED, "Банк отказал")


@pytest.fixture
def refund_id(cancelled):
    """Give a refund of the whole sum that is ready to be sent."""
    return builders.ask(cancelled.anna, cancelled.payment)


def send(kind, scene, refund_id, read_at):
    """Send the refund to a bank of this kind."""
    bank = kind(scene.bank, scene.payment, read_at)
    baseline = bank.read_operation(scene.operation)
    submit_refund(refund_id, bank, mode=AccountMode.ACTIVE, baseline=baseline, now=DURING)


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (timedelta(), RefundStatus.SUBMITTED),
        (LEASE - timedelta(seconds=1), RefundStatus.SUBMITTED),
        (LEASE, RefundStatus.UNKNOWN),
    ],
)
def test_only_a_lease_without_an_answer_makes_a_refund_unknown(cancelled, refund_id, after, status):
    send(SlowBank, cancelled, refund_id, DURING + after)
    refund = builders.refund(refund_id)
    assert (refund.status, refund.answered_at) == (status, DURING)
    assert purse(cancelled.kirill) == (0, 0, PRICE)
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize("after", [timedelta(), LEASE])
def test_a_late_refusal_frees_the_money(cancelled, refund_id, after):
    send(SlowNo, cancelled, refund_id, DURING + after)
    refund = builders.refund(refund_id)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "Банк отказал")
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []
