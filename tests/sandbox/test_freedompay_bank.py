"""The simulated Freedom Pay: strict about requests, truthful about money (freedompay.md §14)."""

import pytest

from tests.sandbox.merchants import BANKS_NO, GOOD, REFUNDLESS, ROOT, SECRET, Merchant


@pytest.fixture
def shop(bank):
    return Merchant(bank.client)


def returned(told):
    return [
        (each.find("pg_payment_status"), each.find("pg_amount"))
        for one in told.all("pg_refund_payments")
        for each in one.children
    ]


def test_a_page_has_an_id_beyond_32_bits_and_waits_for_its_payer(shop):
    operation, page = shop.created()

    assert int(operation) > 2**31
    assert page.startswith("/freedompay/pay.html?customer=")
    assert (shop.word(operation), operation in page) == ("new", False)


WRONG = {
    "another secret": (lambda shop: Merchant(shop.client, "other").init(), "9998"),
    "another shop": (lambda shop: shop.init(pg_merchant_id="100002"), "9997"),
    "no description": (lambda shop: shop.init(pg_description=""), "9403"),
    "no amount": (lambda shop: shop.init(pg_amount=""), "9403"),
    "nothing": (lambda shop: shop.init(pg_amount="0.00"), "9403"),
    "too much": (lambda shop: shop.init(pg_amount="99999999.99"), "9403"),
    "one decimal": (lambda shop: shop.init(pg_amount="15.0"), "9403"),
    "yuan": (lambda shop: shop.init(pg_currency="CNY"), "9403"),
    "a short life": (lambda shop: shop.init(pg_lifetime="299"), "9403"),
    "a long order": (lambda shop: shop.init(pg_order_id="a" * 51), "9403"),
    "a Russian order": (lambda shop: shop.init(pg_order_id="заказ"), "9403"),
    "an unknown operation": (lambda shop: shop.status("1"), "340"),
    "no operation": (lambda shop: shop.call("/get_status3.php"), "9403"),
}


