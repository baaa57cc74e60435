"""The job that sends a refund may run twice: whoever finds it sent reads (I-14)."""

import pytest

from portal.banks.registry import Account, Banks
from portal.domain.refunds import AccountMode, RefundStatus
from portal.jobs import refunds
from tests import builders
from tests.builders import PRICE, purse, rub
from tests.fakes import FakeBank


@pytest.fixture
def bank(app):
    """Give a bank that the jobs reach."""
    bank = FakeBank()
    account = Account("tochka", "Точка", bank, AccountMode.ACTIVE, "Консультация")
    app.extensions["banks"] = Banks({"tochka": account})
    with app.app_context():
        yield bank


def test_a_second_run_reads_what_the_first_has_sent(bank):
    anna, kirill = builders.staff(), builders.customer()
    consultation = builders.book(kirill)
    payment = builders.start_to_pay(bank, consultation)
    builders.pay(bank, payment)
    builders.cancel(anna, consultation)
    refund_id = builders.ask(anna, payment)
    bank.goes_silent("refund")
    builders.send(bank, refund_id)

    refunds.submit(refund_id)

    assert bank.refunds == [(builders.operation_of(payment), rub(PRICE))]
    assert builders.refund(refund_id).status is RefundStatus.SUCCEEDED
    assert purse(kirill) == (0, 0, 0)
    assert builders.errors_in_the_book() == []
