"""The simulated bank's subscriptions: bound by a payment, charged again, never returned (§11)."""

import pytest

SUBSCRIPTIONS = "/acquiring/v1.0/subscriptions"
ASKED = {
    "customerCode": "300000092",
    "merchantId": "200000000001056",
    "amount": 1500,
    "purpose": "Консультация № 1042",
    "recurring": True,
    "paymentLinkId": "c1042-1",
}


def asks(bank, **changes):
    return bank.call("POST", SUBSCRIPTIONS, {"Data": ASKED | changes})


@pytest.fixture
def bound(bank):
    """Give a subscription whose payer has paid."""
    operation_id = asks(bank).json["Data"]["operationId"]
    bank.client.post(f"/_control/tochka/operations/{operation_id}/pay?type=card")
    return operation_id


def orders(bank, operation_id):
    answer = bank.call("GET", f"/acquiring/v1.0/payments/{operation_id}")
    return [(one["type"], one["amount"]) for one in answer.json["Data"]["Operation"][0]["Order"]]


def test_the_answer_names_no_lifetime_and_no_ways_to_pay(bank):
    data = asks(bank).json["Data"]

    assert (data["status"], data["recurring"], data["amount"]) == ("CREATED", True, 1500)
    assert {"ttl", "paymentMode", "preAuthorization"} & set(data) == set()


@pytest.mark.parametrize(
    "changes", [{"recurring": False}, {"Options": {"period": "Month"}}, {"amount": 0}]
)
def test_what_the_bank_would_refuse_is_refused(bank, changes):
    assert asks(bank, **changes).status_code == 400


def test_its_number_is_taken_like_any_other(bank):
    asks(bank)

    assert asks(bank).status_code == 424


@pytest.mark.parametrize("recurring", ["true", "false"])
def test_it_is_listed_among_subscriptions_alone(bank, bound, recurring):
    query = {"customerCode": "300000092", "recurring": recurring}
    listed = bank.call("GET", SUBSCRIPTIONS, **query).json["Data"]["Subscription"]
    payments = bank.call("GET", "/acquiring/v1.0/payments", customerCode="300000092")

    assert [one["operationId"] for one in listed] == ([bound] if recurring == "true" else [])
    assert payments.json["Data"]["Operation"] == []


def test_a_charge_of_another_sum_is_a_line_of_the_same_operation(bank, bound):
    answer = bank.call("POST", f"{SUBSCRIPTIONS}/{bound}/charge", {"Data": {"amount": 700.5}})

    assert answer.json["Data"] == {"result": True}
    assert orders(bank, bound) == [("approval", 1500.0), ("approval", 700.5)]


def test_what_is_not_bound_is_neither_charged_nor_ended(bank):
    operation_id = asks(bank).json["Data"]["operationId"]
    path = f"{SUBSCRIPTIONS}/{operation_id}"

    charged = bank.call("POST", f"{path}/charge", {"Data": {"amount": 1}})
    ended = bank.call("POST", f"{path}/status", {"Data": {"status": "Cancelled"}})

    assert (charged.status_code, ended.status_code) == (424, 424)
    assert orders(bank, operation_id) == []


def test_only_the_cabinet_returns_money(bank, bound):
    by_api = bank.call(
        "POST", f"/acquiring/v1.0/payments/{bound}/refund", {"Data": {"amount": 1500}}
    )
    by_hand = bank.client.post(
        f"/_control/tochka/operations/{bound}/refund", json={"amount": "1500"}
    )

    assert (by_api.status_code, by_hand.status_code) == (400, 200)
    assert orders(bank, bound) == [("approval", 1500.0), ("refund", 1500.0)]
