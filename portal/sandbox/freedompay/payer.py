"""What the payer does on the bank's pages: gives a card, a code, or up (§14.5)."""

from datetime import timedelta

from portal.sandbox.freedompay.callbacks import announce_result
from portal.sandbox.freedompay.operations import (
    WRONG_STATE,
    Payment,
    Refused,
    fresh_attempt,
    keep,
)
from portal.sandbox.freedompay.plastic import RIGHT_CODE, find_card
from portal.sandbox.journal import note
from portal.sandbox.world import World

OPEN = {"new", "error"}


def give_card(world: World, payment: Payment, pan: str) -> Payment:
    """Try a card: a declined attempt is followed by a new operation; raises Refused."""
    now = world.now()
    if payment.status(now) not in OPEN or now >= payment.expires_at:
        raise Refused(11059, WRONG_STATE)
    attempt = fresh_attempt(world, payment)
    attempt.pan = "".join(sign for sign in pan if sign.isdigit())
    if attempt.card.is_3ds and attempt.card.is_authorised:
        attempt.is_waiting_3ds = True
        return keep(world, attempt)
    return finish(world, attempt)


def give_code(world: World, payment: Payment, code: str) -> Payment:
    """Answer the 3-D Secure question, rightly or wrongly; raises Refused when nobody asked."""
    if payment.status(world.now()) != "waiting_3ds":
        raise Refused(11059, WRONG_STATE)
    payment.is_waiting_3ds = False
    return finish(world, payment) if code == RIGHT_CODE else fail(world, payment, "10004")


def finish(world: World, payment: Payment) -> Payment:
    """Take the money, hold it, or be told no; the merchant is told either way."""
    card = find_card(payment.pan)
    takes_at_once = payment.asked.get("pg_auto_clearing", "1") == "1"
    if not card.is_authorised:
        return fail(world, payment, card.failure_code)
    if takes_at_once and not card.is_captured:
        return fail(world, payment, "99999")
    payment.paid_at = world.now() + timedelta(seconds=card.process_seconds)
    payment.is_captured = takes_at_once
    payment.captured_minor = payment.amount_minor if takes_at_once else 0
    keep(world, payment)
    _note(world, "pay", payment)
    announce_result(world, payment, in_seconds=card.process_seconds)
    return payment


def fail(world: World, payment: Payment, code: str) -> Payment:
    """End an attempt with the bank's no."""
    payment.failed_at, payment.failure_code = world.now(), code
    keep(world, payment)
    _note(world, "decline", payment)
    announce_result(world, payment)
    return payment


def _note(world: World, call: str, payment: Payment) -> None:
    facts = {"operation_id": payment.payment_id, "amount_minor": payment.amount_minor}
    details = {"code": payment.failure_code}
    note(world, "freedompay", call, executed=True, details=details, **facts)
