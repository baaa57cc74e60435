"""Creating payment links, with and without a receipt (tochka.md §5 and §6)."""

from typing import Any
from uuid import uuid4

from flask import Blueprint
from pydantic import BaseModel

from portal.sandbox.tochka.directory import check_customer, check_merchant
from portal.sandbox.tochka.envelope import Answer, Refused
from portal.sandbox.tochka.fields import in_minor_units
from portal.sandbox.tochka.gate import bank_call
from portal.sandbox.tochka.operations import Operation, PaymentPage, keep
from portal.sandbox.tochka.requests import (
    Payment,
    PaymentWithReceipt,
    Subscription,
    Wrapped,
    read_body,
)
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.tochka.views import show_created
from portal.sandbox.world import World, current_world

payments = Blueprint("payments", __name__)


class TakenLink(BaseModel):
    """A `paymentLinkId` of a customer that is in use, kept under both."""

    operation_id: str


@payments.post("/acquiring/v1.0/payments")
@bank_call("create", "MakeAcquiringOperation")
def create() -> Answer:
    """Create a link without a receipt."""
    return _create(read_body(Wrapped[Payment]).data, {})


@payments.post("/acquiring/v1.0/payments_with_receipt")
@bank_call("create", "MakeAcquiringOperation")
def create_with_receipt() -> Answer:
    """Create a link whose payment gives a receipt; needs a cash register (tochka.md §14)."""
    rules = current_rules(current_world())
    asked = read_body(Wrapped[PaymentWithReceipt]).data
    if rules.retailer_cashbox is None:
        raise Refused(400, "Field merchantId : cashbox is not connected")
    total = sum(item.amount * item.quantity for item in asked.items)
    if rules.check_items_sum and total != asked.amount:
        raise Refused(400, "Field Items : sum of items is not equal to amount")
    echo = {"tax_system_code", "client", "items", "supplier"}
    receipt = asked.model_dump(mode="json", by_alias=True, exclude_none=True, include=echo)
    return _create(asked, receipt)


def _create(asked: Payment, receipt: dict[str, Any]) -> Answer:
    world = current_world()
    check_customer(world, asked.customer_code)
    merchant_id = check_merchant(world, asked.customer_code, asked.merchant_id)
    _check_point(world, asked)
    link_id = choose_link_id(world, asked)
    operation = _build(world, asked, merchant_id, link_id, receipt)
    keep_link(world, operation)
    return Answer(
        show_created(operation),
        operation_id=operation.operation_id,
        amount_minor=operation.amount_minor,
        details={"paymentLinkId": link_id, "withReceipt": int(bool(receipt))},
    )


def keep_link(world: World, operation: Operation) -> None:
    """Write a new operation down, with its number and its page."""
    name = f"{operation.customer_code}/{operation.payment_link_id}"
    world.store.put(name, TakenLink(operation_id=operation.operation_id))
    world.store.put(operation.page_id, PaymentPage(operation_id=operation.operation_id))
    keep(world, operation)


def _check_point(world: World, asked: Payment) -> None:
    rules = current_rules(world)
    if rules.retailer_status != "REG" or not rules.retailer_active:
        raise Refused(400, "Field merchantId : retailer is not active")
    if not set(asked.payment_mode) <= set(rules.retailer_payment_modes):
        raise Refused(400, "Field paymentMode : payment mode is not enabled for the retailer")


def choose_link_id(world: World, asked: Payment | Subscription) -> str:
    """Return the asked number or a running one; raises Refused with 424 for a duplicate (§0.8)."""
    link_id = asked.payment_link_id
    while link_id is None:
        number = str(world.store.next_number("links"))
        if not world.store.find(TakenLink, f"{asked.customer_code}/{number}"):
            link_id = number
    if world.store.find(TakenLink, f"{asked.customer_code}/{link_id}"):
        raise Refused(424, f"Ошибка: заказ с номером {link_id} уже существует")
    return link_id


def _build(
    world: World, asked: Payment, merchant_id: str, link_id: str, receipt: dict[str, Any]
) -> Operation:
    page_id = str(uuid4())
    return Operation(
        operation_id=str(uuid4()),
        page_id=page_id,
        payment_link=f"{world.settings.base_url}/tochka/order/?uuid={page_id}",
        payment_link_id=link_id,
        customer_code=asked.customer_code,
        merchant_id=merchant_id,
        consumer_id=asked.consumer_id or str(uuid4()),
        amount_minor=in_minor_units(asked.amount),
        purpose=asked.purpose,
        payment_mode=list(asked.payment_mode),
        redirect_url=asked.redirect_url,
        fail_redirect_url=asked.fail_redirect_url,
        save_card=asked.save_card,
        pre_authorization=asked.pre_authorization,
        ttl=asked.ttl,
        receipt=receipt,
        created_at=world.now(),
        expires_at=world.now(asked.ttl * 60),
    )
