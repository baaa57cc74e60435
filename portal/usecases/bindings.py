"""Binding a card on the bank's own page, and letting the bank forget it (A2, B1-B4)."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.actors import SYSTEM, Actor
from portal.domain.bindings import (
    BindingStatus,
    Sight,
    binding_status,
    heard,
    next_look,
    was_kept_before,
)
from portal.domain.card_ports import BindingOrder, BindingPage
from portal.domain.payments import SUSPENDED_MEANWHILE
from portal.domain.ports import BindingOutcome, KeptCard
from portal.store.audit import note
from portal.store.bank_states import is_taking, require_taking
from portal.store.bindings import Binding, find_usable_binding, fresh_cards, twins_of
from portal.store.cards import BoundCard, bind_card
from portal.store.db import locked, transaction
from portal.store.users import User

ASK_AGAIN = timedelta(seconds=15)
#: How long the page is asked for while the bank is silent; the client has left by then.
PATIENCE = timedelta(minutes=30)


def start_binding(user_id: int, account: str, *, actor: Actor, now: datetime) -> int:
    """Start to bind a card where the bank does it, and return the number; a job asks for the page.

    A binding whose page is still good is continued, so that two presses are one. Raises
    AccountSuspended; then nothing has begun.
    """
    with transaction() as session:
        client = locked(session, User, user_id)
        require_taking(session, account)
        usable = find_usable_binding(session, client.id, account, now)
        if usable is not None:
            return usable.id
        binding = Binding(
            user_id=client.id,
            account=account,
            reference=f"b{client.id}-{secrets.token_hex(6)}",
            status=BindingStatus.ASKED,
            next_look_at=now + ASK_AGAIN,
            created_at=now,
        )
        session.add(binding)
        session.flush()
        note(session, actor, "card.page", binding, now=now, client=client.id)
        return binding.id


def page_order_of(binding_id: int, *, return_url: str, now: datetime) -> BindingOrder | None:
    """Describe a binding to the bank, or return None when it has its page or is over.

    One whose account was suspended meanwhile ends here: the bank is not asked.
    """
    with transaction() as session:
        client, binding = _locked(session, binding_id)
        if binding.status is not BindingStatus.ASKED:
            return None
        if not is_taking(session, binding.account):
            binding.status, binding.failure = BindingStatus.FAILED, SUSPENDED_MEANWHILE
            _plan(binding, now)
            return None
        back = f"{return_url}/{binding.id}"
        return BindingOrder(binding.reference, client.name_to_banks(), back)


def record_page(
    binding_id: int, page: BindingPage, kept: Sequence[KeptCard], *, now: datetime
) -> None:
    """Keep the bank's page, and which cards it kept before; a second page is not used."""
    with transaction() as session:
        _, binding = _locked(session, binding_id)
        if binding.status is not BindingStatus.ASKED:
            return
        binding.status = BindingStatus.PAGE
        binding.operation_id, binding.page_url = page.operation_id, page.url
        binding.opened_at, binding.failure = page.opened_at, None
        binding.known_tokens = [card.token_id for card in kept]
        _plan(binding, now)


def record_no_page(binding_id: int, text: str, *, now: datetime, is_final: bool) -> None:
    """Keep why there is no page: for good when the bank refused, else it is asked again."""
    with transaction() as session:
        _, binding = _locked(session, binding_id)
        if binding.status is not BindingStatus.ASKED:
            return
        binding.failure = text[:600]
        binding.next_look_at = now + ASK_AGAIN
        if is_final or now - binding.created_at > PATIENCE:
            binding.status = BindingStatus.FAILED
            _plan(binding, now)


def hear_outcome(binding_id: int, outcome: BindingOutcome, *, now: datetime) -> None:
    """Keep what the bank's message says of a binding; the list of cards decides after it."""
    with transaction() as session:
        _, binding = _locked(session, binding_id)
        binding.outcome = heard(binding.outcome, outcome)
        if binding.status is BindingStatus.BOUND:
            _move(session, binding, [], None, now)


