"""What the bank tells the merchant: «result» as a form, «binding» as `pg_xml` (§§6, 8.2)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode, urlsplit

from portal.sandbox.deliveries import MANNERS, Delivery, Manner, enqueue
from portal.sandbox.faults import Fault, take_fault
from portal.sandbox.freedompay.fields import major
from portal.sandbox.freedompay.operations import Payment
from portal.sandbox.freedompay.papers import read_paper, write_paper
from portal.sandbox.freedompay.rules import current_rules
from portal.sandbox.freedompay.seals import is_sealed, with_seal
from portal.sandbox.world import World

ALMATY = timezone(timedelta(hours=5))
#: What a merchant may send and the bank does not echo.
NOT_ECHOED = {
    "pg_salt",
    "pg_sig",
    "pg_merchant_id",
    "pg_idempotency_key",
    "pg_result_url",
    "pg_success_url",
    "pg_failure_url",
    "pg_success_url_method",
    "pg_failure_url_method",
    "pg_request_method",
    "pg_lifetime",
    "pg_language",
    "pg_auto_clearing",
    "pg_payment_method",
}
FAILURES = {"10003": "Превышено число попыток ввода кода", "10004": "Неверный код 3-D Secure"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way: where to, what it says, in which form, how late."""

    url: str
    message: list[tuple[str, Any]]
    is_xml: bool
    in_seconds: float = 0


def in_almaty(moment: datetime) -> str:
    """Write a time as the bank does: local, without an offset (§4)."""
    return moment.astimezone(ALMATY).strftime("%Y-%m-%d %H:%M:%S")


def announce_result(world: World, payment: Payment, *, in_seconds: float = 0) -> None:
    """Queue the «result» of a success or a failure, when the merchant gave an address."""
    url = payment.asked.get("pg_result_url", "")
    if not url:
        return
    message = _result(world, payment)
    is_xml = payment.asked.get("pg_request_method") == "XML"
    _send(world, payment, Letter(url, message, is_xml, in_seconds))


def announce_binding(world: World, payment: Payment, message: list[tuple[str, Any]]) -> None:
    """Queue the «binding» as `pg_xml` in a form (§8.2)."""
    url = payment.asked.get("pg_post_link", "")
    if url:
        _send(world, payment, Letter(url, message, is_xml=True))


def _result(world: World, payment: Payment) -> list[tuple[str, Any]]:
    is_paid, card = payment.paid_at is not None, payment.card
    echoed = [(n, v) for n, v in payment.asked.items() if n not in NOT_ECHOED]
    told = [pair for pair in echoed if pair[0] not in {"pg_order_id", "pg_amount", "pg_currency"}]
    amount = major(payment.amount_minor)
    told += [
        ("pg_order_id", payment.order_id),
        ("pg_payment_id", payment.payment_id),
        ("pg_amount", amount),
        ("pg_currency", payment.currency),
        ("pg_ps_amount", amount),
        ("pg_ps_full_amount", amount),
        ("pg_ps_currency", payment.currency),
        ("pg_payment_method", "bankcard"),
        ("pg_result", "1" if is_paid else "0"),
        ("pg_can_reject", "1" if is_paid else "0"),
        ("pg_captured", "1" if payment.is_captured else "0"),
        ("pg_payment_date", in_almaty(payment.paid_at or payment.failed_at or world.now())),
        ("pg_card_pan", card.masked),
        ("pg_card_brand", card.brand),
        ("pg_card_owner", "TEST CARD"),
        ("pg_card_exp", "12/29"),
    ]
    if is_paid:
        net = major(payment.amount_minor - round(payment.amount_minor * 0.029))
        return [*told, ("pg_net_amount", net), ("pg_auth_code", "A1B2C3")]
    text = FAILURES.get(payment.failure_code, "Отказ банка")
    told += [("pg_failure_code", payment.failure_code), ("pg_failure_description", text)]
    return told


def _send(world: World, payment: Payment, letter: Letter) -> None:
    rules = current_rules(world)
    fault = take_fault(world.store, "freedompay", "webhook", payment.payment_id)
    message = _bent(letter.message, fault)
    delivery = Delivery(
        bank="freedompay",
        operation_id=payment.payment_id,
        subject="binding" if payment.kind == "binding" else "result",
        url=letter.url,
        content_type="application/x-www-form-urlencoded",
        body=json.dumps({"message": message, "is_xml": letter.is_xml}),
        due_at=world.now(rules.callback_delay_seconds + letter.in_seconds),
        tries_left=1 + rules.callback_repeats,
        interval_seconds=rules.callback_interval_seconds,
    )
    enqueue(world, delivery, fault)


def _bent(message: list[tuple[str, Any]], fault: Fault | None) -> list[tuple[str, Any]]:
    name = fault.fault if fault else ""
    if name == "other_amount":
        return [(n, "1.00" if n == "pg_amount" else value) for n, value in message]
    if name == "extra_fields":
        return [*message, ("Pg_result_url_method", "POST"), ("shop_note", "a;b")]
    return message


def _write(world: World, delivery: Delivery) -> str:
    """Seal a message anew for each try: salt and seal differ, the rest does not (§6.4)."""
    kept = json.loads(delivery.body)
    script, secret = _script(delivery.url), world.settings.freedompay_secret
    if delivery.fault == "bad_signature":
        secret = f"not {secret}"
    message = with_seal(script, [(name, value) for name, value in kept["message"]], secret)
    return urlencode({"pg_xml": write_paper(message)} if kept["is_xml"] else message)


def _believes(world: World, delivery: Delivery, answer: bytes) -> bool:
    """Read the merchant's answer: it must be sealed with the script of their own address (§6.3)."""
    try:
        told = read_paper(answer.decode("utf-8"))
    except ValueError:
        return False
    is_known = dict(told).get("pg_status") in {"ok", "rejected", "error"}
    return is_known and is_sealed(_script(delivery.url), told, world.settings.freedompay_secret)


def _script(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


MANNERS["freedompay"] = Manner(_write, _believes)
