"""Links, sums and claims that look right at a glance, and are not (reliability.md §4 B, W)."""

import json

import pytest

from portal.domain.ports import BankUnavailable, EventKind
from tests.banks.answers import CUSTOMER, LINK, MERCHANT, OPERATION, Bank, created, operation, raw
from tests.banks.test_tochka_links import order
from tests.banks.tokens import CLAIMS, jwk, key, token

ODD_LINKS = {
    "a name before the host": "https://merch.securepaytb.ru@evil.test/order",
    "a line break": "https://merch.securepaytb.ru/order\nSet-Cookie: a=b",
    "a space before it": f" {LINK}",
    "other letters": "https://merch.securepaytb.ru/заказ",
    "one character too long": LINK.ljust(2084, "x"),
}


@pytest.mark.parametrize("link", ODD_LINKS.values(), ids=ODD_LINKS.keys())
def test_a_payer_is_not_sent_to_a_link_in_odd_clothes(link):
    bank = Bank(create_with_receipt=created(paymentLink=link))

    with pytest.raises(BankUnavailable) as lost:
        bank.connector().create_payment(order())

    assert lost.value.sent is True


def test_the_longest_link_of_the_bank_is_taken():
    longest = LINK.ljust(2083, "x")
    bank = Bank(create_with_receipt=created(paymentLink=longest))

    assert bank.connector().create_payment(order()).url == longest


@pytest.mark.parametrize("tail", ["0" * 40 + "1", "001"])
def test_a_sum_finer_than_a_kopeck_is_never_rounded(tail):
    body = json.dumps({"Data": {"Operation": [operation(amount="SUM", Order=[])]}})
    bank = Bank(read=raw(body.replace('"SUM"', f"1500.{tail}")))

    with pytest.raises(BankUnavailable):
        bank.connector().read_operation(OPERATION)


@pytest.mark.parametrize("merchant", [[MERCHANT], {MERCHANT: 1}, [], {}])
def test_a_genuine_event_with_a_merchant_of_another_type_is_not_ours(merchant):
    codes = {"customer_code": CUSTOMER, "merchant_id": MERCHANT}
    connector = Bank().connector(**codes, public_keys=(jwk(key("bank")),))

    event = connector.parse_webhook(token({**CLAIMS, "merchantId": merchant}))

    assert (event.kind, event.is_ours) == (EventKind.PAYMENT, False)
