"""Words about a consultation that somebody else has ended while its form was open."""

from portal.domain.consultations import ConsultationStatus
from portal.domain.errors import AlreadyMoved
from portal.store.db import db
from portal.store.users import get_user
from portal.web.formats import when_long
from portal.web.labels import LABELS


def moved(refusal: AlreadyMoved) -> str:
    """Say how the consultation is now, who has ended it and when (ux.md 5.4)."""
    status, at, by = (refusal.facts.get(name) for name in ("status", "at", "by"))
    words = [LABELS[ConsultationStatus(str(status))].lower()]
    if isinstance(by, int):
        words.append(get_user(db.session(), by).name)
    if at is not None:
        words.append(f"{when_long(at)} по Москве")  # type: ignore[arg-type]  # a datetime by construction
    return f"Консультация уже изменилась: {', '.join(words)}. Сейчас ничего не сделано."
