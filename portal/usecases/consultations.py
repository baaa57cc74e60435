"""A consultation moves, and its money with it: opened, completed, cancelled (G1, A4, D2-D4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.actors import SYSTEM, Actor
from portal.domain.consultations import (
    TRANSITIONS,
    CancelledBy,
    ConsultationStatus,
    advance,
    require_notice,
)
from portal.domain.errors import AlreadyMoved, NotFound, NotStarted
from portal.domain.letters import LetterKind
from portal.domain.money import Money
from portal.store.attributions import reserved_for
from portal.store.audit import note
from portal.store.consultations import Consultation
from portal.store.db import locked, transaction
from portal.store.fundings import end_bookings
from portal.store.ledger import post
from portal.store.letters import tell_client
from portal.store.slots import Slot


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Whose wish it was, and why."""

    by: CancelledBy
    reason: str


@dataclass(frozen=True, slots=True)
class Owner:
    """A client who cancels alone, and how long before the hour they must."""

    client_id: int
    notice: timedelta


def cancel_consultation(
    consultation_id: int,
    cancellation: Cancellation,
    *,
    actor: Actor,
    now: datetime,
    owner: Owner | None = None,
) -> None:
    """Cancel a scheduled consultation; its money becomes free on the balance (D3).

    Its slot is free again when the client wished it, and off the offer when we did.
    ``owner`` limits the act to that client's own, in good time. Raises TooLateToCancel,
    AlreadyMoved when it is open, over or cancelled already, NotFound.
    """
    with transaction() as session:
        consultation = _locked(session, consultation_id, owner, now)
        _require_edge(consultation, ConsultationStatus.CANCELLED, now)
        before = consultation.status
        consultation.status = advance(consultation.status, ConsultationStatus.CANCELLED)
        consultation.cancelled_by = cancellation.by
        _close(consultation, actor, now, cancellation.reason)
        freed = _settle(session, consultation, actor, now)
        if cancellation.by is CancelledBy.STAFF:
            _withdraw_slot(session, consultation, actor, now)
        kind, client_id = LetterKind.CONSULTATION_CANCELLED, consultation.client_id
        tell_client(session, kind, client_id, consultation.id, now=now, freed=freed.minor)
        note(
            session,
            actor,
            "consultation.cancel",
            consultation,
            now=now,
            was=before,
            by=cancellation.by,
            reason=cancellation.reason,
        )


def complete_consultation(
    consultation_id: int,
    outcome: ConsultationStatus,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """End a consultation that has begun, successfully or not; its fee leaves the balance (A4, D4).

    Raises NotStarted before its hour, AlreadyMoved when it is over or cancelled, NotFound.
    """
    with transaction() as session:
        consultation = _locked(session, consultation_id, None, now)
        if consultation.status_at(now) is ConsultationStatus.SCHEDULED:
            raise NotStarted(starts_at=consultation.starts_at)
        _open(session, consultation, now)
        _require_edge(consultation, outcome, now)
        before = consultation.status
        consultation.status = advance(consultation.status, outcome)
        _close(consultation, actor, now, reason)
        _settle(session, consultation, actor, now)
        note(
            session,
            actor,
            "consultation.complete",
            consultation,
            now=now,
            was=before,
            reason=reason,
        )


def open_due(*, now: datetime, limit: int = 200) -> int:
    """Open the consultations whose hour has come; return how many there were."""
    with transaction() as session:
        due = session.scalars(
            select(Consultation)
            .where(
                Consultation.status == ConsultationStatus.SCHEDULED,
                Consultation.starts_at <= now,
            )
            .order_by(Consultation.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for consultation in due:
            _open(session, consultation, now)
        return len(due)


def _locked(
    session: Session, consultation_id: int, owner: Owner | None, now: datetime
) -> Consultation:
    consultation = locked(session, Consultation, consultation_id)
    if owner is None:
        return consultation
    if consultation.client_id != owner.client_id:
        raise NotFound(what="Consultation", id=consultation_id)
    require_notice(consultation.starts_at, owner.notice, now)
    return consultation


def _require_edge(consultation: Consultation, wanted: ConsultationStatus, now: datetime) -> None:
    current = consultation.status_at(now)
    if wanted not in TRANSITIONS[current]:
        raise AlreadyMoved(status=current, at=consultation.closed_at, by=consultation.closed_by_id)


def _open(session: Session, consultation: Consultation, now: datetime) -> None:
    if consultation.status is not ConsultationStatus.SCHEDULED:
        return
    before = consultation.status
    consultation.status = advance(before, ConsultationStatus.OPEN)
    note(session, SYSTEM, "consultation.open", consultation, now=now, was=before)


def _close(consultation: Consultation, actor: Actor, now: datetime, reason: str) -> None:
    consultation.closed_at = now
    consultation.closed_by_id = actor.user_id
    consultation.closing_reason = reason


def _withdraw_slot(
    session: Session, consultation: Consultation, actor: Actor, now: datetime
) -> None:
    """Take its slot off the offer: what we have called off, nobody else shall take."""
    if consultation.slot_id is None:
        return
    slot = locked(session, Slot, consultation.slot_id)
    if slot.withdrawn_at is None:
        slot.withdrawn_at = now
        slot.withdrawn_by_id = actor.user_id
        note(session, actor, "slot.withdraw", slot, now=now, specialist=slot.specialist)


def _settle(session: Session, consultation: Consultation, actor: Actor, now: datetime) -> Money:
    """Move what is reserved for it, to revenue or back to free when cancelled; return the sum."""
    client_id = consultation.client_id
    end_bookings(session, consultation)
    held = reserved_for(session, consultation.id, client_id, consultation.currency)
    if not held:
        return held
    consultation.settlements += 1
    is_cancelled = consultation.status is ConsultationStatus.CANCELLED
    move = ledger.release if is_cancelled else ledger.settle
    post(
        session,
        [move(consultation.id, consultation.settlements, held, client_id)],
        actor=actor,
        now=now,
        consultation_id=consultation.id,
    )
    return held
