"""The hosted page: a person pays or does not, and is sent back to the shop."""

import re

import pytest

OK, FAIL = "https://shop.example.ru/ok?n=1", "https://shop.example.ru/fail"


def open_page(bank, **fields):
    link = bank.create(redirectUrl=OK, failRedirectUrl=FAIL, **fields)
    path = link["paymentLink"].removeprefix("http://127.0.0.1:8010")
    return link["operationId"], path


@pytest.mark.parametrize("method", ["card", "sbp"])
def test_a_payer_who_pays_is_sent_to_the_shop(bank, method):
    operation_id, path = open_page(bank)

    answer = bank.client.post(path, data={"action": method})

    assert (answer.status_code, answer.location) == (303, OK)
    assert bank.info(operation_id)["paymentType"] == method


@pytest.mark.parametrize("action", ["decline", "3ds"])
def test_a_payer_who_fails_is_sent_to_the_failure_page(bank, action):
    operation_id, path = open_page(bank)

    answer = bank.client.post(path, data={"action": action})

    assert (answer.status_code, answer.location) == (303, FAIL)
    assert bank.info(operation_id)["status"] == "CREATED"
    assert [entry["call"] for entry in bank.journal(operationId=operation_id)][:2] == [
        "create",
        "decline",
    ]


@pytest.mark.parametrize(
    ("modes", "labels"),
    [
        (["sbp"], ["Оплатить по СБП", "Отклонить оплату"]),
        (["card"], ["Оплатить картой", "Не подтвердить 3-D Secure", "Отклонить оплату"]),
    ],
)
def test_the_page_offers_what_was_asked_for(bank, modes, labels):
    _, path = open_page(bank, paymentMode=modes)

    page = bank.client.get(path).text

    assert re.findall(r"<button[^>]*>\s*(.*?)\s*</button>", page) == labels
    assert "Это симулятор" in page
    assert page.count("<h1>") == 1
    assert "1\N{NO-BREAK SPACE}500,00\N{NO-BREAK SPACE}₽" in page


def test_a_saved_card_is_offered_to_the_same_consumer_only(bank):
    operation_id, path = open_page(bank, saveCard=True, consumerId="anna")
    bank.client.post(path, data={"action": "card", "save": "true"})
    saved = bank.info(operation_id)["CofToken"]

    hers = bank.client.get(open_page(bank, consumerId="anna")[1]).text
    his = bank.client.get(open_page(bank, consumerId="kirill")[1]).text

    assert (saved["maskedPan"] in hers, saved["maskedPan"] in his) == (True, False)


def test_a_saved_card_pays_again_under_the_same_token(bank):
    first, path = open_page(bank, saveCard=True, consumerId="anna")
    bank.client.post(path, data={"action": "card", "save": "true"})
    token = bank.info(first)["CofToken"]["tokenCardId"]

    second, path = open_page(bank, consumerId="anna")
    bank.client.post(path, data={"action": "card", "card": token})

    assert bank.info(second)["CofToken"] == bank.info(first)["CofToken"]


@pytest.mark.parametrize(("save_card", "tick"), [(False, {"save": "true"}), (True, {})])
def test_a_card_is_kept_only_when_both_sides_want_it(bank, save_card, tick):
    operation_id, path = open_page(bank, saveCard=save_card)

    bank.client.post(path, data={"action": "card", **tick})

    assert set(bank.info(operation_id)["CofToken"]) == {"cardType", "maskedPan"}


@pytest.mark.parametrize(("save_card", "ticks"), [(True, 1), (False, 0)])
def test_the_tick_is_offered_only_when_the_shop_asked_for_it(bank, save_card, ticks):
    _, path = open_page(bank, saveCard=save_card)

    assert bank.client.get(path).text.count('type="checkbox" name="save"') == ticks


def test_a_payment_by_sbp_keeps_no_card(bank):
    operation_id, path = open_page(bank, saveCard=True, consumerId="anna")

    bank.client.post(path, data={"action": "sbp", "save": "true"})

    assert "CofToken" not in bank.info(operation_id)
    assert 'type="radio"' not in bank.client.get(open_page(bank, consumerId="anna")[1]).text


def test_a_paid_page_takes_no_second_payment(bank):
    operation_id, path = open_page(bank)
    bank.client.post(path, data={"action": "sbp"})

    again = bank.client.post(path, data={"action": "card"})

    assert again.status_code == 409
    assert "Заказ оплачен" in bank.client.get(path).text
    assert bank.info(operation_id)["paymentType"] == "sbp"


def test_an_expired_page_offers_nothing(bank):
    _, path = open_page(bank, ttl=1)
    bank.advance(60)

    page = bank.client.get(path).text

    assert "Срок оплаты истёк" in page
    assert "<button" not in page


def test_a_page_left_open_for_an_hour_must_be_opened_again(bank):
    operation_id, path = open_page(bank)
    opened = re.search(r'name="opened" value="(\d+)"', bank.client.get(path).text)[1]
    bank.advance(3602)

    stale = bank.client.post(path, data={"action": "card", "opened": opened})

    assert stale.status_code == 409
    assert bank.info(operation_id)["status"] == "CREATED"


def test_without_a_return_address_the_page_itself_tells_the_end(bank):
    path = bank.create()["paymentLink"].removeprefix("http://127.0.0.1:8010")

    declined = bank.client.post(path, data={"action": "decline"})
    paid = bank.client.post(path, data={"action": "card"})

    assert (declined.status_code, "Оплата не прошла" in declined.text) == (200, True)
    assert (paid.status_code, "Заказ оплачен" in paid.text) == (200, True)


@pytest.mark.parametrize("query", ["", "?uuid=unknown"])
def test_an_unknown_page_is_not_found(bank, query):
    assert bank.client.get(f"/tochka/order/{query}").status_code == 404
