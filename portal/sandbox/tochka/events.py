"""What the webhooks say (tochka.md §12.4): claims of payments, samples of a registration."""

from pydantic import BaseModel

from portal.sandbox.deliveries import Delivery, enqueue
from portal.sandbox.faults import take_fault
from portal.sandbox.tochka.operations import Operation
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.tochka.signing import sign, spoil
from portal.sandbox.world import World

PAYMENT = "acquiringInternetPayment"
PURPOSE = "Оплата по счету № 1 от 01.01.2021. Без НДС"
SAMPLES = {
    PAYMENT: {
        "customerCode": "300123123",
        "amount": "0.33",
        "paymentType": "card",
        "operationId": "beeac8a4-6047-3f38-8922-a664e6b5c43b",
        "purpose": PURPOSE,
        "webhookType": PAYMENT,
        "merchantId": "200000000001234",
        "consumerId": "917ed389-a120-4291-8e73-38c6ef7d6770",
        "status": "APPROVED",
        "paymentLinkId": "12345-ab-cd",
    },
    "incomingSbpPayment": {
        "operationId": "A22001100263820100000533E625FCB3",
        "qrcId": "AS10006DPRTEFPFS9HJ9SQSDSVRHJD3L",
        "amount": "0.33",
        "payerMobileNumber": "+99991234567",
        "payerName": "Иван Иванович И.",
        "brandName": "Кофейня у Артема",
        "merchantId": "MF0000000001",
        "purpose": PURPOSE,
        "webhookType": "incomingSbpPayment",
        "customerCode": "300123123",
        "refTransactionId": "cb1ef10b-39e9-4e55-aef9-d6bcc396ff0f",
    },
}


class Registration(BaseModel):
    """The one webhook of a client id."""

    url: str
    webhooks_list: list[str]


def announce(world: World, operation: Operation, amount_minor: int | None = None) -> None:
    """Queue the webhook of a payment, a hold or a charge, when one is registered (§12.2).

    A charge of another sum carries the ids of its subscription (tochka.md §11.2).
    """
    registration = world.store.find(Registration, world.settings.client_id)
    if registration is None or PAYMENT not in registration.webhooks_list:
        return
    fault = take_fault(world.store, "tochka", "webhook", operation.operation_id)
    told = operation.amount_minor if amount_minor is None else amount_minor
    claims = claims_of(operation.model_copy(update={"amount_minor": told}))
    token = sign(world, claims)
    if fault is not None and fault.fault == "bad_signature":
        token = spoil(token)
    rules = current_rules(world)
    delivery = Delivery(
        bank="tochka",
        operation_id=operation.operation_id,
        subject=claims["status"],
        url=registration.url,
        content_type="text/plain",
        body=token,
        due_at=world.now(rules.webhook_delay_seconds),
        tries_left=1 + rules.webhook_retries,
        interval_seconds=rules.webhook_interval_seconds,
    )
    enqueue(world, delivery, fault)


def claims_of(operation: Operation) -> dict[str, str]:
    """Return the claims in the bank's order: all of them strings."""
    roubles, kopecks = divmod(operation.amount_minor, 100)
    claims = {
        "customerCode": operation.customer_code,
        "amount": f"{roubles}.{kopecks:02}",
        "paymentType": operation.payment_type or "",
        "operationId": operation.operation_id,
    }
    is_sbp = operation.payment_type == "sbp"
    if is_sbp:
        claims["transactionId"] = operation.transaction_id or ""
    claims["purpose"] = operation.purpose
    if is_sbp:
        claims |= {"qrcId": operation.qrc_id or "", "payerName": "Иван Иванович И."}
    claims |= {"webhookType": PAYMENT, "merchantId": operation.merchant_id}
    if operation.payment_type == "card":
        claims["consumerId"] = operation.consumer_id
    claims["status"] = "APPROVED" if operation.paid_at else "AUTHORIZED"
    claims["paymentLinkId"] = operation.payment_link_id
    return claims


def sample_of(webhook_type: str) -> dict[str, str]:
    """Return the documentation's payload, which carries a stranger's data (tochka.md §12.1)."""
    bare = {"webhookType": webhook_type, "customerCode": "300123123", "amount": "0.33"}
    return SAMPLES.get(webhook_type, bare)