@pytest.mark.parametrize(("ask", "code"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_request_is_refused_unsigned(shop, bank, ask, code):
    told = ask(shop)

    assert (told.find("pg_status"), told.find("pg_error_code")) == ("error", code)
    assert told.find("pg_sig") is None
    assert [each for each in bank.journal(bank="freedompay") if each["executed"]] == []


def test_every_currency_of_the_bank_is_taken(shop):
    for number, currency in enumerate(("KZT", "RUB", "USD", "EUR", "KGS")):
        assert shop.init(pg_currency=currency, pg_order_id=f"o{number}").find("pg_status") == "ok"


def test_xml_is_taken_as_well_and_a_bomb_is_not(shop):
    bomb = '<!DOCTYPE r [<!ENTITY a "b">]><request><pg_merchant_id>&a;</pg_merchant_id></request>'

    answer = shop.client.post(f"{ROOT}/get_status3.php", data={"pg_xml": bomb})

    assert "9403" in answer.text


def test_the_same_key_is_the_same_page_and_other_words_are_refused(shop):
    first = shop.init(pg_idempotency_key="pay-1").find("pg_payment_id")

    assert shop.init(pg_idempotency_key="pay-1").find("pg_payment_id") == first
    other = shop.init(pg_idempotency_key="pay-1", pg_amount="1.00")
    assert other.find("pg_error_code") == "9403"


def test_a_good_card_pays_and_the_payer_comes_back_with_a_hint(shop):
    operation, page = shop.created()

    answer = shop.client.post(page, data={"pan": "4716 0472 6194 1981"})

    assert answer.status_code == 303
    assert answer.location.startswith(
        f"https://shop.test/ok?a=1&pg_order_id=PNM-1&pg_payment_id={operation}"
    )
    told = shop.status(operation)
    assert (told.find("pg_payment_status"), told.find("pg_captured")) == ("success", "1")
    assert told.find("pg_card_pan") == "4716-04XX-XXXX-1981"


@pytest.mark.parametrize("card", [*BANKS_NO, "4111111111111111"])
def test_a_declined_card_leaves_the_page_open_for_another(shop, card):
    operation, page = shop.created()

    told = shop.client.post(page, data={"pan": card}).text
    shop.client.post(page, data={"pan": GOOD})

    last = shop.call("/get_status3.php", pg_order_id="PNM-1")
    assert "Оплата не прошла" in told
    assert (shop.word(operation), last.find("pg_payment_status")) == ("error", "success")
    assert last.find("pg_payment_id") != operation


def test_a_wrong_code_fails_and_the_right_one_pays(shop):
    operation, page = shop.created()

    assert "Код из сообщения банка" in shop.client.post(page, data={"pan": REFUNDLESS}).text
    assert shop.word(operation) == "waiting_3ds"
    shop.client.post(page, data={"code": "0000"})
    assert shop.status(operation).find("pg_failure_code") == "10004"
    shop.client.post(page, data={"pan": REFUNDLESS})
    assert shop.client.post(page, data={"code": "1234"}).status_code == 303


def test_a_page_whose_time_is_over_takes_no_card(shop, bank):
    operation, page = shop.created(pg_lifetime="300")
    bank.advance(301)

    answer = shop.client.post(page, data={"pan": GOOD})

    assert (answer.status_code, shop.word(operation)) == (409, "incomplete")


def test_parts_are_returned_until_nothing_is_left(shop):
    operation = shop.paid()

    assert shop.refund(operation, "500.00").find("pg_status") == "ok"
    assert shop.refund(operation, "100.00").find("pg_status") == "ok"
    assert shop.refund(operation, "900.01").find("pg_error_code") == "9403"

    told = shop.status(operation)
    assert told.find("pg_refund_amount") == "-600.00"
    assert returned(told) == [("success", "-500.00"), ("success", "-100.00")]


@pytest.mark.parametrize("amount", ["0", ""])
def test_a_refund_without_a_sum_is_the_whole(shop, amount):
    operation = shop.paid()

    shop.refund(operation, amount)

    assert returned(shop.status(operation)) == [("success", "-1500.00")]


def test_an_unpaid_operation_and_a_stubborn_card_are_not_refunded(shop):
    unpaid, _ = shop.created(pg_order_id="A-1")
    stubborn, page = shop.created(pg_order_id="A-2")
    shop.client.post(page, data={"pan": REFUNDLESS})
    shop.client.post(page, data={"code": "1234"})

    assert "Неверный статус" in (shop.refund(unpaid, "1.00").find("pg_error_description") or "")
    assert shop.refund(stubborn, "1.00").find("pg_error_code") == "10012"


def test_a_hold_is_taken_in_part_or_let_go(shop):
    held = shop.paid("6224466455690681278", pg_auto_clearing="0")
    other = shop.paid("6224466455690681278", pg_auto_clearing="0", pg_order_id="PNM-2")
    assert shop.status(held).find("pg_captured") == "0"

    shop.call("/do_capture.php", pg_payment_id=held, pg_clearing_amount="1000.00")
    shop.call("/cancel.php", pg_payment_id=other)

    assert shop.status(held).find("pg_clearing_amount") == "1000.00"
    assert shop.word(other) == "revoked"
    assert shop.error("/cancel.php", pg_payment_id=held) == "11059"


def test_a_strict_bank_wants_a_pause_between_calls(shop):
    shop.rules(min_gap_seconds=1.5)
    shop.init()

    assert shop.init(pg_order_id="PNM-2").find("pg_error_code") == "10000"


def test_a_refund_that_settles_slowly_is_pending_until_then(shop, bank):
    shop.rules(refund_seconds=60)
    operation = shop.paid()
    shop.refund(operation, "500.00")

    assert returned(shop.status(operation)) == [("pending", "-500.00")]
    bank.advance(61)
    assert returned(shop.status(operation)) == [("success", "-500.00")]


def test_a_doomed_refund_fails_later_and_stays_listed(shop, bank):
    shop.fault("revoke", "failed_refund", seconds=60)
    operation = shop.paid()
    shop.refund(operation, "500.00")
    bank.advance(61)

    told = shop.status(operation)

    assert (returned(told), told.find("pg_refund_amount")) == ([("error", "-500.00")], "0.00")


def test_the_bank_says_that_it_works(shop):
    assert shop.client.get("/freedompay/status/healthcheck").json["status"] == "ok"
    assert SECRET not in shop.client.get("/_control/").text
