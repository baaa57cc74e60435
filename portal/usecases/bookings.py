"""A consultation comes into being: scheduled, priced, with a checkout page of its own (G1)."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from portal.domain.actors import Actor
from portal.domain.money import Money
from portal.domain.search import meeting_text
from portal.store.audit import note
from portal.store.consultations import Consultation
from portal.store.db import locked, transaction
from portal.store.users import User


@dataclass(frozen=True, slots=True)
class Booking:
    """Who meets whom, when, and for how much (VAT included)."""

    client_id: int
    specialist: str
    starts_at: datetime
    ends_at: datetime
    price: Money


def book_consultation(booking: Booking, *, actor: Actor, now: datetime) -> int:
    """Write a scheduled consultation and return its number; raise NotFound for a strange client."""
    with transaction() as session:
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
        )
        return consultation.id
