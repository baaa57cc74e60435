"""The seal of Freedom Pay: the reference's vectors, for the connector and the simulator (§3)."""

import re

import pytest

from portal.banks.freedompay.messages import Node
from portal.banks.freedompay.signature import is_signed, make_salt, sign, signed
from portal.sandbox.freedompay.seals import seal_of

SECRET = "kz-test-secret"
TOKEN = "ef741cfc-f85e-41a0-84e6-2ba964912182"
PAID = {
    "pg_amount": "1500.00",
    "pg_can_reject": "1",
    "pg_captured": "1",
    "pg_currency": "KZT",
    "pg_order_id": "PNM-000042",
    "pg_payment_date": "2026-07-22 16:40:02",
    "pg_payment_id": "1814725568",
    "pg_result": "1",
    "pg_salt": "SaLt000000000001",
}
POSITION = "pg_receipt_positions[0]"


def refunded(amount: str, day: str, payment_id: str) -> tuple[str, object]:
    inner = {"pg_payment_status": "success", "pg_amount": amount, "pg_payment_date": day}
    return "pg_refund_payment", list({**inner, "pg_payment_id": payment_id}.items())


REFUNDS = [
    refunded("-500.00", "2026-07-23 10:00:00", "1814725599"),
    refunded("-100.00", "2026-07-23 11:00:00", "1814725600"),
]
VECTORS = {
    "V1": (
        "init_payment.php",
        {
            "pg_order_id": "PNM-000042",
            "pg_merchant_id": "100001",
            "pg_amount": "1500.00",
            "pg_currency": "KZT",
            "pg_description": "Консультация №42",
            "pg_salt": "a1B2c3D4e5F6",
        },
        "8743e250ce808f843f842608913804ae",
    ),
    "V2": ("result", PAID, "31cc8c9e5c766628b7b0d7cd25897a7c"),
    "V3": (
        "result",
        {**PAID, "Pg_result_url_method": "POST"},
        "9f4738ee16eff81d757193a0b7bce8b9",
    ),
    "V4": (
        "get_status3.php",
        {
            "pg_status": "ok",
            "pg_payment_id": "1814725568",
            "pg_amount": "1500.00",
            "pg_currency": "KZT",
            "pg_payment_status": "success",
            "pg_captured": "1",
            "pg_refund_amount": "-600.00",
            "pg_refund_payments": REFUNDS,
            "pg_salt": "SaLt000000000002",
        },
        "da4dce501f8697bafa2560fee6f6c618",
    ),
    "V5": (
        "result",
        {"pg_status": "ok", "pg_description": "accepted", "pg_salt": "SaLt000000000003"},
        "736751e247cb8ce198497858c97647ef",
    ),
    "V6": (
        "remove",
        {
            "pg_merchant_id": "100001",
            "pg_user_id": "u-7",
            "pg_card_token": TOKEN,
            "pg_salt": "SaLt000000000004",
        },
        "dbcb6973b0360a25621d2cfdee9ad71b",
    ),
    "V7": (
        "init_payment.php",
        {
            "pg_description": "d",
            "pg_merchant_id": "100001",
            "pg_order_id": "1",
            "pg_amount": "1",
            f"{POSITION}[count]": "1",
            f"{POSITION}[name]": "Консультация",
            f"{POSITION}[price]": "1500",
            f"{POSITION}[tax_type]": "0",
            "pg_salt": "s",
        },
        "811b92b3b9414f2ab70bcb7bd86d3e7e",
    ),
    "V8": (
        "init_payment.php",
        {
            "pg_status": "ok",
            "pg_payment_id": "1814725568",
            "pg_redirect_url": "https://customer.freedompay.kz/pay.html"
            "?customer=2f0d7c1e-6b8a-4c5e-9f5b-0c1f5a9d7e11",
            "pg_redirect_url_type": "need data",
            "pg_salt": "SaLt000000000005",
        },
        "3c2ea53dcfb40813d6c42633b4d0a16c",
    ),
    "V9": (
        "revoke.php",
        {
            "pg_merchant_id": "100001",
            "pg_payment_id": "1814725568",
            "pg_refund_amount": "500.00",
            "pg_idempotency_key": "rf-000042-1",
            "pg_salt": "SaLt000000000006",
        },
        "0d966696870f607882f9ff81bc9aa1d7",
    ),
    "V10": (
        "init",
        {
            "pg_amount": "9000.00",
            "pg_card_token": TOKEN,
            "pg_description": "Consultation 43",
            "pg_merchant_id": "100001",
            "pg_order_id": "PNM-000043",
            "pg_salt": "SaLt000000000007",
            "pg_user_id": "u-7",
        },
        "5de16a8324f3b129ae320d79cee6b57a",
    ),
    "V11": (
        "direct",
        {
            "pg_merchant_id": "100001",
            "pg_payment_id": "1814725777",
            "pg_salt": "SaLt000000000008",
        },
        "1deca5543edd528f0267d89c1878c870",
    ),
    "V12": (
        "binding",
        {
            "pg_payment_id": "1814725900",
            "pg_order_id": "BIND-u-7-1",
            "pg_user_id": "u-7",
            "pg_status": "success",
            "pg_type": "approve",
            "pg_card_token": TOKEN,
            "pg_card_hash": "4111-11XX-XXXX-1111",
            "pg_card_month": "12",
            "pg_card_year": "29",
            "pg_bank": "TEST BANK",
            "pg_country": "KZ",
            "pg_card_3ds": "1",
            "pg_salt": "SaLt000000000009",
        },
        "3b50cd11fb8734b1abec8e60dbc6bce2",
    ),
}


def nodes(pairs: object) -> tuple[Node, ...]:
    return tuple(
        Node(name, value) if isinstance(value, str) else Node(name, "", nodes(value))
        for name, value in pairs
    )


@pytest.mark.parametrize(("script", "fields", "seal"), VECTORS.values(), ids=VECTORS.keys())
def test_the_connector_seals_as_the_reference_does(script, fields, seal):
    assert sign(script, nodes(fields.items()), SECRET) == seal


@pytest.mark.parametrize(("script", "fields", "seal"), VECTORS.values(), ids=VECTORS.keys())
def test_the_simulator_seals_as_the_reference_does(script, fields, seal):
    assert seal_of(script, list(fields.items()), SECRET) == seal


def test_what_we_send_has_a_fresh_salt_a_seal_and_no_empty_field():
    sent = signed("remove", {"pg_user_id": "u-7", "pg_param1": ""}.items(), SECRET)

    assert [name for name, _ in sent] == ["pg_user_id", "pg_salt", "pg_sig"]
    assert is_signed(("remove",), nodes(sent), [SECRET])
    assert re.fullmatch(r"[A-Za-z0-9]{16}", make_salt())
    assert make_salt() != make_salt()


def test_an_old_secret_is_believed_until_it_is_taken_away():
    sent = nodes(signed("remove", {"pg_user_id": "u-7"}.items(), "old"))

    assert is_signed(("remove",), sent, ["new", "old"])
    assert not is_signed(("remove",), sent, ["new"])
