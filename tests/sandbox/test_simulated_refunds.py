"""Giving money back (tochka.md §10.1): rules, delays and what the answer does not promise."""

import pytest


def refund_lines(operation):
    return [line["amount"] for line in operation["Order"] if line["type"] == "refund"]


def test_an_sbp_refund_is_final_at_once(bank):
    operation_id = bank.paid("sbp")

    answer = bank.refund(operation_id, 500.00)

    assert answer.json["Data"]["isRefund"] is True
    assert answer.json["Data"]["operationId"] == operation_id
    assert answer.json["Data"]["amount"] == 500.0
    assert bank.info(operation_id)["status"] == "REFUNDED_PARTIALLY"


def test_a_card_refund_blocks_the_operation_until_it_is_executed(bank):
    operation_id = bank.paid("card")

    bank.refund(operation_id, 1500.00)
    before = bank.info(operation_id)
    bank.advance(20)

    assert (before["status"], refund_lines(before)) == ("ON-REFUND", [1500.0])
    assert bank.info(operation_id)["status"] == "REFUNDED"


def test_a_refund_on_its_way_keeps_the_next_one_out(bank):
    operation_id = bank.paid("card")
    bank.refund(operation_id, 500.00)

    assert bank.refund(operation_id, 500.00).status_code == 400
    assert refund_lines(bank.info(operation_id)) == [500.0]


def test_parts_add_up_to_the_whole_and_not_a_kopeck_more(bank):
    operation_id = bank.paid("sbp")
    amounts = (1000.00, 499.99, 0.02, 0.01, 0.01)

    answers = [bank.refund(operation_id, amount).status_code for amount in amounts]

    assert answers == [200, 200, 400, 200, 400]
    assert refund_lines(bank.info(operation_id)) == [1000.0, 499.99, 0.01]
    assert bank.info(operation_id)["status"] == "REFUNDED"


def test_a_second_part_may_be_forbidden_by_switch(bank):
    bank.set(allow_refund_from=["APPROVED"])
    operation_id = bank.paid("sbp")
    bank.refund(operation_id, 500.00)

    assert bank.refund(operation_id, 500.00).status_code == 400
    assert refund_lines(bank.info(operation_id)) == [500.0]


def test_an_unpaid_operation_is_not_refunded(bank):
    operation_id = bank.create()["operationId"]

    assert bank.refund(operation_id, 1.00).status_code == 400
    assert bank.info(operation_id)["status"] == "CREATED"


@pytest.mark.parametrize("amount", [None, 0, -1, "x", True, 0.001])
def test_a_wrong_amount_is_refused(bank, amount):
    operation_id = bank.paid("sbp")

    assert bank.refund(operation_id, amount).status_code == 400
    assert refund_lines(bank.info(operation_id)) == []


@pytest.mark.parametrize(
    ("refusal", "status", "is_refund"),
    [("400", 400, None), ("424", 424, None), ("isRefund", 200, False)],
)
def test_the_form_of_a_refusal_is_a_switch(bank, refusal, status, is_refund):
    bank.set(refund_refusal=refusal)
    operation_id = bank.paid("sbp")

    answer = bank.refund(operation_id, 1500.01)

    assert answer.status_code == status
    assert answer.json.get("Data", {}).get("isRefund") is is_refund
    assert refund_lines(bank.info(operation_id)) == []
    assert [entry["executed"] for entry in bank.journal(call="refund")] == [False]


@pytest.mark.parametrize("matching", [False, True])
def test_the_answered_order_id_is_the_one_of_the_log_only_by_switch(bank, matching):
    bank.set(matching_order_ids=matching)
    operation_id = bank.paid("sbp")

    answered = bank.refund(operation_id, 500.00).json["Data"]["orderId"]

    order_ids = [line["orderId"] for line in bank.info(operation_id)["Order"]]
    assert (answered in order_ids) is matching


def test_a_refund_in_the_cabinet_looks_like_any_other(bank):
    operation_id = bank.paid("sbp")

    answer = bank.step(operation_id, "refund", {"amount": 200.00})

    assert answer.status_code == 200
    assert refund_lines(bank.info(operation_id)) == [200.0]
    assert [entry["amount_minor"] for entry in bank.journal(call="cabinet_refund")] == [20000]


def test_a_cabinet_refund_over_the_rest_is_refused(bank):
    operation_id = bank.paid("sbp")

    assert bank.step(operation_id, "refund", {"amount": 1500.01}).status_code == 409
    assert refund_lines(bank.info(operation_id)) == []


def test_a_refund_sends_no_webhook(subscribed, receiver):
    operation_id = subscribed.paid("sbp")
    subscribed.advance(1)
    subscribed.deliver()

    subscribed.refund(operation_id, 500.00)
    subscribed.advance(1000)

    assert subscribed.deliver() == 0
    assert len(receiver.got) == 1
