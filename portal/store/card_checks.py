"""The sum of a card check: booked aside, and on its way back in the same transaction (B4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from portal.domain import ledger
from portal.domain.actors import SYSTEM, Actor
from portal.domain.cards import BindingState, CheckFacts, ReturnState, binding_state, return_state
from portal.domain.errors import NotFound
from portal.domain.refunds import RefundReason, RefundStatus
from portal.store.ledger import post
from portal.store.payments import Payment
from portal.store.refunds import Refund, open_refund


@dataclass(frozen=True, slots=True)
class CardCheck:
    """One check as people look at it: its payment, and the last refund of its sum."""

    payment: Payment
    refund: Refund | None

    @property
    def _facts(self) -> CheckFacts:
        refund = self.refund.status if self.refund else None
        return CheckFacts(self.payment.status, self.payment.bound_card_id is not None, refund)

    @property
    def binding(self) -> BindingState:
        """How far the binding is."""
        return binding_state(self._facts)

    @property
    def returning(self) -> ReturnState:
        """Where the sum is."""
        return return_state(self._facts)


def book_check(session: Session, payment: Payment, now: datetime) -> None:
    """Book what a card check took, to an account of its own, and ask for its return at once.

    Its key is made from the payment: whoever hears of the success, there is one such refund.
    """
    taken = ledger.check_taken(payment.id, payment.amount, payment.account, payment.user_id)
    post(session, [taken], actor=SYSTEM, now=now, payment_id=payment.id)
    key = str(uuid5(NAMESPACE_OID, f"card_check:{payment.id}:return"))
    request_return(session, payment, key, actor=SYSTEM, now=now)


def request_return(
    session: Session, payment: Payment, intent_key: str, *, actor: Actor, now: datetime
) -> Refund:
    """Write down that what is left of a check goes back; the job of every refund sends it.

    Nothing is held: the sum lies on the account of the check until the bank says that it is back.
    """
    refund = Refund(
        payment_id=payment.id,
        intent_key=intent_key,
        amount_minor=payment.remaining.minor,
        currency=payment.currency,
        reason=RefundReason.CARD_CHECK,
        status=RefundStatus.REQUESTED,
        source=ledger.card_check(payment.user_id).text,
        requested_by_id=actor.user_id,
        requested_at=now,
        next_step_at=now,
    )
    open_refund(session, refund, payment, actor=actor, now=now)
    return refund


def find_check(session: Session, payment_id: int) -> CardCheck:
    """Load a card check by the number of its payment; raise NotFound for any other payment."""
    found = session.execute(_CHECKS.where(Payment.id == payment_id)).one_or_none()
    if found is None:
        raise NotFound(what="CardCheck", id=payment_id)
    return CardCheck(*found)


def checks_of(session: Session, user_id: int) -> Sequence[CardCheck]:
    """Load a client's last ten card checks, newest first."""
    query = _CHECKS.where(Payment.user_id == user_id).order_by(Payment.id.desc()).limit(10)
    return [CardCheck(*found) for found in session.execute(query)]


def checks_in_trouble() -> list[ColumnElement[bool]]:
    """Say in SQL whose sum lies with us against its purpose, or nobody knows where it is."""
    back = Payment.refunded_minor + Payment.external_minor
    last = aliased(Refund)
    last_is_unknown = select(last.id).where(
        last.id == Payment.last_refund_id, last.status == RefundStatus.UNKNOWN
    )
    is_left = and_(Payment.under_way_minor == 0, Payment.captured_minor > back)
    waits = or_(is_left, Payment.incident.is_not(None), last_is_unknown.exists())
    return [Payment.consultation_id.is_(None), waits]


def list_checks_in_trouble(session: Session) -> Sequence[CardCheck]:
    """Load the checks that wait for a person, oldest first, a hundred at most."""
    query = _CHECKS.where(*checks_in_trouble()).order_by(Payment.id).limit(100)
    return [CardCheck(*found) for found in session.execute(query)]


_CHECKS = (
    select(Payment, Refund)
    .outerjoin(Refund, Refund.id == Payment.last_refund_id)
    .where(Payment.consultation_id.is_(None))
    .options(joinedload(Payment.user))
)
