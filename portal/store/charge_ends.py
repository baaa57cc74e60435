"""How a charge of a card ends without money: its row, and the letter to its client (B3, E1)."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.letters import LetterKind
from portal.domain.payments import PaymentStatus, advance
from portal.store.consultations import Consultation
from portal.store.letters import tell_client
from portal.store.payments import Payment


def charged_by(payment: Payment) -> dict[str, int]:
    """Name the staff who charged the client's card, as a fact of a letter."""
    starter = payment.created_by_id
    is_staffs = payment.is_charge and starter not in (None, payment.user_id)
    return {"by": starter} if is_staffs and starter else {}


def end_charge(
    session: Session,
    payment: Payment,
    consultation: Consultation | None,
    text: str,
    *,
    now: datetime,
) -> None:
    """Let a charge end that has taken nothing, and write its client how to pay otherwise.

    Nobody is asked to pay what has been paid or called off meanwhile.
    """
    payment.status = advance(payment.status, PaymentStatus.FAILED)
    payment.failure = text[:600]
    if consultation is None or consultation.is_paid or not consultation.is_payable_at(now):
        return
    kind, by = LetterKind.CHARGE_FAILED, charged_by(payment)
    tell_client(session, kind, payment.user_id, payment.id, now=now, **by)