def apply_cards(binding_id: int, cards: Sequence[KeptCard], *, now: datetime) -> None:
    """Move a binding to what the bank keeps now: the client's new card comes into their list."""
    with transaction() as session:
        _, binding = _locked(session, binding_id)
        if binding.status is BindingStatus.ASKED or binding.known_tokens is None:
            return
        fresh, known = fresh_cards(session, binding, cards)
        is_new = bool(fresh) or known is not None
        is_told = is_new or binding.outcome is BindingOutcome.BOUND
        if is_told and binding.seen_at is None:
            binding.seen_at = now
        told_for = now - (binding.seen_at or now)
        if not is_new and was_kept_before(binding.outcome, told_for):
            binding.status = BindingStatus.ALREADY
        _move(session, binding, fresh, known, now)
        if is_new and binding.status is BindingStatus.BOUND:
            _replace(session, binding, cards, now)


def _replace(session: Session, binding: Binding, cards: Sequence[KeptCard], now: datetime) -> None:
    """Keep one of a card that is bound anew: its new token, which is good the longest."""
    new = session.get(BoundCard, binding.bound_card_id)
    for twin in twins_of(session, new, cards) if new else ():
        old = locked(session, BoundCard, twin.id)
        old.unbound_at = old.unbind_at = now
        facts = {"binding": binding.id, "client": binding.user_id}
        note(session, SYSTEM, "card.replace", old, now=now, **facts)


def postpone_look(binding_id: int, *, now: datetime) -> None:
    """The bank did not tell its cards: look again later."""
    with transaction() as session:
        _, binding = _locked(session, binding_id)
        if binding.status is not BindingStatus.ASKED:
            _move(session, binding, [], None, now)


def _locked(session: Session, binding_id: int) -> tuple[User, Binding]:
    """Lock a binding after its client, as every other row of a client is."""
    user_id = session.get_one(Binding, binding_id).user_id
    return locked(session, User, user_id), locked(session, Binding, binding_id)


def _move(
    session: Session,
    binding: Binding,
    fresh: Sequence[KeptCard],
    known: BoundCard | None,
    now: datetime,
) -> None:
    is_kept = bool(fresh) or known is not None
    seen_for = now - binding.seen_at if is_kept and binding.seen_at else None
    age = now - (binding.opened_at or binding.created_at)
    sight = Sight(binding.status, binding.outcome, age, seen_for)
    before, binding.status = binding.status, binding_status(sight)
    if binding.status is not before and is_kept:
        client, account, source = binding.user_id, binding.account, {"binding": binding.id}
        bound = [bind_card(session, client, account, card, now=now, **source) for card in fresh]
        binding.bound_card_id = bound[-1].id if bound else known.id if known else None
        for each in bound or filter(None, [known]):
            each.allows_staff = True
    if binding.status is BindingStatus.RUSSIAN and before is not BindingStatus.RUSSIAN:
        _let_go(session, binding, now)
    _plan(binding, now)


def _let_go(session: Session, binding: Binding, now: datetime) -> None:
    """Keep no Russian card that the bank has kept: this account never charges it (A5)."""
    if binding.bound_card_id is None:
        return
    card = locked(session, BoundCard, binding.bound_card_id)
    if card.unbound_at is None:
        card.unbound_at = card.unbind_at = now
        facts = {"binding": binding.id, "client": binding.user_id}
        note(session, SYSTEM, "card.russian", card, now=now, **facts)


def _plan(binding: Binding, now: datetime) -> None:
    """Say when to look again; at the end forget which cards the bank kept before."""
    is_seen = binding.seen_at is not None
    pause = next_look(binding.status, now - binding.created_at, is_seen=is_seen)
    binding.next_look_at = None if pause is None else now + pause
    if pause is None:
        binding.known_tokens = None
        binding.finished_at = binding.finished_at or now


def record_forgotten(card_id: int, *, now: datetime) -> None:
    """The bank has forgotten an unbound card: so do we, but for its four digits."""
    with transaction() as session:
        card = locked(session, BoundCard, card_id)
        if card.unbind_at is None:
            return
        card.token_id = card.unbind_at = None
        note(session, SYSTEM, "card.forget", card, now=now, client=card.user_id)


def postpone_forgetting(card_id: int, *, now: datetime) -> None:
    """The bank could not be asked to forget a card: ask again in an hour."""
    with transaction() as session:
        card = locked(session, BoundCard, card_id)
        if card.unbind_at is not None:
            card.unbind_at = now + timedelta(hours=1)
