"""Cards that a bank keeps for a client, as far as the bank has told us (B1-B4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, and_, false, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.actors import SYSTEM
from portal.domain.errors import NotFound
from portal.domain.payments import PaymentStatus
from portal.domain.ports import KeptCard
from portal.store.audit import note
from portal.store.db import Base, partial_index
from portal.store.payments import IS_CHARGE, Payment


class BoundCard(Base):
    """A card by the bank's own identifier, which is all that we keep of it besides four digits.

    ``unbound_at`` says that the client wants us to forget it. Where the bank can forget it too,
    ``unbind_at`` says when it is asked to; a bank without such a call never is (tochka.md §0.4).
    """

    __tablename__ = "bound_cards"
    __table_args__ = (
        UniqueConstraint("account", "user_id", "token_id"),
        Index("ix_bound_cards_user", "user_id", "id"),
        partial_index("ix_bound_cards_unbind_at", "unbind_at", where="unbind_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    account: Mapped[str] = mapped_column(String(40))
    #: The bank's name of the card; emptied when the client unbinds it and no call needs it.
    token_id: Mapped[str | None] = mapped_column(String(64))
    brand: Mapped[str | None] = mapped_column(String(20))
    last4: Mapped[str | None] = mapped_column(String(4))
    #: The operation that charges it without the payer, when they have let us; as good as money,
    #: so it is emptied with the token.
    charged_operation: Mapped[str | None] = mapped_column(String(64))
    #: Whether its client was told, as they let us charge it, that staff may with their word; cards
    #: let before that was said were promised to wait for the client's own press (B3).
    allows_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    bound_at: Mapped[datetime]
    unbound_at: Mapped[datetime | None]
    unbind_at: Mapped[datetime | None]


def keep_card(session: Session, payment: Payment, card: KeptCard, now: datetime) -> None:
    """Bind the card that the bank names for this payment, once; one known already is no second.

    A payment that has named its card says nothing new, so that no later reading brings back what
    the client has unbound since.
    """
    if payment.bound_card_id is not None:
        return
    known = session.scalars(
        select(BoundCard).where(
            BoundCard.account == payment.account,
            BoundCard.user_id == payment.user_id,
            BoundCard.token_id == card.token_id,
        )
    ).first()
    bound = known or bind_card(
        session, payment.user_id, payment.account, card, now=now, payment=payment.id
    )
    payment.bound_card_id = bound.id
    if payment.binds_card and bound.unbound_at is None:
        bound.charged_operation = payment.operation_id
        bound.allows_staff = True


def bind_card(
    session: Session, user_id: int, account: str, card: KeptCard, *, now: datetime, **source: int
) -> BoundCard:
    """Write down a card that the bank keeps for a client; ``source`` tells the journal whence."""
    bound = BoundCard(
        user_id=user_id,
        account=account,
        token_id=card.token_id,
        brand=card.brand,
        last4=card.last4,
        bound_at=now,
    )
    session.add(bound)
    session.flush()
    note(session, SYSTEM, "card.bind", bound, now=now, **source, client=user_id)
    return bound


def cards_of(session: Session, user_id: int) -> Sequence[BoundCard]:
    """Load the cards that a client has bound and not unbound, newest first, a hundred at most."""
    return session.scalars(
        select(BoundCard)
        .where(BoundCard.user_id == user_id, BoundCard.unbound_at.is_(None))
        .order_by(BoundCard.id.desc())
        .limit(100)
    ).all()


def own_card(session: Session, card_id: int, user_id: int) -> BoundCard:
    """Load a client's own bound card; raise NotFound for another's and for an unbound one."""
    card = session.get(BoundCard, card_id)
    if card is None or card.user_id != user_id or card.unbound_at is not None:
        raise NotFound(what="BoundCard", id=card_id)
    return card


def last_charge_of(session: Session, consultation_id: int) -> Payment | None:
    """Find the last charge of a card that was begun for a consultation."""
    return session.scalars(
        select(Payment)
        .where(Payment.consultation_id == consultation_id, IS_CHARGE)
        .order_by(Payment.id.desc())
        .limit(1)
    ).first()


def find_open_charge(
    session: Session, card: BoundCard, consultation_id: int | None
) -> Payment | None:
    """Find a charge that has not ended: of the consultation, whichever card, else of the card.

    Nobody may send another beside it: it would pay twice, or its line would not be known. A charge
    by token is an operation of its own, so that it keeps no card busy.
    """
    of_card = and_(
        Payment.account == card.account, Payment.charged_operation == card.charged_operation
    )
    of_meeting = Payment.consultation_id == consultation_id
    return session.scalars(
        select(Payment)
        .where(
            IS_CHARGE,
            Payment.status.in_((PaymentStatus.CREATED, PaymentStatus.PENDING)),
            or_(of_meeting, of_card) if card.charged_operation else of_meeting,
        )
        .order_by(Payment.consultation_id != consultation_id, Payment.id)
        .limit(1)
    ).first()


def other_links(session: Session, payment_id: int) -> Sequence[int]:
    """Return the other payments of a charge's consultation that the bank may have taken since.

    One that counts as over here is among them while it is still looked at: it may have been paid in
    its last second.
    """
    consultation_id = session.get_one(Payment, payment_id).consultation_id
    is_over = Payment.status.in_((PaymentStatus.EXPIRED, PaymentStatus.FAILED))
    may_be_paid = and_(is_over, Payment.next_read_at.is_not(None))
    return session.scalars(
        select(Payment.id).where(
            Payment.consultation_id == consultation_id,
            Payment.id != payment_id,
            or_(Payment.status == PaymentStatus.PENDING, may_be_paid),
        )
    ).all()
