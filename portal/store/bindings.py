"""Bindings on a bank's own page, and the cards that come of them (A2, B1-B4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.bindings import PAGE_LASTS, BindingStatus
from portal.domain.errors import NotFound
from portal.domain.ports import BindingOutcome, KeptCard
from portal.store.cards import BoundCard
from portal.store.db import Base, open_enum_type


class Binding(Base):
    """One wish to bind a card where the bank does it by itself: no payment, no sum, no transfer."""

    __tablename__ = "bindings"
    __table_args__ = (
        UniqueConstraint("account", "reference"),
        Index("ix_bindings_user", "user_id", "id"),
        Index("ix_bindings_operation", "account", "operation_id"),
        Index("ix_bindings_next_look_at", "next_look_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    account: Mapped[str] = mapped_column(String(40))
    #: Ours, sent to the bank as its order number; committed before the call.
    reference: Mapped[str] = mapped_column(String(45))
    operation_id: Mapped[str | None] = mapped_column(String(64))
    page_url: Mapped[str | None] = mapped_column(String(2083))
    opened_at: Mapped[datetime | None]
    status: Mapped[BindingStatus] = mapped_column(open_enum_type(BindingStatus))
    #: What the bank's message said, which is only a hint.
    outcome: Mapped[BindingOutcome | None] = mapped_column(open_enum_type(BindingOutcome))
    #: The cards that the bank kept before its page opened; as good as money, so it is emptied.
    known_tokens: Mapped[list[str] | None] = mapped_column(JSON)
    #: When a card was first seen that the bank did not keep before, or is said to be bound.
    seen_at: Mapped[datetime | None]
    bound_card_id: Mapped[int | None] = mapped_column(ForeignKey("bound_cards.id"))
    failure: Mapped[str | None] = mapped_column(String(600))
    next_look_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


def find_usable_binding(
    session: Session, user_id: int, account: str, now: datetime
) -> Binding | None:
    """Find a binding of the client whose page is still good, or is asked for."""
    found = session.scalars(
        select(Binding)
        .where(
            Binding.user_id == user_id,
            Binding.account == account,
            Binding.status.in_((BindingStatus.ASKED, BindingStatus.PAGE)),
        )
        .order_by(Binding.id.desc())
        .limit(1)
    ).first()
    if found is None or found.opened_at is None or found.seen_at is not None:
        return found
    return found if now - found.opened_at < PAGE_LASTS / 2 else None


def find_binding_of(
    session: Session, account: str, operation_id: str | None, reference: str | None
) -> int | None:
    """Find which binding a bank speaks of: our reference counts, and a wrong one is nobody's."""
    query = select(Binding.id).where(Binding.account == account)
    if reference:
        return session.scalar(query.where(Binding.reference == reference))
    return session.scalar(query.where(Binding.operation_id == operation_id).limit(1))


def own_binding(session: Session, number: int, user_id: int) -> Binding:
    """Load a client's own binding; raise NotFound for another's."""
    binding = session.get(Binding, number)
    if binding is None or binding.user_id != user_id:
        raise NotFound(what="Binding", id=number)
    return binding


def last_binding(session: Session, user_id: int) -> Binding | None:
    """Find the binding that a client has begun last."""
    query = select(Binding).where(Binding.user_id == user_id).order_by(Binding.id.desc())
    return session.scalars(query.limit(1)).first()


def fresh_cards(
    session: Session, binding: Binding, cards: Sequence[KeptCard]
) -> tuple[Sequence[KeptCard], BoundCard | None]:
    """Part what the bank keeps since this page opened: cards new to us, and the newest known one.

    Another binding of the same client may have seen the card of this one first.
    """
    before = set(binding.known_tokens or ())
    fresh = {card.token_id: card for card in cards if card.token_id not in before}
    known = session.scalars(
        select(BoundCard)
        .where(
            BoundCard.account == binding.account,
            BoundCard.user_id == binding.user_id,
            BoundCard.token_id.in_(list(fresh)),
        )
        .order_by(BoundCard.id)
    ).all()
    for card in known:
        fresh.pop(card.token_id or "", None)
    return list(fresh.values()), known[-1] if known else None


def twins_of(session: Session, card: BoundCard, kept: Sequence[KeptCard]) -> Sequence[BoundCard]:
    """Return the client's other cards of this number, as the bank tells it by a fingerprint."""
    prints = {each.token_id: each.fingerprint for each in kept if each.fingerprint}
    own = prints.pop(card.token_id or "", None)
    tokens = [token for token, told in prints.items() if told == own]
    query = select(BoundCard).where(
        BoundCard.account == card.account,
        BoundCard.user_id == card.user_id,
        BoundCard.token_id.in_(tokens),
        BoundCard.unbound_at.is_(None),
    )
    return session.scalars(query.order_by(BoundCard.id)).all()
