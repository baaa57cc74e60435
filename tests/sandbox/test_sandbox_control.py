"""The control routes and pages: settings, journal, clock, reset and what survives a restart."""

import threading

import pytest

from portal.sandbox.fault_words import FAULT_WORDS
from portal.sandbox.faults import (
    ANY_CALL,
    AT_FREEDOMPAY,
    AT_SMSRU,
    FREEDOMPAY_FAULTS,
    FREEDOMPAY_WEBHOOK,
    PARTICULAR,
    WEBHOOK,
    YANDEX_FAULTS,
)

EVENT = "acquiringInternetPayment"


def test_the_journal_tells_calls_in_order_and_filters_them(bank):
    operation_id = bank.paid("sbp")
    bank.refund(operation_id, 500.00)
    bank.create()

    calls = [entry["call"] for entry in bank.journal(operationId=operation_id)]
    refund = bank.journal(call="refund", bank="tochka")[0]

    assert calls == ["create", "pay", "refund"]
    assert (refund["amount"], refund["amount_minor"], refund["status"]) == (500.0, 50000, 200)
    assert [entry["n"] for entry in bank.journal()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "rules",
    [
        {"unknown_rule": 1},
        {"refund_refusal": "500"},
        {"retailer_status": "x"},
        {"webhook_retries": -1},
    ],
)
def test_an_impossible_setting_is_refused_and_changes_nothing(bank, rules):
    before = bank.client.get("/_control/settings").json

    assert bank.set(**rules).status_code == 400
    assert bank.client.get("/_control/settings").json == before


def test_settings_start_from_the_environment(make_bank):
    bank = make_bank(SANDBOX_CARD_REFUND_SECONDS="3", SANDBOX_WEBHOOK_INTERVAL_SECONDS="1")

    rules = bank.client.get("/_control/settings").json

    assert (rules["card_refund_seconds"], rules["webhook_interval_seconds"]) == (3, 1)


def test_time_does_not_run_backwards(bank):
    assert bank.client.post("/_control/clock", json={"advance_seconds": -1}).status_code == 400


def test_a_reset_forgets_all_but_the_registration(subscribed):
    subscribed.paid("card")
    subscribed.order_fault("create", "status_500")
    subscribed.set(refund_refusal="424")

    subscribed.client.post("/_control/reset", json={})

    assert (subscribed.journal(), subscribed.webhooks()) == ([], [])
    assert subscribed.client.get("/_control/faults").json == {"faults": []}
    assert subscribed.client.get("/_control/settings").json["refund_refusal"] == "400"
    assert subscribed.call("GET", "/webhook/v1.0/local-client-id").status_code == 200


def test_a_full_reset_forgets_the_registration_too(subscribed):
    subscribed.client.post("/_control/reset", json={"registrations": True})

    assert subscribed.call("GET", "/webhook/v1.0/local-client-id").status_code == 404


def test_deliver_now_does_not_wait_for_the_clock(subscribed, receiver):
    subscribed.order_fault("webhook", "late", seconds=600)
    subscribed.paid("card")

    answer = subscribed.client.post("/_control/webhooks/deliver")

    assert (answer.json, len(receiver.got)) == ({"sent": 1}, 1)


def test_a_postman_in_the_background_delivers_by_itself(make_bank, receiver):
    bank = make_bank(SANDBOX_POSTMAN=True, SANDBOX_WEBHOOK_DELAY_SECONDS=0)
    arrived = threading.Event()
    body = {"webhooksList": [EVENT], "url": receiver.url}
    bank.call("PUT", "/webhook/v1.0/local-client-id", body)
    receiver.got = Bell(arrived)

    bank.paid("card")

    assert arrived.wait(5)


def test_the_key_is_made_once_and_kept(make_bank, tmp_path):
    config = {"SANDBOX_STATE": str(tmp_path / "state.db"), "SANDBOX_SIGNING_KEY_PEM": ""}
    path = "/tochka/doc/openapi/static/keys/public"

    first, second = (make_bank(**config).client.get(path).json for _ in range(2))

    assert first == second


def test_an_unknown_operation_is_not_found(bank):
    assert bank.step("unknown", "pay?type=card").status_code == 404
    assert bank.journal() == []


def test_a_form_brings_a_person_back_to_the_page(bank):
    answer = bank.client.post("/_control/faults", data={"call": "info", "fault": "slow"})

    assert (answer.status_code, answer.location) == (303, "/_control/")
    assert len(bank.client.get("/_control/faults").json["faults"]) == 1


def test_a_person_who_orders_nonsense_is_told_why(bank):
    answer = bank.client.post("/_control/faults", data={"call": "info", "fault": "late"})

    assert (answer.status_code, answer.location) == (400, None)
    assert answer.json == {"error": ": Value error, info knows no fault late"}
    assert bank.client.get("/_control/faults").json == {"faults": []}


@pytest.mark.parametrize("path", ["/", "/_control/"])
def test_a_page_for_people_is_russian_and_has_no_inline_code(subscribed, path):
    subscribed.paid("card")
    subscribed.create()
    subscribed.order_fault("info", "slow", seconds=1)

    answer = subscribed.client.get(path)

    assert answer.status_code == 200
    assert (answer.text.count("<h1>"), answer.text.count('lang="ru"')) == (1, 1)
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_every_fault_says_what_it_does_and_how_a_person_meets_it(bank):
    page = bank.client.get("/_control/").text

    at_tochka = ANY_CALL.union(PARTICULAR, WEBHOOK)
    at_freedompay = AT_FREEDOMPAY.union(FREEDOMPAY_FAULTS, FREEDOMPAY_WEBHOOK)
    assert set(FAULT_WORDS) == at_tochka.union(at_freedompay, AT_SMSRU, *YANDEX_FAULTS.values())
    assert [name for name, words in FAULT_WORDS.items() if words not in page] == []


def test_a_fault_that_waits_says_what_it_will_do(bank):
    bank.order_fault("refund", "lost_after")

    page = bank.client.get("/_control/").text

    assert page.count(FAULT_WORDS["lost_after"]) == 2


def test_the_process_says_that_it_serves(bank):
    assert bank.client.get("/healthz").status_code == 200


class Bell(list):
    """A list that rings when something is put into it."""

    def __init__(self, event: threading.Event) -> None:
        super().__init__()
        self.event = event

    def append(self, value: object) -> None:
        super().append(value)
        self.event.set()
