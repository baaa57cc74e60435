"""Webhooks: how they are registered, signed, repeated and spoiled on demand (tochka.md §12)."""

import base64
import json

import jwt
import pytest

HOOK = "/webhook/v1.0/local-client-id"
EVENT = "acquiringInternetPayment"


def test_a_registration_sends_one_sample_per_event(bank, receiver, claims_in):
    body = {"webhooksList": [EVENT, "incomingSbpPayment"], "url": receiver.url}

    answer = bank.call("PUT", HOOK, body)

    assert (answer.status_code, answer.json["Data"]) == (200, body)
    assert [content_type for content_type, _ in receiver.got] == ["text/plain"] * 2
    claims = [claims_in(token) for token in receiver.tokens]
    assert [each["webhookType"] for each in claims] == [EVENT, "incomingSbpPayment"]
    assert [each["customerCode"] for each in claims] == ["300123123"] * 2


@pytest.mark.parametrize("status", [201, 204, 302, 400, 500])
def test_a_sample_that_got_anything_but_200_registers_nothing(bank, receiver, status):
    receiver.answers = [status]

    answer = bank.call("PUT", HOOK, {"webhooksList": [EVENT], "url": receiver.url})

    assert answer.status_code == 400
    assert bank.call("GET", HOOK).status_code == 404


def test_a_refused_edit_keeps_the_old_registration(subscribed, receiver):
    receiver.answers = [500]

    answer = subscribed.call("POST", HOOK, {"webhooksList": [EVENT], "url": receiver.url + "2"})

    assert answer.status_code == 400
    assert subscribed.call("GET", HOOK).json["Data"]["url"] == receiver.url


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", ""), ("DELETE", "")])
def test_without_a_registration_there_is_nothing_to_touch(bank, receiver, method, path):
    body = {"webhooksList": [EVENT], "url": receiver.url}

    answer = bank.call(method, HOOK + path, body)

    assert answer.status_code == 404
    assert answer.json["Errors"][0]["message"] == "Object of Webhooks does not exists"
    assert receiver.got == []


def test_put_replaces_and_delete_forgets(subscribed, receiver):
    subscribed.call("PUT", HOOK, {"webhooksList": [EVENT], "url": receiver.url + "2"})
    replaced = subscribed.call("GET", HOOK).json["Data"]["url"]
    subscribed.call("DELETE", HOOK)

    assert replaced == receiver.url + "2"
    assert subscribed.call("GET", HOOK).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://shop.example.ru/hook"},
        {"webhooksList": [EVENT]},
        {"webhooksList": ["unknown"], "url": "https://shop.example.ru/hook"},
        {"webhooksList": [EVENT], "url": "https://shop.example.ru:8443/hook"},
        {"webhooksList": [EVENT], "url": "http://shop.example.ru/hook"},
        {"Data": {"webhooksList": [EVENT], "url": "https://shop.example.ru/hook"}},
    ],
)
def test_a_wrong_registration_is_refused(bank, body):
    assert bank.call("PUT", HOOK, body).status_code == 400
    assert bank.webhooks() == []


def test_a_loopback_address_may_be_forbidden(make_bank, receiver):
    bank = make_bank(SANDBOX_ALLOW_LOCAL_WEBHOOKS=False)

    answer = bank.call("PUT", HOOK, {"webhooksList": [EVENT], "url": receiver.url})

    assert answer.status_code == 400
    assert receiver.got == []


def test_a_foreign_client_id_is_forbidden(bank):
    assert bank.call("GET", "/webhook/v1.0/stranger").status_code == 403


def test_a_token_is_signed_as_the_bank_signs(subscribed, receiver):
    subscribed.call("POST", HOOK + "/test_send", {"webhookType": EVENT})

    token = receiver.tokens[0]
    key = jwt.PyJWK(
        subscribed.client.get("/tochka/doc/openapi/static/keys/public").json, algorithm="RS256"
    )
    header, payload, signature = (decode(part) for part in token.split("."))
    assert header == b'{"typ":"JWT","alg":"RS256"}'
    assert payload.startswith(b'{"customerCode": "300123123", "amount": "0.33", "paymentType"')
    assert b"\\u041e\\u043f" in payload
    assert len(signature) == 384
    assert jwt.decode(token, key, algorithms=["RS256"])["paymentLinkId"] == "12345-ab-cd"


def test_the_published_key_has_three_members(bank):
    jwk = bank.client.get("/tochka/doc/openapi/static/keys/public").json

    assert set(jwk) == {"kty", "e", "n"}


def test_a_card_payment_says_what_was_paid(subscribed, receiver):
    link = {"paymentLinkId": "cons-1", "consumerId": "c-1", "purpose": "Услуга"}
    operation_id = subscribed.paid("card", **link)
    subscribed.advance(1)
    subscribed.deliver()

    claims = json.loads(decode(receiver.tokens[0].split(".")[1]))
    assert list(claims.items()) == [
        ("customerCode", "300000092"),
        ("amount", "1500.00"),
        ("paymentType", "card"),
        ("operationId", operation_id),
        ("purpose", "Услуга"),
        ("webhookType", EVENT),
        ("merchantId", "200000000001056"),
        ("consumerId", "c-1"),
        ("status", "APPROVED"),
        ("paymentLinkId", "cons-1"),
    ]


