"""The life of an operation (tochka.md §7, §8, §9) and who may ask about it."""

import pytest

PAYMENTS = "/acquiring/v1.0/payments"
MINE = {"customerCode": "300000092"}


def test_a_new_operation_is_created_and_has_no_log(bank):
    operation = bank.info(bank.create()["operationId"])

    assert (operation["status"], operation["Order"], operation["amount"]) == ("CREATED", [], 1500.0)
    assert "paidAt" not in operation
    assert "paymentType" not in operation


@pytest.mark.parametrize("method", ["card", "sbp"])
def test_a_paid_operation_is_approved_with_one_line(bank, method):
    operation = bank.info(bank.paid(method))

    assert (operation["status"], operation["paymentType"]) == ("APPROVED", method)
    assert [(line["type"], line["amount"]) for line in operation["Order"]] == [("approval", 1500.0)]


def test_an_sbp_payment_shows_its_transaction_and_a_card_payment_its_card(bank):
    by_sbp, by_card = bank.info(bank.paid("sbp")), bank.info(bank.paid("card"))

    assert "transactionId" in by_sbp
    assert by_sbp["paymentId"][:2] == "A2"
    assert "CofToken" not in by_sbp
    assert by_card["CofToken"]["cardType"] == "Mir"
    assert "transactionId" not in by_card


def test_a_decline_leaves_the_operation_created(bank):
    operation_id = bank.create()["operationId"]

    assert bank.step(operation_id, "decline").status_code == 200
    assert bank.info(operation_id)["status"] == "CREATED"


def test_nobody_pays_twice(bank):
    operation_id = bank.paid("card")

    assert bank.step(operation_id, "pay?type=sbp").status_code == 409
    assert len(bank.info(operation_id)["Order"]) == 1
    assert len(bank.journal(call="pay")) == 1


def test_nobody_pays_by_a_way_that_was_not_offered(bank):
    operation_id = bank.create(paymentMode=["sbp"])["operationId"]

    assert bank.step(operation_id, "pay?type=card").status_code == 409
    assert bank.info(operation_id)["status"] == "CREATED"


def test_a_link_expires_at_its_ttl_and_not_a_minute_earlier(bank):
    operation_id = bank.create(ttl=60)["operationId"]

    bank.advance(59 * 60)
    before = bank.info(operation_id)["status"]
    bank.advance(60)

    assert (before, bank.info(operation_id)["status"]) == ("CREATED", "EXPIRED")
    assert bank.step(operation_id, "pay?type=card").status_code == 409


def test_a_hold_is_captured_once(bank):
    operation_id = bank.paid("card", preAuthorization=True)
    held = bank.info(operation_id)

    answers = [bank.call("POST", f"{PAYMENTS}/{operation_id}/capture", {}) for _ in range(2)]

    taken = bank.info(operation_id)
    assert [answer.status_code for answer in answers] == [200, 400]
    assert (held["status"], taken["status"]) == ("AUTHORIZED", "APPROVED")
    assert [line["type"] for line in taken["Order"]] == ["authorized", "approval"]


def test_an_uncaptured_hold_lapses(bank):
    operation_id = bank.paid("card", preAuthorization=True)

    bank.step(operation_id, "expire")

    assert bank.info(operation_id)["status"] == "EXPIRED"
    assert bank.call("POST", f"{PAYMENTS}/{operation_id}/capture").status_code == 400


def test_two_stages_mean_nothing_for_sbp(bank):
    assert bank.info(bank.paid("sbp", preAuthorization=True))["status"] == "APPROVED"


def test_a_duplicate_link_id_is_refused_with_424(bank):
    bank.create(paymentLinkId="cons-1")

    answer = bank.ask_create(paymentLinkId="cons-1")

    assert answer.status_code == 424
    assert answer.json["Errors"][0]["message"] == "Ошибка: заказ с номером cons-1 уже существует"
    assert len(bank.client.get("/_control/tochka/operations").json["operations"]) == 1


def test_an_absent_link_id_becomes_a_running_number_that_is_free(bank):
    taken = bank.create(paymentLinkId="1")["paymentLinkId"]

    assert [taken, bank.create()["paymentLinkId"], bank.create()["paymentLinkId"]] == [
        "1",
        "2",
        "3",
    ]


def test_an_unknown_operation_is_424_or_by_switch_404(bank):
    by_default = bank.call("GET", f"{PAYMENTS}/nothing").status_code
    bank.set(unknown_operation_status=404)

    assert (by_default, bank.call("GET", f"{PAYMENTS}/nothing").status_code) == (424, 404)


