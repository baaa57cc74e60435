"""The faults that change what an answer shows, or when a refund is seen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal.sandbox.faults import Fault
from portal.sandbox.freedompay.operations import find_payment, keep
from portal.sandbox.freedompay.outcomes import Done
from portal.sandbox.world import World


def _shown(change: Callable[[str, Any], Any]) -> Callable[[World, Fault, Done], None]:
    def bend(_world: World, _fault: Fault, done: Done) -> None:
        done.message = [(name, change(name, value)) for name, value in done.message]

    return bend


def _more(name: str, value: Any) -> Any:
    return f"{float(value) + 1:.2f}" if name == "pg_amount" else value


def _unknown(name: str, value: Any) -> Any:
    return "under_review" if name == "pg_payment_status" else value


def _short(name: str, value: Any) -> Any:
    return value.rstrip("0").rstrip(".") if name == "pg_amount" else value


def _not_yet(name: str, value: Any) -> Any:
    return "0" if name == "pg_captured" else value


def _late(world: World, fault: Fault, done: Done) -> None:
    payment = find_payment(world, done.payment_id or "")
    if payment is not None and payment.refunds:
        child = payment.refunds[-1]
        child.visible_at = child.at + timedelta(seconds=fault.seconds)
        child.settled_at = max(child.settled_at, child.visible_at)
        keep(world, payment)


def _doomed(world: World, fault: Fault, done: Done) -> None:
    payment = find_payment(world, done.payment_id or "")
    if payment is not None and payment.refunds:
        child = payment.refunds[-1]
        child.settled_at, child.is_doomed = child.at + timedelta(seconds=fault.seconds), True
        keep(world, payment)


BENDS: dict[str, Callable[[World, Fault, Done], None]] = {
    "wrong_amount": _shown(_more),
    "unknown_status": _shown(_unknown),
    "short_amounts": _shown(_short),
    "capture_lag": _shown(_not_yet),
    "late_refund": _late,
    "failed_refund": _doomed,
}
