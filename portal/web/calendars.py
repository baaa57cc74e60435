"""The consultation as a file for a calendar (RFC 5545)."""

from datetime import datetime

from icalendar import STATUS, Calendar, Event

from portal.store.consultations import Consultation

MAKER = "-//Ponimayu//Payments//RU"
SUMMARY = "Консультация психолога"


def calendar_of(consultation: Consultation, *, host: str, now: datetime) -> bytes:
    """Write one event; its UID stays the same, so that a second import changes the first."""
    event = Event.new(
        uid=f"consultation-{consultation.id}@{host}",
        summary=SUMMARY,
        description=f"Специалист: {consultation.specialist}",
        start=consultation.starts_at,
        end=consultation.ends_at,
        stamp=now,
        status=STATUS.CONFIRMED,
    )
    calendar = Calendar.new(prodid=MAKER)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
