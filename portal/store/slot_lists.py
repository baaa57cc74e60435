"""What lists, booking and the sweep ask of slots and of those who have taken them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, or_, select, text
from sqlalchemy.orm import Session

from portal.domain.consultations import ConsultationStatus
from portal.domain.errors import NotFound
from portal.domain.payments import PaymentStatus
from portal.domain.slots import SlotStatus, Span, slot_status
from portal.store.consultations import UNPAID_IN_TIME, Consultation
from portal.store.lists import Matching, Page, PageRequest, Sort, fetch
from portal.store.payments import Payment
from portal.store.slots import Slot
from portal.store.users import User

OFFERED_AT_ONCE = 200
_IS_LIVE = and_(
    Consultation.slot_id == Slot.id, Consultation.status != ConsultationStatus.CANCELLED
)
_IS_PAID = or_(Slot.price_rub_minor.is_not(None), Slot.price_kzt_minor.is_not(None))


def holder_of(session: Session, slot_id: int) -> Consultation | None:
    """Find the consultation that has taken a slot."""
    return session.scalars(
        select(Consultation).where(
            Consultation.slot_id == slot_id, Consultation.status != ConsultationStatus.CANCELLED
        )
    ).one_or_none()


def busy_spans(session: Session, specialist: str, within: Span) -> list[Span]:
    """List what keeps a specialist busy: slots that stand, and consultations booked without one."""
    spans: list[Span] = []
    for table, is_standing in (
        (Slot, Slot.withdrawn_at.is_(None)),
        (Consultation, Consultation.status != ConsultationStatus.CANCELLED),
    ):
        rows = session.execute(
            select(table.starts_at, table.ends_at).where(
                table.specialist == specialist,
                table.starts_at < within.ends_at,
                table.ends_at > within.starts_at,
                is_standing,
            )
        )
        spans.extend(Span(row.starts_at, row.ends_at) for row in rows)
    return spans


def _is_free(now: datetime, hold: timedelta) -> ColumnElement[bool]:
    """Say in SQL what ``slot_status`` calls FREE."""
    return and_(
        Slot.withdrawn_at.is_(None),
        Slot.starts_at > case((_IS_PAID, now + hold), else_=now),
        ~exists().where(_IS_LIVE),
    )


def free_slots(
    session: Session,
    *,
    now: datetime,
    hold: timedelta,
    specialist: str = "",
    since: datetime | None = None,
) -> Sequence[Slot]:
    """List the free slots, soonest first, two hundred at most.

    Of one specialist when named, and only what begins at ``since`` or later.
    """
    query = select(Slot).where(_is_free(now, hold))
    if since is not None:
        query = query.where(Slot.starts_at >= since)
    if specialist:
        query = query.where(Slot.specialist == specialist)
    return session.scalars(query.order_by(Slot.starts_at, Slot.id).limit(OFFERED_AT_ONCE)).all()


def free_specialists(session: Session, *, now: datetime, hold: timedelta) -> Sequence[str]:
    """Name the specialists who have a free slot, in alphabetical order."""
    query = select(Slot.specialist).where(_is_free(now, hold)).distinct()
    return session.scalars(query.order_by(Slot.specialist).limit(OFFERED_AT_ONCE)).all()


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One line of the list of slots: where it stands, and who has taken it."""

    slot: Slot
    status: SlotStatus
    consultation_id: int | None
    client_name: str | None


def list_slots(
    session: Session, wanted: PageRequest, status: SlotStatus | None, *, now: datetime
) -> Page[SlotRow]:
    """Read one page of the slots, the latest first; ``status`` narrows it."""
    place = Sort("-date", Slot.starts_at, Slot.id, falls=True)
    keys = select(Slot.id).where(*_standing(status, now))
    rows = (
        select(Slot, Consultation.id, User.name)
        .outerjoin(Consultation, _IS_LIVE)
        .outerjoin(User, User.id == Consultation.client_id)
    )
    page = fetch(session, rows, Matching([keys], [keys], place.place), place, wanted)
    items = [_row(slot, number, name, now) for slot, number, name, *_ in page.items]
    return Page(items, page.next, page.previous, page.total)


def slot_card(
    session: Session, slot_id: int, *, now: datetime, hold: timedelta = timedelta()
) -> SlotRow:
    """Read one slot and where it stands for who would take it now; raise NotFound."""
    slot = session.get(Slot, slot_id)
    if slot is None:
        raise NotFound(what="Slot", id=slot_id)
    holder = holder_of(session, slot_id)
    status = slot_status(slot.facts(is_taken=holder is not None), hold, now)
    return SlotRow(slot, status, holder.id if holder else None, None)


def _row(slot: Slot, consultation_id: int | None, name: str | None, now: datetime) -> SlotRow:
    facts = slot.facts(is_taken=consultation_id is not None)
    return SlotRow(slot, slot_status(facts, timedelta(), now), consultation_id, name)


def _standing(status: SlotStatus | None, now: datetime) -> list[ColumnElement[bool]]:
    is_taken, is_withdrawn = exists().where(_IS_LIVE), Slot.withdrawn_at.is_not(None)
    words: dict[SlotStatus | None, list[ColumnElement[bool]]] = {
        SlotStatus.FREE: [~is_taken, ~is_withdrawn, Slot.starts_at > now],
        SlotStatus.TAKEN: [is_taken],
        SlotStatus.WITHDRAWN: [~is_taken, is_withdrawn],
        SlotStatus.PAST: [~is_taken, ~is_withdrawn, Slot.starts_at <= now],
    }
    return words.get(status, [])


def may_still_come() -> ColumnElement[bool]:
    """Say in SQL that money of a payment may still come: its link lives, or nobody looked since.

    A payment whose bank says something odd waits for staff; what was paid may be there.
    """
    return and_(
        Payment.status.in_((PaymentStatus.CREATED, PaymentStatus.PENDING)),
        or_(
            Payment.incident.is_not(None),
            Payment.link_expires_at.is_(None),
            Payment.read_at.is_(None),
            Payment.read_at < Payment.link_expires_at,
        ),
    )


def is_money_coming(session: Session, consultation_id: int) -> bool:
    """Tell whether some payment of the consultation may still bring money."""
    waiting = exists().where(Payment.consultation_id == consultation_id, may_still_come())
    return bool(session.scalar(select(waiting)))


def due_to_release(session: Session, *, now: datetime, limit: int) -> list[int]:
    """List the consultations that were to be paid by now, are not, and nothing is coming for."""
    waiting = exists().where(Payment.consultation_id == Consultation.id, may_still_come())
    rows = session.scalars(
        select(Consultation.id)
        .where(text(UNPAID_IN_TIME), Consultation.pay_until <= now, ~waiting)
        .order_by(Consultation.pay_until, Consultation.id)
        .limit(limit)
    )
    return list(rows)
