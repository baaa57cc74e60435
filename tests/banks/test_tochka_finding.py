"""Looking for a link in the bank's list, page by page (tochka.md §8.2, reliability.md §4 B)."""

from datetime import UTC, datetime

import httpx
import pytest

from portal.domain.ports import BankUnavailable
from tests.banks.answers import REFERENCE, Bank, data, error, operation

NOW = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


def page(*operations: dict[str, object], pages: int = 1, **links: str) -> httpx.Response:
    body = {"Data": {"Operation": operations}, "Links": links, "Meta": {"totalPages": pages}}
    return httpx.Response(200, json=body)


OTHER = operation(paymentLinkId="another", operationId="op-another")


def test_a_reference_that_the_bank_does_not_list_is_not_found():
    bank = Bank(list=page(OTHER))

    assert bank.connector().find_payment(REFERENCE, NOW) is None


def test_further_pages_are_counted_and_never_followed():
    first = page(OTHER, pages=2, next="https://evil.test/acquiring/v1.0/payments?page=2")
    bank = Bank(list=[first, page(operation(), pages=2)])

    link = bank.connector().find_payment(REFERENCE, NOW)

    assert link is not None
    assert [request.url.host for request in bank.sent("list")] == ["bank.test", "bank.test"]
    assert [request.url.params["page"] for request in bank.sent("list")] == ["1", "2"]


def test_a_full_page_is_not_the_last_whatever_the_bank_counts():
    bank = Bank(list=[page(*[OTHER] * 250), page(operation())])

    assert bank.connector().find_payment(REFERENCE, NOW) is not None


def test_endless_pages_end_without_an_answer():
    bank = Bank(list=page(OTHER, pages=1_000_000))

    with pytest.raises(BankUnavailable) as lost:
        bank.connector().find_payment(REFERENCE, NOW)

    assert lost.value.sent is False
    assert len(bank.sent("list")) == 20


def test_another_company_with_our_number_is_passed_over():
    bank = Bank(list=page(operation(customerCode="300123123")))

    assert bank.connector().find_payment(REFERENCE, NOW) is None


NO_LIST = {
    "no list": data(),
    "null": data(Operation=None),
    "an object": data(Operation={}),
    "an unsafe link": data(Operation=[operation(paymentLink="javascript:alert(1)")]),
    "424": error(424, "Fail dependent service"),
    "500": error(500),
    "429": error(429),
    "timeout": httpx.ReadTimeout("slow"),
}


@pytest.mark.parametrize("answer", NO_LIST.values(), ids=NO_LIST.keys())
def test_an_answer_without_a_list_proves_nothing(answer):
    bank = Bank(list=answer)

    with pytest.raises(BankUnavailable) as lost:
        bank.connector().find_payment(REFERENCE, NOW)

    assert lost.value.sent is False
