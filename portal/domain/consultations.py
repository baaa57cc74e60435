"""The life of a consultation: explicit states, and the only ways between them (domain.md §2)."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal.domain.errors import IllegalTransition, Refusal
from portal.domain.money import Money


class ConsultationStatus(StrEnum):
    """Where a consultation stands; whether it is paid follows from money and is not a state."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    COMPLETED = "completed"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


class PaidState(StrEnum):
    """Whether money came for a consultation, as people are told: computed, never stored (E2)."""

    PAID = "paid"
    NOT_PAID = "not_paid"
    GIFT = "gift"
    FREE = "free"


class CancelledBy(StrEnum):
    """Whose wish the cancellation was."""

    CLIENT = "client"
    STAFF = "staff"


TRANSITIONS: dict[ConsultationStatus, frozenset[ConsultationStatus]] = {
    ConsultationStatus.SCHEDULED: frozenset(
        {ConsultationStatus.OPEN, ConsultationStatus.CANCELLED}
    ),
    ConsultationStatus.OPEN: frozenset(
        {ConsultationStatus.COMPLETED, ConsultationStatus.UNSUCCESSFUL}
    ),
    ConsultationStatus.COMPLETED: frozenset(),
    ConsultationStatus.UNSUCCESSFUL: frozenset(),
    ConsultationStatus.CANCELLED: frozenset(),
}

OVER = frozenset({ConsultationStatus.COMPLETED, ConsultationStatus.UNSUCCESSFUL})
PAYABLE = frozenset({ConsultationStatus.SCHEDULED, ConsultationStatus.OPEN})


def advance(current: ConsultationStatus, wanted: ConsultationStatus) -> ConsultationStatus:
    """Return the wanted state when the table has the edge; raise IllegalTransition otherwise."""
    if wanted not in TRANSITIONS[current]:
        raise IllegalTransition(current=current, wanted=wanted)
    return wanted


def paid_state(price: Money, *, is_paid: bool, is_gift: bool) -> PaidState:
    """Tell whether it is paid; what costs nothing, because it was given or is free, never owes."""
    if is_paid:
        return PaidState.PAID
    if price:
        return PaidState.NOT_PAID
    return PaidState.GIFT if is_gift else PaidState.FREE


def status_at(stored: ConsultationStatus, starts_at: datetime, now: datetime) -> ConsultationStatus:
    """Return the state as of ``now``: a scheduled one whose hour has come is open (D2)."""
    if stored is ConsultationStatus.SCHEDULED and now >= starts_at:
        return ConsultationStatus.OPEN
    return stored


class TooLateToCancel(Refusal):
    """A client cannot cancel so shortly before the hour; staff still can."""

    code = "too_late_to_cancel"


def require_notice(starts_at: datetime, notice: timedelta, now: datetime) -> None:
    """Raise TooLateToCancel, with the moment it was possible ``until``, when time has run out."""
    until = starts_at - notice
    if now >= until:
        raise TooLateToCancel(until=until)
