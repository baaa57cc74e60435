"""Staff put a specialist's time on offer and take it back (G1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.domain.actors import Actor
from portal.domain.money import Currency
from portal.domain.slots import SlotOffer, require_free, require_offerable
from portal.store.audit import note
from portal.store.db import in_turn, locked, transaction
from portal.store.slot_lists import busy_spans, holder_of
from portal.store.slots import Slot

#: Offers go one by one, so that two of them cannot overlap; any number that nothing else uses.
OFFERING = 7_001


def offer_slots(offers: Sequence[SlotOffer], *, actor: Actor, now: datetime) -> list[int]:
    """Put slots on offer, all or none, and return their numbers; prices include VAT.

    Raises SlotRefused, which names the first slot that breaks a rule.
    """
    with transaction() as session:
        in_turn(session, OFFERING)
        numbers = []
        for offer in offers:
            require_offerable(offer, busy_spans(session, offer.specialist, offer.span), now)
            slot = _slot(offer, actor, now)
            session.add(slot)
            session.flush()
            note(
                session,
                actor,
                "slot.offer",
                slot,
                now=now,
                specialist=slot.specialist,
                starts_at=slot.starts_at.isoformat(),
                amount=slot.price_rub_minor,
                tenge=slot.price_kzt_minor,
            )
            numbers.append(slot.id)
        return numbers


def _slot(offer: SlotOffer, actor: Actor, now: datetime) -> Slot:
    prices = {currency: price.minor for currency, price in offer.prices.items()}
    return Slot(
        specialist=offer.specialist,
        starts_at=offer.span.starts_at,
        ends_at=offer.span.ends_at,
        price_rub_minor=prices.get(Currency.RUB),
        price_kzt_minor=prices.get(Currency.KZT),
        created_by_id=actor.user_id,
        created_at=now,
    )


def withdraw_slot(slot_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a free slot off the offer; raise SlotGone when it is not free, NotFound."""
    with transaction() as session:
        slot = locked(session, Slot, slot_id)
        is_taken = holder_of(session, slot.id) is not None
        require_free(slot.facts(is_taken=is_taken), timedelta(), now)
        slot.withdrawn_at = now
        slot.withdrawn_by_id = actor.user_id
        note(session, actor, "slot.withdraw", slot, now=now, specialist=slot.specialist)