def test_an_sbp_payment_has_the_banks_order_of_claims(subscribed, receiver, claims_in):
    subscribed.paid("sbp")
    subscribed.advance(1)
    subscribed.deliver()

    order = "customerCode amount paymentType operationId transactionId purpose qrcId payerName"
    order += " webhookType merchantId status paymentLinkId"
    assert list(claims_in(receiver.tokens[0])) == order.split()


def test_a_hold_and_its_capture_are_two_webhooks(subscribed, receiver, claims_in):
    operation_id = subscribed.paid("card", preAuthorization=True)
    subscribed.call("POST", f"/acquiring/v1.0/payments/{operation_id}/capture")
    subscribed.advance(1)
    subscribed.deliver()

    statuses = [claims_in(token)["status"] for token in receiver.tokens]
    assert statuses == ["AUTHORIZED", "APPROVED"]


def test_a_decline_and_an_expiry_send_nothing(subscribed, receiver):
    operation_id = subscribed.create()["operationId"]
    subscribed.step(operation_id, "decline")
    subscribed.step(operation_id, "expire")
    subscribed.advance(1000)

    assert (subscribed.deliver(), receiver.got) == (0, [])


def test_an_unanswered_webhook_is_repeated_thirty_times_and_dropped(subscribed, receiver):
    receiver.answers = [500, 204] * 20
    subscribed.paid("card")

    for _ in range(40):
        subscribed.advance(10)
        subscribed.deliver()

    webhook = subscribed.webhooks()[-1]
    assert (len(receiver.got), webhook["state"]) == (31, "dropped")
    assert [attempt["status"] for attempt in webhook["attempts"]] == [500, 204] * 15 + [500]
    assert len(set(receiver.tokens)) == 1


def test_a_repeat_waits_its_ten_seconds(subscribed, receiver):
    receiver.answers = [503]
    subscribed.paid("card")
    subscribed.advance(0.5)
    subscribed.deliver()

    subscribed.advance(5)
    too_early = subscribed.deliver()
    subscribed.advance(5)

    assert (too_early, subscribed.deliver()) == (0, 1)
    assert [each["status"] for each in subscribed.journal(call="webhook_sent")] == [200, 503, 200]


def test_a_lost_webhook_is_never_sent(subscribed, receiver):
    subscribed.order_fault("webhook", "lost")
    subscribed.paid("card")
    subscribed.advance(1000)

    assert (subscribed.deliver(), receiver.got) == (0, [])
    assert subscribed.webhooks()[-1]["state"] == "lost"


def test_a_duplicated_webhook_comes_twice_byte_by_byte(subscribed, receiver):
    subscribed.order_fault("webhook", "duplicate")
    subscribed.paid("card")
    subscribed.advance(1)

    assert subscribed.deliver() == 2
    assert receiver.tokens[0] == receiver.tokens[1]


def test_a_reordered_webhook_comes_after_the_next_one(subscribed, receiver, claims_in):
    subscribed.order_fault("webhook", "reorder")
    first, second = subscribed.paid("card"), subscribed.paid("card")
    subscribed.advance(1)

    subscribed.deliver()
    subscribed.deliver()

    assert [claims_in(token)["operationId"] for token in receiver.tokens] == [second, first]


def test_a_late_webhook_waits(subscribed, receiver):
    subscribed.order_fault("webhook", "late", seconds=60)
    subscribed.paid("card")

    subscribed.advance(30)
    early = subscribed.deliver()
    subscribed.advance(31)

    assert (early, subscribed.deliver()) == (0, 1)


def test_a_badly_signed_webhook_does_not_verify(subscribed, receiver):
    subscribed.order_fault("webhook", "bad_signature")
    subscribed.paid("card")
    subscribed.advance(1)
    subscribed.deliver()

    jwk = subscribed.client.get("/tochka/doc/openapi/static/keys/public").json
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(receiver.tokens[0], jwt.PyJWK(jwk, algorithm="RS256"), algorithms=["RS256"])


def test_a_webhook_fault_waits_for_its_operation(subscribed, receiver):
    chosen = subscribed.create()["operationId"]
    subscribed.order_fault("webhook", "lost", operationId=chosen)
    subscribed.paid("card")
    subscribed.step(chosen, "pay?type=card")

    assert [each["state"] for each in subscribed.webhooks()[1:]] == ["waiting", "lost"]


def test_the_queue_survives_a_restart(make_bank, receiver, tmp_path):
    state = {"SANDBOX_STATE": str(tmp_path / "state.db")}
    bank = make_bank(**state)
    bank.call("PUT", HOOK, {"webhooksList": [EVENT], "url": receiver.url})
    operation_id = bank.paid("card")

    after = make_bank(**state)
    after.advance(1)

    assert after.deliver() == 1
    assert after.info(operation_id)["status"] == "APPROVED"
    assert after.call("GET", HOOK).json["Data"]["url"] == receiver.url


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
