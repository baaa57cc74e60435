"""The receipt that Freedom Pay makes where the account says so (freedompay.md §5)."""

from decimal import Decimal

import pytest

from portal.domain.money import Currency, Money
from portal.domain.ports import BankRefused, ReceiptItem, RefusedBecause
from tests.banks.freedompay_answers import Bank
from tests.banks.test_freedompay_calls import CREATED, SUM, order


def test_the_banks_receipt_has_one_line_with_the_tax_of_the_account():
    bank = Bank(init_payment=CREATED)
    item = ReceiptItem("Консультация; первая", SUM, Decimal(1))

    bank.connector(receipt="bank", tax_type=3, vat_percent=12).create_payment(order(items=(item,)))

    told = {n: v for n, v in bank.sent(0).items() if n.startswith("pg_receipt_positions")}
    assert told == {
        "pg_receipt_positions[0][count]": "1",
        "pg_receipt_positions[0][name]": "Консультация, первая",
        "pg_receipt_positions[0][price]": "1500.00",
        "pg_receipt_positions[0][tax_type]": "3",
    }


@pytest.mark.parametrize("price", [None, Money(149_999, Currency.KZT)])
def test_a_receipt_of_another_sum_is_not_asked_for(price):
    bank = Bank(init_payment=CREATED)
    items = (ReceiptItem("Консультация", price, Decimal(1)),) if price else ()

    with pytest.raises(BankRefused) as refused:
        bank.connector(receipt="bank", tax_type=3).create_payment(order(items=items))

    assert (refused.value.because, bank.requests) == (RefusedBecause.INVALID, [])
