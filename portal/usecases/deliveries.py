"""What a bank sent: stored before it is believed, tried until it is done (F5, I-21)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.domain.actors import Actor
from portal.domain.ports import BankEvent, EventKind
from portal.store.audit import note
from portal.store.db import locked, transaction
from portal.store.deliveries import Delivery, DeliveryStatus

MAX_TRIES = 8


@dataclass(frozen=True, slots=True)
class Envelope:
    """A genuine message and where it came from."""

    account: str
    body: str
    remote_addr: str


def receive_delivery(envelope: Envelope, event: BankEvent, *, now: datetime) -> int | None:
    """Store a verified webhook; return its number when it asks for a reading of the operation.

    Foreign, test and unknown events are kept too, and need nothing more.
    """
    status = _first_status(event)
    with transaction() as session:
        delivery = Delivery(
            account=envelope.account,
            received_at=now,
            remote_addr=envelope.remote_addr,
            body=envelope.body,
            claims=_plain(event),
            operation_id=_short(event.operation_id),
            reference=_short(event.reference),
            outcome=event.outcome,
            status=status,
            next_try_at=now if status is DeliveryStatus.RECEIVED else None,
            finished_at=None if status is DeliveryStatus.RECEIVED else now,
        )
        session.add(delivery)
        session.flush()
        return delivery.id if status is DeliveryStatus.RECEIVED else None


def finish_delivery(
    delivery_id: int,
    *,
    now: datetime,
    payment_id: int | None = None,
    is_binding: bool = False,
    error: str | None = None,
) -> None:
    """Record what came of a delivery: applied, nobody's, or to be tried again (parked after 8)."""
    with transaction() as session:
        delivery = locked(session, Delivery, delivery_id)
        delivery.tries += 1
        delivery.payment_id = payment_id
        delivery.error = error
        delivery.finished_at = now
        delivery.next_try_at = None
        if error is None:
            is_known = is_binding or payment_id is not None
            delivery.status = DeliveryStatus.APPLIED if is_known else DeliveryStatus.FOREIGN
        elif delivery.tries >= MAX_TRIES:
            delivery.status = DeliveryStatus.FAILED
        else:
            delivery.finished_at = None
            delivery.next_try_at = now + timedelta(seconds=5 * 2**delivery.tries)


def requeue_delivery(delivery_id: int, *, actor: Actor, now: datetime) -> None:
    """Put a delivery back to be read again; reading twice is harmless (I-24)."""
    with transaction() as session:
        delivery = locked(session, Delivery, delivery_id)
        before, delivery.status = delivery.status, DeliveryStatus.RECEIVED
        delivery.tries = 0
        delivery.next_try_at = now
        delivery.error = delivery.finished_at = None
        note(session, actor, "delivery.replay", delivery, now=now, was=before)


def _first_status(event: BankEvent) -> DeliveryStatus:
    if event.kind is not EventKind.PAYMENT and event.outcome is None:
        return DeliveryStatus.UNSUPPORTED
    if not event.is_ours or not (event.operation_id or event.reference):
        return DeliveryStatus.FOREIGN
    return DeliveryStatus.RECEIVED


def _plain(event: BankEvent) -> dict[str, Any]:
    return {str(name): str(value) for name, value in event.claims.items()}


def _short(text: str | None) -> str | None:
    return text if text is None else text[:64]
