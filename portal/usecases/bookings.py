"""A consultation comes into being: scheduled, priced, with a checkout page of its own (G1)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.actors import SYSTEM, Actor
from portal.domain.consultations import ConsultationStatus, advance
from portal.domain.letters import LetterKind
from portal.domain.money import Currency, Money
from portal.domain.search import meeting_text
from portal.domain.slots import require_free
from portal.store.audit import note
from portal.store.consultations import Consultation
from portal.store.db import locked, transaction
from portal.store.letters import tell_client
from portal.store.slot_lists import holder_of, is_money_coming
from portal.store.slots import Slot
from portal.store.users import User


@dataclass(frozen=True, slots=True)
class Booking:
    """Who meets whom, when, and for how much (VAT included)."""

    client_id: int
    specialist: str
    starts_at: datetime
    ends_at: datetime
    price: Money


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes which slot, in which currency, and how long a paid one waits for its money.

    Nothing for ``hold`` waits until somebody cancels. ``reason`` is why staff do it for a client.
    """

    slot_id: int
    client_id: int
    currency: Currency
    hold: timedelta
    reason: str = ""


def book_consultation(booking: Booking, *, actor: Actor, now: datetime) -> int:
    """Write a scheduled consultation and return its number; raise NotFound for a strange client."""
    with transaction() as session:
        return _booked(session, booking, "", actor, now).id


def take_slot(taking: Taking, *, actor: Actor, now: datetime) -> int:
    """Book the consultation of a free slot and return its number; a slot is taken once (G1).

    Whoever has taken the slot and asks again gets the same consultation. Raises SlotGone when it
    is not free, NotFound, also without a price in the currency.
    """
    with transaction() as session:
        slot = locked(session, Slot, taking.slot_id)
        holder = holder_of(session, slot.id)
        if holder is not None and holder.client_id == taking.client_id:
            return holder.id
        require_free(slot.facts(is_taken=holder is not None), taking.hold, now)
        consultation = _booked(session, _booking(slot, taking), taking.reason, actor, now)
        consultation.slot_id = slot.id
        consultation.pay_until = now + taking.hold if slot.is_paid and taking.hold else None
        return consultation.id


def release_unpaid(consultation_id: int, reason: str, *, now: datetime) -> bool:
    """Cancel what was not paid in time, so that its slot is free again; tell whether it was done.

    Nothing is done while a payment is there or may still come; what comes later is free balance.
    """
    with transaction() as session:
        consultation = locked(session, Consultation, consultation_id)
        if not _is_forfeit(session, consultation, now):
            return False
        before = consultation.status
        consultation.status = advance(before, ConsultationStatus.CANCELLED)
        consultation.closed_at = now
        consultation.closing_reason = reason
        note(
            session,
            SYSTEM,
            "consultation.release",
            consultation,
            now=now,
            before={"status": before},
            after={"status": consultation.status},
            reason=reason,
        )
        kind, client_id = LetterKind.CONSULTATION_CANCELLED, consultation.client_id
        tell_client(session, kind, client_id, consultation.id, now=now, freed=0)
        return True


def _is_forfeit(session: Session, consultation: Consultation, now: datetime) -> bool:
    is_waiting = consultation.status_at(now) is ConsultationStatus.SCHEDULED
    is_late = consultation.pay_until is not None and consultation.pay_until <= now
    if not is_waiting or not is_late or consultation.is_paid:
        return False
    return not is_money_coming(session, consultation.id)


def _booking(slot: Slot, taking: Taking) -> Booking:
    price = slot.price(taking.currency)
    return Booking(taking.client_id, slot.specialist, slot.starts_at, slot.ends_at, price)


def _booked(
    session: Session, booking: Booking, reason: str, actor: Actor, now: datetime
) -> Consultation:
    client = locked(session, User, booking.client_id)
    consultation = Consultation(
        pay_token=secrets.token_urlsafe(24),
        client_id=client.id,
        specialist=booking.specialist,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        price_minor=booking.price.minor,
        currency=booking.price.currency,
        created_at=now,
        search_text=meeting_text(booking.specialist, client.search_text),
    )
    session.add(consultation)
    session.flush()
    note(
        session,
        actor,
        "consultation.book",
        consultation,
        now=now,
        after={"status": consultation.status},
        client=client.id,
        starts_at=booking.starts_at.isoformat(),
        amount=booking.price.minor,
        currency=booking.price.currency,
        reason=reason,
    )
    return consultation
