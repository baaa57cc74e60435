"""Cards that the bank keeps: binding, listing, removing, charging by token (§8)."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from flask import Blueprint
from pydantic import BaseModel

from portal.sandbox.freedompay import fields
from portal.sandbox.freedompay.callbacks import announce_binding, in_almaty
from portal.sandbox.freedompay.gate import Told, bank_call
from portal.sandbox.freedompay.operations import (
    WRONG_STATE,
    Payment,
    Refused,
    find_payment,
    keep,
    next_payment_id,
    open_page,
)
from portal.sandbox.freedompay.outcomes import Done
from portal.sandbox.freedompay.payer import finish
from portal.sandbox.freedompay.plastic import find_card
from portal.sandbox.freedompay.rules import current_rules
from portal.sandbox.journal import note
from portal.sandbox.world import World

cards = Blueprint("freedompay_cards", __name__, url_prefix="/freedompay/v1/merchant/<merchant_id>")
BOTH = ["GET", "POST"]
CHECK_MINOR = 100_00  # what the bank blocks and lets go by itself: 1-100 KZT
OK = ("pg_status", "ok")


class PlasticKept(BaseModel):
    """A card that the bank keeps for a user; removed ones are forgotten."""

    token: str
    user_id: str
    pan: str
    at: str


@cards.route("/cardstorage/<any(add,add2):tail>", methods=BOTH)
@bank_call("card_add")
def add(world: World, told: Told) -> Done:
    """Open a page to bind a card on."""
    fields.require(told, "pg_user_id", "pg_post_link", "pg_back_link")
    now, payment_id = world.now(), next_payment_id(world)
    payment = Payment(
        payment_id=payment_id,
        order_id=told.get("pg_order_id", f"bind-{payment_id}"),
        kind="binding",
        page_id="",
        amount_minor=CHECK_MINOR,
        currency="KZT",
        asked=told,
        created_at=now,
        expires_at=now + timedelta(hours=1),
        user_id=told["pg_user_id"],
    )
    open_page(world, payment)
    path = f"/v1/merchant/{world.settings.freedompay_merchant_id}/cardstorage/view"
    message = [
        OK,
        ("pg_merchant_id", world.settings.freedompay_merchant_id),
        ("pg_payment_id", payment_id),
        ("pg_order_id", payment.order_id),
        ("pg_type", "init"),
        (
            "pg_redirect_url",
            f"{world.settings.base_url}/freedompay{path}?pg_payment_id={payment.page_id}",
        ),
    ]
    return Done(message, payment_id)


def bind(world: World, payment: Payment, pan: str, user_id: str) -> bool:
    """Block the bank's small sum, let it go and keep the card; tell the merchant either way."""
    card = find_card(pan)
    facts = {"operation_id": payment.payment_id, "amount_minor": CHECK_MINOR}
    note(world, "freedompay", "bind", executed=card.is_authorised, **facts)
    payment.pan = card.pan
    told = [("pg_payment_id", payment.payment_id), ("pg_order_id", payment.order_id)]
    told += [("pg_user_id", user_id), ("pg_type", "approve"), ("pg_recurring_profile_id", "")]
    if not (card.is_authorised and card.is_kept):
        payment.failed_at, payment.failure_code = world.now(), card.failure_code
        told += [("pg_status", "error"), ("pg_error_code", card.failure_code)]
        keep(world, payment)
        announce_binding(world, payment, told)
        return False
    kept = PlasticKept(token=str(uuid4()), user_id=user_id, pan=card.pan, at=in_almaty(world.now()))
    world.store.put(kept.token, kept)
    payment.revoked_at = world.now()
    keep(world, payment)
    told += [
        ("pg_status", "success"),
        ("pg_card_token", kept.token),
        ("pg_card_hash", card.masked),
        ("pg_card_month", "12"),
        ("pg_card_year", "29"),
        ("pg_bank", "TEST BANK"),
        ("pg_country", card.country),
        ("pg_card_3ds", "1" if card.is_3ds else "0"),
    ]
    announce_binding(world, payment, told)
    return True


