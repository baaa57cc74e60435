"""Binding a card by a small payment that goes back, and unbinding it (B1, B4)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.cards import ReturnState
from portal.domain.errors import AlreadyMoved, NotFound
from portal.domain.money import Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import Payer, PaymentOrder, ReceiptItem
from portal.store.audit import note
from portal.store.bank_states import require_taking
from portal.store.card_checks import find_check, request_return
from portal.store.cards import own_card
from portal.store.db import locked, transaction
from portal.store.payment_starts import CREATE_RETRY, begin_to_ask
from portal.store.payments import Payment, locked_payment
from portal.store.refunds import find_refund_by_intent
from portal.store.users import User

#: A link that dies sooner than this is not worth leading a payer to.
LINK_LEFT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class NewCheck:
    """At which account a card is checked, and by which sum."""

    account: str
    amount: Money


def bind_card(user_id: int, check: NewCheck, *, actor: Actor, now: datetime) -> int:
    """Start to check a card and return the payment's number; the bank is asked by a job.

    A check whose link is still good is continued, so that two presses are one payment. Raises
    AccountSuspended; then nothing has moved.
    """
    with transaction() as session:
        client = locked(session, User, user_id)
        require_taking(session, check.account)
        usable = _find_usable(session, client, check, now)
        if usable is not None:
            return usable.id
        payment = Payment(
            user_id=client.id,
            account=check.account,
            reference=f"k{client.id}-{secrets.token_hex(6)}",
            amount_minor=check.amount.minor,
            currency=check.amount.currency,
            method=PaymentMethod.CARD,
            save_card=True,
            next_read_at=now + CREATE_RETRY,
            created_by_id=actor.user_id,
            created_at=now,
            search_text="",
        )
        session.add(payment)
        session.flush()
        note(session, actor, "card.check", payment, now=now, client=client.id)
        return payment.id


def _find_usable(session: Session, client: User, check: NewCheck, now: datetime) -> Payment | None:
    found = session.scalars(
        select(Payment)
        .where(
            Payment.user_id == client.id,
            Payment.consultation_id.is_(None),
            Payment.account == check.account,
            Payment.amount_minor == check.amount.minor,
            Payment.status.in_((PaymentStatus.CREATED, PaymentStatus.PENDING)),
        )
        .order_by(Payment.id.desc())
    ).first()
    if found is None or found.link_expires_at is None:
        return found
    return found if found.link_expires_at - now > LINK_LEFT else None


def check_order_of(payment_id: int, *, return_url: str, item_name: str) -> PaymentOrder | None:
    """Describe a card check to the bank; None as for any payment that is not asked for now."""
    with transaction() as session:
        payment = locked(session, Payment, payment_id)
        if not begin_to_ask(session, payment):
            return None
        client = locked(session, User, payment.user_id)
        back = f"{return_url}/{payment.id}"
        return PaymentOrder(
            reference=payment.reference,
            amount=payment.amount,
            purpose=item_name,
            methods=(payment.method,),
            payer=Payer(client.name, client.email, client.phone),
            items=(ReceiptItem(item_name, payment.amount, Decimal(1)),),
            success_url=back,
            failure_url=f"{back}?declined=1",
            consumer_id=client.name_to_banks(),
            save_card=True,
        )


def return_again(payment_id: int, intent_key: str, *, actor: Actor, now: datetime) -> int:
    """Ask anew for the return of a check that the bank has definitely not returned.

    The same form sent twice is one refund. Raises AlreadyMoved while a return is open, unknown or
    done: nothing is sent blindly. Raises NotFound for any other payment.
    """
    try:
        with transaction() as session:
            return _returned_again(session, payment_id, intent_key, actor, now)
    except IntegrityError:
        # Another process won the race on the form's key or on the one open refund.
        with transaction() as session:
            return _returned_again(session, payment_id, intent_key, actor, now)


def _returned_again(
    session: Session, payment_id: int, intent_key: str, actor: Actor, now: datetime
) -> int:
    payment, _ = locked_payment(session, payment_id)
    check = find_check(session, payment_id)
    repeated = find_refund_by_intent(session, intent_key)
    if repeated is not None:
        if repeated.payment_id != payment_id:
            raise NotFound(what="Refund")
        return repeated.id
    if check.returning is not ReturnState.OWED or payment.remaining.minor <= 0:
        raise AlreadyMoved(status=check.returning)
    return request_return(session, payment, intent_key, actor=actor, now=now).id


def unbind_card(
    card_id: int, *, actor: Actor, owner_id: int, now: datetime, at_bank: bool = False
) -> None:
    """Forget a client's card: the bank's identifier is gone, and only four digits are left.

    It stays, unused, until a job has let the bank forget the card too, where ``at_bank`` says that
    there is a call for it; some have none (tochka.md §0.4). Raises NotFound for another's card and
    for one that is unbound already.
    """
    with transaction() as session:
        locked(session, User, owner_id)
        card = own_card(session, card_id, owner_id)
        card.charged_operation = None
        card.unbound_at = now
        if at_bank:
            card.unbind_at = now
        else:
            card.token_id = None
        note(session, actor, "card.unbind", card, now=now, client=owner_id)
