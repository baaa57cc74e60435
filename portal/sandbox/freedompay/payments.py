"""Payments: the hosted page, its status, refunds, letting go and taking a hold (§§5, 7-10)."""

from datetime import timedelta
from typing import Any

from flask import Blueprint

from portal.sandbox.freedompay import fields
from portal.sandbox.freedompay.callbacks import in_almaty
from portal.sandbox.freedompay.gate import Told, bank_call
from portal.sandbox.freedompay.operations import (
    WRONG_STATE,
    Payment,
    Refused,
    find_payment,
    keep,
    last_of_order,
    next_payment_id,
    open_page,
    refund,
)
from portal.sandbox.freedompay.outcomes import Done
from portal.sandbox.world import World

payments = Blueprint("freedompay_payments", __name__, url_prefix="/freedompay")
BOTH = ["GET", "POST"]
OK = ("pg_status", "ok")


@payments.route("/init_payment.php", methods=BOTH)
@bank_call("init_payment")
def init_payment(world: World, told: Told) -> Done:
    """Make an order's page."""
    fields.require(told, "pg_order_id", "pg_amount", "pg_description")
    now = world.now()
    payment = Payment(
        payment_id=next_payment_id(world),
        order_id=told["pg_order_id"],
        kind="page",
        page_id="",
        amount_minor=fields.minor(told["pg_amount"]),
        currency=fields.currency(told),
        asked=told,
        created_at=now,
        expires_at=now + timedelta(seconds=fields.lifetime(told)),
        user_id=told.get("pg_user_id", ""),
    )
    open_page(world, payment)
    url = f"{world.settings.base_url}/freedompay/pay.html?customer={payment.page_id}"
    message = [OK, ("pg_payment_id", payment.payment_id), ("pg_redirect_url", url)]
    return Done([*message, ("pg_redirect_url_type", "need data")], payment.payment_id)


@payments.route("/get_status3.php", methods=BOTH)
@bank_call("get_status3")
def get_status(world: World, told: Told) -> Done:
    """Tell an operation, by its id, else the last one of an order (§7)."""
    payment_id, order_id = told.get("pg_payment_id"), told.get("pg_order_id")
    if not payment_id and not order_id:
        raise fields.refuse("Не указан параметр pg_payment_id")
    found = find_payment(world, payment_id) if payment_id else last_of_order(world, order_id or "")
    if found is None:
        raise Refused(340, "Платёж не найден")
    return Done(show(world, found), found.payment_id, executed=False)


def show(world: World, payment: Payment) -> list[tuple[str, Any]]:
    """Describe an operation as the status answer does."""
    now = world.now()
    message = [
        OK,
        ("pg_payment_id", payment.payment_id),
        ("pg_order_id", payment.order_id),
        ("pg_amount", fields.major(payment.amount_minor)),
        ("pg_currency", payment.currency),
        ("pg_payment_status", payment.status(now)),
        ("pg_can_reject", "0"),
        ("pg_create_date", in_almaty(payment.created_at)),
    ]
    if payment.pan:
        message += _card(payment)
    if payment.paid_at:
        message.append(("pg_payment_date", in_almaty(payment.paid_at)))
        message.append(("pg_datetime", payment.paid_at.isoformat(timespec="seconds")))
    if payment.is_captured and payment.captured_minor != payment.amount_minor:
        message.append(("pg_clearing_amount", fields.major(payment.captured_minor)))
    if payment.failed_at:
        message.append(("pg_failure_code", payment.failure_code))
    return message + _refunds(world, payment)


def _card(payment: Payment) -> list[tuple[str, Any]]:
    card = payment.card
    shown = [
        ("pg_captured", "1" if payment.is_captured else "0"),
        ("pg_payment_method", "bankcard"),
        ("pg_card_pan", card.masked),
        ("pg_card_brand", card.brand),
    ]
    return [*shown, ("pg_card_token", payment.token)] if payment.token else shown


def _refunds(world: World, payment: Payment) -> list[tuple[str, Any]]:
    now = world.now()
    seen = [each for each in payment.refunds if each.visible_at <= now]
    if not seen:
        return []
    done = sum(each.amount_minor for each in seen if each.status(now) == "success")
    listed = [
        (
            "pg_refund_payment",
            [
                ("pg_payment_id", each.payment_id),
                ("pg_payment_status", each.status(now)),
                ("pg_amount", fields.major(-each.amount_minor)),
                ("pg_payment_date", in_almaty(each.at)),
            ],
        )
        for each in seen
    ]
    return [("pg_refund_amount", fields.major(-done)), ("pg_refund_payments", listed)]


@payments.route("/revoke.php", methods=BOTH)
@bank_call("revoke")
def revoke(world: World, told: Told) -> Done:
    """Return money: a child operation of its own (§9)."""
    payment = _get(world, told)
    asked = told.get("pg_refund_amount", "0")
    left = payment.captured_minor - payment.returned_minor(world.now(), with_open=True)
    amount_minor = left if asked in {"0", "0.00"} else fields.minor(asked)
    child = refund(world, payment, amount_minor, by_hand=False)
    message = [OK, ("pg_revoke_payment_id", child.payment_id)]
    return Done(message, payment.payment_id, amount_minor)


@payments.route("/cancel.php", methods=BOTH)
@bank_call("cancel")
def cancel(world: World, told: Told) -> Done:
    """Let a hold go, whole (§10)."""
    payment = _get_hold(world, told)
    if not payment.card.is_cancelled:
        raise Refused(490, "Отмена невозможна")
    payment.paid_at, payment.revoked_at = None, world.now()
    keep(world, payment)
    return Done([OK], payment.payment_id, payment.amount_minor)


@payments.route("/do_capture.php", methods=BOTH)
@bank_call("do_capture")
def do_capture(world: World, told: Told) -> Done:
    """Take a hold, whole or a part of it (§10)."""
    payment = _get_hold(world, told)
    taken = fields.minor(told.get("pg_clearing_amount", fields.major(payment.amount_minor)))
    if not payment.card.is_captured or taken > payment.amount_minor:
        raise Refused(10012, "Списание невозможно")
    payment.is_captured, payment.captured_minor = True, taken
    keep(world, payment)
    amounts = [("pg_amount", fields.major(payment.amount_minor))]
    message = [OK, *amounts, ("pg_clearing_amount", fields.major(taken))]
    return Done(message, payment.payment_id, taken)


def _get(world: World, told: Told) -> Payment:
    fields.require(told, "pg_payment_id")
    found = find_payment(world, told["pg_payment_id"])
    if found is None:
        raise Refused(340, "Платёж не найден")
    return found


def _get_hold(world: World, told: Told) -> Payment:
    found = _get(world, told)
    if found.status(world.now()) != "success" or found.is_captured:
        raise Refused(11059, WRONG_STATE)
    return found
