"""A consultation comes into being: scheduled, priced, with a checkout page of its own (G1)."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.actors import SYSTEM, Actor
from portal.domain.consultations import ConsultationStatus, advance
from portal.domain.errors import NotPayable
from portal.domain.letters import LetterKind
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.purchases import (
    CardWish,
    ChargeWithoutConsent,
    GiftWithoutReason,
    NotAClient,
    PurchaseWay,
)
from portal.domain.search import meeting_text
from portal.domain.slots import require_free
from portal.store.audit import note
from portal.store.consultations import Consultation
from portal.store.db import locked, transaction
from portal.store.fundings import spend_free_money
from portal.store.letters import by_staff, tell_client
from portal.store.payment_starts import let_charge, payment_for
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

    Nothing for ``hold`` waits until somebody cancels. ``reason`` is why staff do it for a client,
    ``card`` what they charge with that client's consent.
    """

    slot_id: int
    client_id: int
    currency: Currency
    hold: timedelta
    reason: str = ""
    card: CardWish | None = None


@dataclass(frozen=True, slots=True)
class Bought:
    """The consultation of a purchase; not new when the client had it, and nothing was done.

    ``charge_id`` is the payment that charges the client's card: its job is to be rung for.
    """

    consultation_id: int
    is_new: bool
    charge_id: int | None = None


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
        slot, own = _locked_slot(session, taking, now)
        if own is not None:
            return own.id
        consultation = _booked(session, _booking(slot, taking), taking.reason, actor, now)
        consultation.slot_id = slot.id
        consultation.pay_until = now + taking.hold if slot.is_paid and taking.hold else None
        return consultation.id


def buy_slot(taking: Taking, way: PurchaseWay, *, actor: Actor, now: datetime) -> Bought:
    """Book a free slot for a client, and pay it or waive its price at once, all or nothing (A10).

    A link moves nothing yet, and a card is charged by a job. A gift costs nothing and keeps in the
    journal what was waived, and why. A second press, also for another way, finds what was bought.
    Raises SlotGone, BalanceTooLow, CardBusy, ChargeWithoutConsent, NotAClient, GiftWithoutReason,
    NotFound, also for a card that may not be charged; AccountSuspended where that card is charged;
    NotPayable when there is nothing to pay.
    """
    with transaction() as session:
        slot, own = _locked_slot(session, taking, now)
        if own is not None:
            return Bought(own.id, is_new=False)
        price, is_gift = slot.price(taking.currency), way is PurchaseWay.GIFT
        _require_way(way, taking, price)
        booking = replace(_booking(slot, taking), price=price - price if is_gift else price)
        said = "" if is_gift else taking.reason
        consultation = _booked(session, booking, said, actor, now)
        consultation.slot_id = slot.id
        _require_client(session, taking.client_id)
        if is_gift:
            _note_gift(session, consultation, taking, actor, now)
        if way is PurchaseWay.BALANCE:
            spend_free_money(session, consultation, actor=actor, now=now)
        is_charged = way is PurchaseWay.CARD
        charge = _charged(session, consultation, taking, actor, now) if is_charged else None
        if not consultation.price:
            _tell_booked(session, consultation, actor, now)
        return Bought(consultation.id, is_new=True, charge_id=charge)


def _note_gift(
    session: Session, consultation: Consultation, taking: Taking, actor: Actor, now: datetime
) -> None:
    """Keep what we have waived by this slot, and why."""
    slot = session.get_one(Slot, taking.slot_id)
    price = slot.price(taking.currency)
    note(
        session,
        actor,
        "consultation.gift",
        consultation,
        now=now,
        amount=price.minor,
        currency=price.currency,
        reason=taking.reason,
    )


def _charged(
    session: Session, consultation: Consultation, taking: Taking, actor: Actor, now: datetime
) -> int:
    """Begin the charge of the client's card, and keep who says that the client has agreed."""
    wish = _agreed(taking)
    payment = payment_for(session, consultation, consultation.price, wish.account, now)
    payment.method = PaymentMethod.CARD
    payment.created_by_id, payment.is_returned_by_hand = actor.user_id, wish.by_hand
    payment.charges_token = wish.by_token
    let_charge(session, payment, wish.card_id, by_staff=True)
    session.add(payment)
    session.flush()
    note(
        session,
        actor,
        "payment.agreed",
        payment,
        now=now,
        amount=payment.amount_minor,
        currency=payment.currency,
        client=payment.user_id,
        binding=wish.card_id,
        reason=taking.reason,
    )
    return payment.id


def _agreed(taking: Taking) -> CardWish:
    """Return the card of the wish; raise ChargeWithoutConsent unless its client has agreed."""
    if taking.card is None or not taking.card.is_agreed or not taking.reason:
        raise ChargeWithoutConsent(slot=taking.slot_id)
    return taking.card


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
            was=before,
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


def _locked_slot(
    session: Session, taking: Taking, now: datetime
) -> tuple[Slot, Consultation | None]:
    """Lock a slot that is free for the client, or give what they have taken it for already."""
    slot = locked(session, Slot, taking.slot_id)
    holder = holder_of(session, slot.id)
    if holder is not None and holder.client_id == taking.client_id:
        return slot, holder
    require_free(slot.facts(is_taken=holder is not None), taking.hold, now)
    return slot, None


def _require_way(way: PurchaseWay, taking: Taking, price: Money) -> None:
    if way is not PurchaseWay.LINK and not price:
        raise NotPayable(slot=taking.slot_id)
    if way is PurchaseWay.GIFT and not taking.reason:
        raise GiftWithoutReason(slot=taking.slot_id)
    if way is PurchaseWay.CARD:
        _agreed(taking)


def _require_client(session: Session, client_id: int) -> None:
    if not session.get_one(User, client_id).is_active_client:
        raise NotAClient(client=client_id)


def _tell_booked(session: Session, consultation: Consultation, actor: Actor, now: datetime) -> None:
    """Write to the client of what nobody asks them to pay."""
    client_id, by = consultation.client_id, by_staff(actor, consultation.client_id)
    tell_client(session, LetterKind.BOOKED, client_id, consultation.id, now=now, **by)


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