@cards.route("/cardstorage/list", methods=BOTH)
@bank_call("card_list")
def list_cards(world: World, told: Told) -> Done:
    """List the cards of a user."""
    fields.require(told, "pg_user_id")
    kept = world.store.list_where(PlasticKept, "user_id", told["pg_user_id"])
    return Done([("card", _shown(world, each)) for each in kept], executed=False)


def _shown(world: World, kept: PlasticKept) -> list[tuple[str, Any]]:
    card = find_card(kept.pan)
    return [
        ("pg_status", "success"),
        ("pg_merchant_id", world.settings.freedompay_merchant_id),
        ("pg_card_token", kept.token),
        ("pg_card_hash", card.masked),
        ("pg_card_hhash", sha256(card.pan.encode()).hexdigest()),
        ("pg_recurring_profile_id", ""),
        ("created_at", kept.at),
        ("brand_alias", card.brand),
    ]


@cards.route("/cardstorage/remove", methods=BOTH)
@bank_call("card_remove")
def remove(world: World, told: Told) -> Done:
    """Forget a card; the answer comes in one of two shapes (§8.3)."""
    fields.require(told, "pg_user_id", "pg_card_token")
    kept = _kept(world, told)
    world.store.delete(PlasticKept, kept.token)
    removed = ("deleted_at", in_almaty(world.now()))
    if current_rules(world).removal == "flat":
        return Done([("pg_status", "success"), removed])
    inner = [("pg_status", "deleted"), ("pg_card_token", kept.token), removed]
    return Done([("card", inner)])


def _kept(world: World, told: Told) -> PlasticKept:
    kept = world.store.find(PlasticKept, told["pg_card_token"])
    if kept is None or kept.user_id != told["pg_user_id"]:
        raise Refused(10005, "Карта не найдена")
    return kept


@cards.route("/card/init", methods=BOTH)
@bank_call("card_init")
def init(world: World, told: Told) -> Done:
    """Make a charge of a kept card that moves no money yet (§8.4)."""
    fields.require(told, "pg_order_id", "pg_amount", "pg_description", "pg_user_id")
    fields.require(told, "pg_card_token")
    if not current_rules(world).allow_charges:
        raise Refused(9994, "Действие запрещено настройками магазина")
    kept, now = _kept(world, told), world.now()
    payment = Payment(
        payment_id=next_payment_id(world),
        order_id=told["pg_order_id"],
        kind="charge",
        page_id="",
        amount_minor=fields.minor(told["pg_amount"]),
        currency=fields.currency(told),
        asked=told,
        created_at=now,
        expires_at=now + timedelta(days=1),
        user_id=kept.user_id,
        token=kept.token,
    )
    keep(world, payment)
    message = [OK, ("pg_merchant_id", told["pg_merchant_id"]), ("pg_order_id", payment.order_id)]
    return Done([*message, ("pg_payment_id", payment.payment_id)], payment.payment_id)


@cards.route("/card/direct", methods=BOTH)
@bank_call("card_direct")
def direct(world: World, told: Told) -> Done:
    """Charge the card of a prepared operation, once; «ok» means accepted (§8.4)."""
    fields.require(told, "pg_payment_id")
    payment = find_payment(world, told["pg_payment_id"])
    if payment is None:
        raise Refused(340, "Платёж не найден")
    kept = world.store.find(PlasticKept, payment.token)
    if payment.kind != "charge" or payment.status(world.now()) != "new" or kept is None:
        raise Refused(11059, WRONG_STATE)
    payment.pan = kept.pan
    finish(world, payment)
    message = [
        OK,
        ("pg_payment_id", payment.payment_id),
        ("pg_transaction_status", payment.status(world.now())),
        ("pg_payment_method", "bankcard"),
        ("pg_create_date", in_almaty(payment.created_at)),
        ("pg_amount", fields.major(payment.amount_minor)),
        ("pg_currency", payment.currency),
        ("pg_captured", "1" if payment.is_captured else "0"),
        ("pg_card_token", payment.token),
    ]
    is_taken, is_cut = payment.failed_at is None, payment.card.is_direct_lost
    facts = (payment.payment_id, payment.amount_minor)
    return Done(message, *facts, executed=is_taken, is_cut=is_cut)
