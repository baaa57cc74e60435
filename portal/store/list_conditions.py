"""What the lists of payments and of consultations ask in the same words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain.consultations import ConsultationStatus
from portal.domain.search import Token, TokenKind
from portal.store.consultations import Consultation, is_unfinished
from portal.store.lists import WORDS
from portal.store.users import User

#: Tokens that are no condition of their own: parts of the line, and what has several meanings.
SEARCHED = (*WORDS, TokenKind.NUMBER)


def narrowed(
    *wanted: tuple[InstrumentedAttribute[Any], Callable[[Any, Any], Any], Any],
) -> list[ColumnElement[bool]]:
    """Compare each column with the value that is wanted of it; None wants nothing of it."""
    return [compare(column, value) for column, compare, value in wanted if value is not None]


def is_of_person(owner: InstrumentedAttribute[int], token: Token) -> ColumnElement[bool]:
    """Say in SQL that the person with this address is the owner."""
    return owner == select(User.id).where(User.email == token.text).scalar_subquery()


def consultation_is(status: ConsultationStatus, now: datetime) -> ColumnElement[bool]:
    """Say in SQL what ``status_at`` says: a scheduled one whose hour has come is open.

    The unfinished are written out, so that their partial index answers; whatever was opened has
    begun.
    """
    if status is ConsultationStatus.SCHEDULED:
        scheduled = Consultation.status == ConsultationStatus.SCHEDULED
        return and_(is_unfinished(), scheduled, Consultation.starts_at > now)
    if status is ConsultationStatus.OPEN:
        return and_(is_unfinished(), Consultation.starts_at <= now)
    return Consultation.status == status
