"""What goes wrong at the simulated Freedom Pay on demand, and what it tells the shop (§14.6-10)."""

from urllib.parse import parse_qs, parse_qsl

import pytest

from portal.banks.freedompay.messages import Node, read_message, write_message
from portal.banks.freedompay.signature import is_signed, signed
from tests.sandbox.merchants import GOOD, SECRET, Merchant


@pytest.fixture
def shop(bank):
    return Merchant(bank.client)


def executed(bank, call):
    return [each["executed"] for each in bank.journal(bank="freedompay", call=call)]


BEFORE = {"system_9999": "9999", "unavailable_10000": "10000", "disabled_9994": "9994"}


@pytest.mark.parametrize(("fault", "code"), BEFORE.items())
def test_a_fault_before_does_nothing(shop, bank, fault, code):
    operation = shop.paid()
    shop.fault("revoke", fault)

    assert shop.refund(operation, "1.00").find("pg_error_code") == code
    assert executed(bank, "revoke") == [False]


@pytest.mark.parametrize("fault", ["edge_403_after", "malformed", "unsigned_ok", "wrong_seal"])
def test_a_fault_after_has_done_everything(shop, bank, fault):
    operation = shop.paid()
    shop.fault("revoke", fault)

    answer = shop.post("/revoke.php", pg_payment_id=operation, pg_refund_amount="1.00")

    assert answer.status_code == (403 if fault == "edge_403_after" else 200)
    assert executed(bank, "revoke") == [True]
    assert shop.status(operation).find("pg_refund_amount") == "-1.00"


@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
def test_a_cut_line_says_nothing_of_what_was_done(shop, bank, fault):
    operation = shop.paid()
    shop.fault("revoke", fault)

    with pytest.raises(ConnectionAbortedError):
        shop.refund(operation, "1.00")

    assert executed(bank, "revoke") == [fault == "lost_after"]


SHOWN = {
    "wrong_amount": ("pg_amount", "1501.00"),
    "short_amounts": ("pg_amount", "1500"),
    "unknown_status": ("pg_payment_status", "under_review"),
    "capture_lag": ("pg_captured", "0"),
}


@pytest.mark.parametrize(("fault", "shown"), SHOWN.items())
def test_a_reading_lies_once(shop, fault, shown):
    operation = shop.paid()
    shop.fault("get_status3", fault)

    assert shop.status(operation).find(shown[0]) == shown[1]
    assert shop.status(operation).find(shown[0]) != shown[1]


def test_a_fault_that_nobody_would_meet_is_refused(shop):
    assert shop.fault("get_status3", "failed_refund").status_code == 400
    assert shop.fault("refund", "slow").status_code == 400


def deliver(bank):
    """Let the bank's short delay pass, and its postman go."""
    bank.advance(1)
    bank.deliver()


def called(shop, receiver, **changes):
    """Let a payer pay; the result goes to the receiver."""
    return shop.paid(pg_result_url=receiver.url, **changes)


def fields_of(body):
    return tuple(Node(name, value) for name, value in parse_qsl(body, keep_blank_values=True))


def test_a_success_is_told_under_the_seal_of_the_shops_own_script(shop, bank, receiver):
    operation = called(shop, receiver, note="a;b")

    deliver(bank)

    ((kind, body),) = receiver.got
    told = dict(parse_qsl(body))
    assert kind == "application/x-www-form-urlencoded"
    assert is_signed(("hook",), fields_of(body), [SECRET])
    assert (told["pg_payment_id"], told["pg_result"], told["note"]) == (operation, "1", "a;b")


def test_a_failure_is_told_too(shop, bank, receiver):
    shop.paid("4916109830832246", pg_result_url=receiver.url)

    deliver(bank)

    told = dict(parse_qsl(receiver.got[0][1]))
    assert (told["pg_result"], told["pg_failure_code"]) == ("0", "10012")


def test_an_answer_without_a_seal_is_not_believed_and_the_message_comes_again(shop, bank, receiver):
    called(shop, receiver)
    deliver(bank)
    bank.advance(1801)
    deliver(bank)

    first, second = (dict(parse_qsl(body)) for _, body in receiver.got)
    assert [each["status"] for each in bank.webhooks()[0]["attempts"]] == [600, 600]
    assert first["pg_salt"] != second["pg_salt"]
    assert {**first, "pg_salt": "", "pg_sig": ""} == {**second, "pg_salt": "", "pg_sig": ""}


