"""How an attempt to pay begins: its row, and the card that it charges (A1, B3)."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.charges import CardBusy
from portal.domain.errors import NotFound
from portal.domain.money import Money
from portal.domain.payments import SUSPENDED_MEANWHILE, PaymentStatus, advance
from portal.store.bank_states import is_taking, require_taking
from portal.store.cards import find_open_charge, own_card
from portal.store.consultations import Consultation
from portal.store.db import locked
from portal.store.payments import Payment
from portal.store.users import User

CREATE_RETRY = timedelta(seconds=15)


def payment_for(
    session: Session, consultation: Consultation, price: Money, account: str, now: datetime
) -> Payment:
    """Return the row of an attempt to pay a consultation at an account; the caller says how.

    Raises AccountSuspended; an account that takes payments does so until this one is committed.
    """
    require_taking(session, account)
    client = session.get_one(User, consultation.client_id)
    return Payment(
        consultation_id=consultation.id,
        user_id=client.id,
        account=account,
        reference=f"c{consultation.id}-{secrets.token_hex(6)}",
        amount_minor=price.minor,
        currency=price.currency,
        next_read_at=now + CREATE_RETRY,
        created_at=now,
        search_text=client.search_text,
    )


def let_charge(
    session: Session, payment: Payment, card_id: int, *, by_staff: bool = False
) -> Payment | None:
    """Let the payment charge a card; return the charge of its consultation that goes on already.

    One charge of a card goes on at a time, whoever asked, so that its line is known; and one of a
    consultation, whichever card it takes, so that nobody pays twice (I-13). Raises NotFound for a
    card that may not be charged, or not by staff, and CardBusy while another charge has not ended.
    """
    locked(session, User, payment.user_id)
    card = own_card(session, card_id, payment.user_id)
    may_be = card.token_id if payment.charges_token else card.charged_operation
    is_kept_from = by_staff and not card.allows_staff
    if may_be is None or is_kept_from or card.account != payment.account:
        raise NotFound(what="BoundCard", id=card_id)
    going_on = find_open_charge(session, card, payment.consultation_id)
    if going_on is not None and going_on.consultation_id != payment.consultation_id:
        raise CardBusy(card=card_id)
    if not payment.charges_token:
        payment.charged_operation = card.charged_operation
    payment.bound_card_id = card.id
    return going_on


def begin_to_ask(session: Session, payment: Payment) -> bool:
    """Count one more try to get a link, and tell whether the bank is asked for it.

    A payment whose account was suspended meanwhile ends here, unpaid; one with a link needs none.
    """
    if payment.status is not PaymentStatus.CREATED or payment.is_charge:
        return False
    if not is_taking(session, payment.account):
        payment.status = advance(payment.status, PaymentStatus.FAILED)
        payment.failure, payment.next_read_at = SUSPENDED_MEANWHILE, None
        return False
    payment.create_attempts += 1
    return True
