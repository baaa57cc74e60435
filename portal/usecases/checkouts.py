"""Starting to pay: from the wish to the bank's link (A1, F3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.errors import NotFound, NotPayable
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus, advance
from portal.domain.ports import Payer, PaymentLink, PaymentOrder, ReceiptItem
from portal.domain.reconciliations import next_payment_read
from portal.store.audit import note
from portal.store.consultations import Consultation, require_payable
from portal.store.db import locked, transaction
from portal.store.payment_starts import (
    CREATE_RETRY,
    begin_to_ask,
    let_charge,
    payment_for,
)
from portal.store.payments import Payment
from portal.store.slots import Slot
from portal.store.users import User

#: How long a link is asked for while the bank is silent; the payer has left by then.
CREATE_PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a payment is started with: at which account, and how.

    ``save_card`` asks the bank to offer the payer that it keeps the card; it is heard only from the
    client themselves, signed in, who pays by card (B2). So is ``binds_card``, which asks the bank
    to let us charge it later. ``card_id`` is the client's own bound card that is charged now,
    without a link: whoever calls has the client's consent. ``by_hand`` says that the bank returns
    what such cards have paid only in its cabinet, ``by_token`` that the card is charged by an
    operation of its own. ``currency`` is the one of the price that the payer was shown, the
    consultation's own when nobody says.
    """

    account: str
    method: PaymentMethod
    currency: Currency | None = None
    save_card: bool = False
    binds_card: bool = False
    card_id: int | None = None
    by_hand: bool = False
    by_token: bool = False


def create_payment(pay_token: str, checkout: Checkout, *, actor: Actor, now: datetime) -> int:
    """Start to pay a consultation and return the payment's number; the bank is asked by a job.

    A payment by the same method that is still good is continued instead of making a second link.
    Raises NotFound, also for a card that may not be charged, AlreadyPaid, NotPayable,
    AccountSuspended, and CardBusy while another charge of the card has not ended; then nothing has
    moved.
    """
    with transaction() as session:
        found = session.scalars(
            select(Consultation.id).where(Consultation.pay_token == pay_token)
        ).first()
        if found is None:
            raise NotFound(what="Consultation")
        consultation = locked(session, Consultation, found)
        require_payable(consultation, now)
        price = _price(session, consultation, checkout)
        payment = payment_for(session, consultation, price, checkout.account, now)
        payment.method = checkout.method
        payment.created_by_id = actor.user_id
        payment.save_card = checkout.save_card and payment.is_by_own_card
        payment.binds_card = checkout.binds_card and payment.is_by_own_card
        if checkout.card_id is not None:
            payment.charges_token = checkout.by_token
            going_on = let_charge(session, payment, checkout.card_id)
            if going_on is not None:
                return going_on.id
        payment.is_returned_by_hand = checkout.by_hand and (payment.binds_card or payment.is_charge)
        usable = _find_usable(session, payment, now)
        if usable is not None:
            return usable.id
        session.add(payment)
        session.flush()
        _note_start(session, payment, actor, now)
        return payment.id


def _note_start(session: Session, payment: Payment, actor: Actor, now: datetime) -> None:
    """Keep who began to pay; of a charge this is the consent of the card's owner."""
    if payment.is_charge:
        note(session, actor, "payment.consent", payment, now=now, amount=payment.amount_minor)
    else:
        note(session, actor, "payment.create", payment, now=now, method=payment.method)


def _find_usable(session: Session, wanted: Payment, now: datetime) -> Payment | None:
    """Find a payment that asks the bank for the same; a link with a client's cards is theirs."""
    found = session.scalars(
        select(Payment)
        .where(
            Payment.consultation_id == wanted.consultation_id,
            Payment.account == wanted.account,
            Payment.method == wanted.method,
            Payment.amount_minor == wanted.amount_minor,
            Payment.save_card == wanted.save_card,
            Payment.binds_card == wanted.binds_card,
            Payment.charged_operation == wanted.charged_operation,
            Payment.charges_token == bool(wanted.charges_token),
            Payment.status.in_((PaymentStatus.CREATED, PaymentStatus.PENDING)),
        )
        .order_by(Payment.id.desc())
    )
    alike = (each for each in found if each.is_by_own_card == wanted.is_by_own_card)
    pending = next(alike, None)
    if pending is None or pending.link_expires_at is None:
        return pending
    return pending if pending.link_expires_at - now > timedelta(minutes=2) else None


def _price(session: Session, consultation: Consultation, checkout: Checkout) -> Money:
    """Return the price that was shown; raise NotPayable where it has none in that currency."""
    slot = session.get(Slot, consultation.slot_id) if consultation.slot_id else None
    wanted = checkout.currency or consultation.currency
    price = consultation.price_in(wanted, slot)
    if price is None:
        raise NotPayable(consultation=consultation.id)
    return price


def order_of(
    payment_id: int, *, success_url: str, failure_url: str, item_name: str
) -> PaymentOrder | None:
    """Describe a payment to the bank; None when it has its link, is over or must not begin now."""
    with transaction() as session:
        payment = locked(session, Payment, payment_id)
        if not begin_to_ask(session, payment):
            return None
        consultation = session.get_one(Consultation, payment.consultation_id)
        client = session.get_one(User, payment.user_id)
        token = consultation.pay_token
        return PaymentOrder(
            reference=payment.reference,
            amount=payment.amount,
            purpose=f"{item_name}. Консультация № {consultation.id}",
            methods=(payment.method,),
            payer=Payer(client.name, client.email, client.phone),
            items=(ReceiptItem(item_name, payment.amount, Decimal(1)),),
            success_url=success_url.format(token=token),
            failure_url=failure_url.format(token=token),
            consumer_id=_name_to_banks(session, payment),
            save_card=payment.save_card,
            chargeable=payment.binds_card,
        )


def _name_to_banks(session: Session, payment: Payment) -> str | None:
    """Name the payer to the bank only when it is the client: whoever has the link pays too."""
    if not payment.is_by_own_card:
        return None
    return locked(session, User, payment.user_id).name_to_banks()


def record_link(payment_id: int, link: PaymentLink, *, now: datetime) -> None:
    """Keep the link and the operation id that the bank answered (F3)."""
    with transaction() as session:
        payment = locked(session, Payment, payment_id)
        payment.status = advance(payment.status, PaymentStatus.PENDING)
        payment.operation_id = link.operation_id
        payment.link_url = link.url
        payment.link_expires_at = link.expires_at
        payment.next_read_at = now + next_payment_read(timedelta())


def record_no_link(payment_id: int, text: str, *, now: datetime, is_final: bool) -> None:
    """Keep why there is no link: for good when the bank refused, else it is asked again."""
    with transaction() as session:
        payment = locked(session, Payment, payment_id)
        if payment.status is not PaymentStatus.CREATED:
            return
        payment.failure = text[:600]
        given_up = is_final or now - payment.created_at > CREATE_PATIENCE
        if given_up:
            payment.status = advance(payment.status, PaymentStatus.FAILED)
        payment.next_read_at = None if given_up else now + CREATE_RETRY
