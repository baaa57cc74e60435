"""Our codes at the bank: asked once for every job, and again as soon as that may help (F2)."""

import multiprocessing

import pytest

from portal.domain.ports import BankMisconfigured
from tests.banks.answers import MERCHANT, Bank, created, data, retailer
from tests.banks.test_tochka_links import order


def test_what_a_forked_job_has_asked_its_successor_knows():
    bank = Bank(create_with_receipt=created())
    connector = bank.connector()
    fork = multiprocessing.get_context("fork")
    job = fork.Process(target=connector.create_payment, args=(order(),))
    job.start()
    job.join()

    connector.create_payment(order())

    assert job.exitcode == 0
    assert [bank.sent("customers"), bank.sent("retailers")] == [[], []]
    assert len(bank.sent("create_with_receipt")) == 1


def test_a_point_that_has_just_become_ready_is_seen_at_once():
    points = [data(Retailer=[retailer(status="NEW")]), data(Retailer=[retailer()])]
    bank = Bank(create_with_receipt=created(), retailers=points)
    connector = bank.connector()
    with pytest.raises(BankMisconfigured):
        connector.create_payment(order())

    connector.create_payment(order())

    assert bank.body("create_with_receipt")["Data"]["merchantId"] == MERCHANT