def test_after_two_hours_nothing_more_comes(shop, bank, receiver):
    receiver.answers = [500] * 9
    called(shop, receiver)
    for _ in range(9):
        deliver(bank)
        bank.advance(1801)

    assert len(receiver.got) == 5
    assert bank.webhooks()[0]["state"] == "dropped"


def test_a_sealed_answer_ends_the_repeats(shop, bank, receiver):
    sealed = signed("hook", [("pg_status", "ok")], SECRET)
    receiver.words = write_message(sealed)
    called(shop, receiver)

    deliver(bank)

    assert bank.webhooks()[0]["state"] == "delivered"


@pytest.mark.parametrize(
    ("fault", "name", "value"),
    [("other_amount", "pg_amount", "1.00"), ("extra_fields", "Pg_result_url_method", "POST")],
)
def test_a_message_may_carry_odd_things_under_a_right_seal(
    shop, bank, receiver, fault, name, value
):
    shop.fault("webhook", fault)
    called(shop, receiver)
    deliver(bank)

    body = receiver.got[0][1]
    assert dict(parse_qsl(body))[name] == value
    assert is_signed(("hook",), fields_of(body), [SECRET])


@pytest.mark.parametrize(("fault", "told"), [("slow", 0), ("callback_first", 1)])
def test_a_message_may_come_before_the_answer(shop, bank, receiver, fault, told):
    operation = shop.prepared(pg_result_url=receiver.url)
    shop.fault("card_direct", fault)

    shop.call("/v1/merchant/100001/card/direct", pg_payment_id=operation)

    came = [dict(parse_qsl(body)) for _, body in receiver.got]
    assert [(each["pg_payment_id"], each["pg_result"]) for each in came] == [
        (operation, "1")
    ] * told


def test_a_bad_seal_and_a_lost_message(shop, bank, receiver):
    shop.fault("webhook", "bad_signature")
    shop.fault("webhook", "lost")
    called(shop, receiver)
    called(shop, receiver, pg_order_id="PNM-2")

    deliver(bank)

    ((_, body),) = receiver.got
    assert not is_signed(("hook",), fields_of(body), [SECRET])


def test_a_bound_card_is_told_as_xml_with_its_country(shop, bank, receiver):
    asked = {"pg_user_id": "u-7", "pg_post_link": receiver.url, "pg_back_link": "https://s.test/"}
    told = shop.call("/v1/merchant/100001/cardstorage/add", **asked)
    page = (told.find("pg_redirect_url") or "").partition("8010")[2]
    assert "до 100" in shop.client.get(page).text

    answer = shop.client.post(page, data={"pan": "4000000000000643"})
    deliver(bank)

    message = read_message(parse_qs(receiver.got[0][1])["pg_xml"][0].encode())
    assert (answer.status_code, answer.location) == (303, "https://s.test/")
    assert (message.find("pg_country"), message.find("pg_status")) == ("RU", "success")
    assert is_signed(("hook",), message.children, [SECRET])


def test_a_binding_with_a_code_asks_for_it(shop):
    asked = {
        "pg_user_id": "u-7",
        "pg_post_link": "https://s.test/b",
        "pg_back_link": "https://s.test",
    }
    told = shop.call("/v1/merchant/100001/cardstorage/add", **asked)
    page = (told.find("pg_redirect_url") or "").partition("8010")[2]

    assert "Код из сообщения банка" in shop.client.post(page, data={"pan": "4000000000000010"}).text
    shop.client.post(page, data={"code": "1234"})

    cards = shop.call("/v1/merchant/100001/cardstorage/list", pg_user_id="u-7").all("card")
    assert [each.find("pg_card_hash") for each in cards] == ["4000-00XX-XXXX-0010"]


def test_a_shop_without_the_option_charges_nobody(shop):
    shop.rules(allow_charges=False)
    asked = {"pg_order_id": "C-1", "pg_amount": "1.00", "pg_description": "d", "pg_user_id": "u"}

    assert shop.error("/v1/merchant/100001/card/init", **asked, pg_card_token="x" * 8) == "9994"
    assert GOOD not in shop.client.get("/_control/").text
