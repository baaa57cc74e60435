"""Faults on demand: what the caller sees, and what the journal knows was executed."""

import httpx
import pytest

PAYMENTS = "/acquiring/v1.0/payments"
TOKEN = {"Authorization": "Bearer local.tochka.token"}


def refund_lines(bank, operation_id):
    return [line for line in bank.info(operation_id)["Order"] if line["type"] == "refund"]


@pytest.mark.parametrize(
    ("fault", "executed"), [("lost_before", False), ("lost_after", True), ("hang_after", True)]
)
def test_a_cut_line_is_a_connection_error(bank, address, fault, executed):
    operation_id = bank.paid("sbp")
    bank.order_fault("refund", fault, seconds=0.05)
    url = f"{address}{PAYMENTS}/{operation_id}/refund"

    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(url, json={"Data": {"amount": 500.00}}, headers=TOKEN, trust_env=False)

    assert len(refund_lines(bank, operation_id)) == int(executed)
    entry = bank.journal(call="refund")[0]
    assert (entry["executed"], entry["fault"], entry["status"]) == (executed, fault, None)


@pytest.mark.parametrize(
    ("fault", "status", "executed"),
    [
        ("status_400", 400, False),
        ("status_403", 403, False),
        ("status_404", 404, False),
        ("status_424", 424, False),
        ("status_500", 500, False),
        ("status_502_html", 502, False),
        ("status_424_after", 424, True),
        ("status_500_after", 500, True),
        ("malformed", 200, True),
        ("slow", 200, True),
    ],
)
def test_a_fault_shows_one_thing_and_the_journal_another(bank, fault, status, executed):
    operation_id = bank.paid("sbp")
    bank.order_fault("refund", fault, seconds=0.01)

    answer = bank.refund(operation_id, 500.00)

    assert answer.status_code == status
    assert len(refund_lines(bank, operation_id)) == int(executed)
    entry = bank.journal(call="refund")[0]
    assert (entry["executed"], entry["status"], entry["fault"]) == (executed, status, fault)


def test_a_gateway_answers_html_and_a_malformed_answer_is_half_of_json(bank):
    bank.order_fault("customers", "status_502_html")
    bank.order_fault("customers", "malformed")
    answers = [bank.call("GET", "/open-banking/v1.0/customers") for _ in range(3)]

    assert answers[0].mimetype == "text/html"
    assert answers[1].mimetype == "application/json"
    assert answers[2].get_data().startswith(answers[1].get_data())
    assert answers[2].json["Meta"] == {"totalPages": 1}


def test_a_fault_plays_as_often_as_ordered(bank):
    bank.order_fault("customers", "status_500", times=2)

    statuses = [bank.call("GET", "/open-banking/v1.0/customers").status_code for _ in range(3)]

    assert statuses == [500, 500, 200]
    assert bank.client.get("/_control/faults").json == {"faults": []}


def test_a_star_meets_any_call_but_no_webhook(subscribed, receiver):
    operation_id = subscribed.create()["operationId"]
    subscribed.order_fault("*", "status_500")
    subscribed.step(operation_id, "pay?type=card")
    subscribed.advance(1)

    assert (subscribed.deliver(), len(receiver.got)) == (1, 1)
    assert subscribed.ask_create().status_code == 500
    assert subscribed.ask_create().status_code == 200


def test_a_refused_refund_moves_nothing(bank):
    operation_id = bank.paid("sbp")
    bank.order_fault("refund", "refuse")

    answer = bank.refund(operation_id, 500.00)

    assert (answer.status_code, answer.json["Data"]["isRefund"]) == (200, False)
    assert refund_lines(bank, operation_id) == []
    assert [entry["executed"] for entry in bank.journal(call="refund")] == [False]


def test_a_refused_creation_creates_nothing(bank):
    bank.order_fault("create", "refuse")

    assert bank.ask_create().status_code == 400
    assert bank.client.get("/_control/tochka/operations").json == {"operations": []}


def test_a_fault_in_a_creation_meets_the_one_with_a_receipt_too(bank):
    bank.order_fault("create", "lost_before")
    item = {"name": "Консультация", "amount": 1500.00, "quantity": 1}
    receipt = {"Client": {"email": "ivanov@example.ru"}, "Items": [item]}

    with pytest.raises(ConnectionAbortedError):
        bank.ask_create("_with_receipt", **receipt)
    created = bank.ask_create("_with_receipt", **receipt)

    assert created.status_code == 200
    entries = bank.journal(call="create")
    assert [(entry["executed"], entry["fault"]) for entry in entries] == [
        (False, "lost_before"),
        (True, None),
    ]
    assert entries[1]["withReceipt"] == 1


def test_a_late_refund_shows_only_after_its_seconds(bank):
    operation_id = bank.paid("sbp")
    bank.order_fault("refund", "late_refund", seconds=30)

    answer = bank.refund(operation_id, 1500.00)
    before = bank.info(operation_id)
    again = bank.refund(operation_id, 1500.00)
    bank.advance(30)

    after = bank.info(operation_id)
    assert (answer.json["Data"]["isRefund"], again.status_code) == (True, 400)
    assert (before["status"], len(before["Order"])) == ("APPROVED", 1)
    assert (after["status"], len(after["Order"])) == ("REFUNDED", 2)


def test_a_wrong_amount_and_an_unknown_status_are_only_shown(bank):
    operation_id = bank.paid("sbp")
    bank.order_fault("info", "wrong_amount", operationId=operation_id)
    bank.order_fault("info", "unknown_status", operationId=operation_id)

    shown = [bank.info(operation_id) for _ in range(3)]

    assert [each["amount"] for each in shown] == [1501.0, 1500.0, 1500.0]
    assert [each["status"] for each in shown] == ["APPROVED", "UNDER_REVIEW", "APPROVED"]


def test_a_fault_for_one_operation_leaves_the_others_alone(bank):
    chosen, other = bank.paid("sbp"), bank.paid("sbp")
    bank.order_fault("refund", "status_500", operationId=chosen)

    assert bank.refund(other, 1.00).status_code == 200
    assert bank.refund(chosen, 1.00).status_code == 500


def test_a_call_without_the_right_token_uses_no_fault_up(bank):
    bank.order_fault("customers", "status_500")
    bank.token = "wrong"
    bank.call("GET", "/open-banking/v1.0/customers")

    assert len(bank.client.get("/_control/faults").json["faults"]) == 1


@pytest.mark.parametrize(
    "order",
    [
        {"call": "refnud", "fault": "slow"},
        {"call": "refund", "fault": "explode"},
        {"call": "refund", "fault": "bad_signature"},
        {"call": "webhook", "fault": "slow"},
        {"call": "info", "fault": "late_refund"},
        {"call": "info", "fault": "slow", "times": 0},
        {"call": "info", "fault": "slow", "bank": "nobody"},
        {"call": "info", "fault": "slow", "opertionId": "1"},
    ],
)
def test_a_fault_that_could_never_happen_is_refused(bank, order):
    assert bank.order_fault(**order).status_code == 400
    assert bank.client.get("/_control/faults").json == {"faults": []}