def test_the_list_is_paged_newest_first(bank):
    for number in range(5):
        bank.create(paymentLinkId=f"n{number}")

    answer = bank.call("GET", PAYMENTS, **MINE, perPage=2, page=2)

    assert [each["paymentLinkId"] for each in answer.json["Data"]["Operation"]] == ["n2", "n1"]
    assert answer.json["Meta"] == {"totalPages": 3}
    assert set(answer.json["Links"]) == {"self", "first", "last", "prev", "next"}


def test_the_list_is_filtered_by_status_and_days(bank):
    bank.paid("card", paymentLinkId="paid")
    bank.create(paymentLinkId="open")

    paid = bank.call("GET", PAYMENTS, **MINE, status="APPROVED").json["Data"]["Operation"]
    past = bank.call("GET", PAYMENTS, **MINE, toDate="2020-01-01").json["Data"]["Operation"]
    since = bank.call("GET", PAYMENTS, **MINE, fromDate="2020-01-01").json["Data"]["Operation"]

    assert [each["paymentLinkId"] for each in paid] == ["paid"]
    assert past == []
    assert [each["paymentLinkId"] for each in since] == ["open", "paid"]


@pytest.mark.parametrize(
    "query",
    [{}, {**MINE, "page": 0}, {**MINE, "perPage": 1001}, {**MINE, "fromDate": "01.02.2026"}],
)
def test_a_wrong_list_query_is_refused(bank, query):
    assert bank.call("GET", PAYMENTS, **query).status_code == 400


@pytest.mark.parametrize("field", [{"customerCode": "999999999"}, {"merchantId": "9" * 15}])
def test_a_stranger_is_forbidden(bank, field):
    answer = bank.ask_create(**field)

    assert answer.status_code == 403
    assert answer.json["Errors"][0]["message"] == "Forbidden by consent"


@pytest.mark.parametrize("token", ["", "wrong", "sandbox.jwt.token"])
def test_a_wrong_token_is_forbidden(bank, token):
    bank.token = token

    assert bank.call("GET", "/open-banking/v1.0/customers").status_code == 403


@pytest.mark.parametrize("header", ["local.tochka.token", "Basic local.tochka.token"])
def test_a_token_that_is_not_a_bearer_is_forbidden(bank, header):
    path = "/tochka/uapi/open-banking/v1.0/customers"

    assert bank.client.get(path, headers={"Authorization": header}).status_code == 403


def test_a_token_without_the_permission_is_forbidden(bank):
    bank.set(token_permissions=["ReadCustomerData"])

    assert bank.call("GET", "/open-banking/v1.0/customers").status_code == 200
    assert bank.ask_create().status_code == 403
    assert bank.call("GET", PAYMENTS, **MINE).status_code == 403


def test_a_person_is_listed_before_the_company_and_has_no_point(bank):
    customers = bank.call("GET", "/open-banking/v1.0/customers").json["Data"]["Customer"]

    codes = [customer["customerCode"] for customer in customers]
    points = bank.call("GET", "/acquiring/v1.0/retailers", customerCode=codes[0])
    assert [customer["customerType"] for customer in customers] == ["Personal", "Business"]
    assert points.json["Data"] == {"Retailer": []}


@pytest.mark.parametrize("rule", [{"retailer_status": "CLOSE"}, {"retailer_active": False}])
def test_a_point_that_is_not_ready_takes_no_payments(bank, rule):
    bank.set(**rule)

    assert bank.ask_create().status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/acquiring/v1/payments"), ("PATCH", PAYMENTS), ("GET", "/"), ("POST", "/sbp")],
)
def test_a_wrong_path_or_method_is_not_implemented(bank, method, path):
    answer = bank.call(method, path)

    assert (answer.status_code, answer.json["code"]) == (501, "501")


def test_the_page_has_another_id_than_the_operation(bank):
    created = bank.create()

    assert created["operationId"] not in created["paymentLink"]
    assert created["paymentLink"].startswith("http://127.0.0.1:8010/tochka/order/?uuid=")


def test_the_canned_sandbox_answers_the_same_whatever_is_asked(bank):
    path = "/tochka/sandbox/v2/acquiring/v1.0/payments"
    headers = {"Authorization": "Bearer sandbox.jwt.token"}

    created = bank.client.post(path, json={"any": "thing"}, headers=headers)
    listed = bank.client.get(path, headers=headers).json["Data"]["Operation"]
    webhook = bank.client.get("/tochka/sandbox/v2/webhook/v1.0/x", headers=headers)

    assert (created.status_code, created.json["Data"]["amount"]) == (200, 1234.0)
    assert [each["customerCode"] for each in listed] == ["1234567ab"]
    assert webhook.status_code == 501
    assert bank.client.post(path, headers={"Authorization": "Bearer x"}).status_code == 403
