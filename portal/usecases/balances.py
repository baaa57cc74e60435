"""The free balance pays for a consultation: no bank is asked (C1)."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.actors import Actor
from portal.domain.errors import NotFound
from portal.domain.fundings import share_out
from portal.domain.letters import LetterKind
from portal.store.audit import note
from portal.store.consultations import Consultation, require_payable
from portal.store.db import locked, transaction
from portal.store.fundings import book_shares, locked_free_money
from portal.store.ledger import balance, lock_accounts, post
from portal.store.letters import tell_client


def pay_from_balance(
    consultation_id: int, *, actor: Actor, now: datetime, owner_id: int | None = None
) -> None:
    """Pay the whole price of a consultation from its client's free balance, at once (C1).

    The oldest free payment gives first, and what each gave is written down, so that a later refund
    names the right bank operation. ``owner_id`` limits the act to that client's own; staff leave it
    out. Raises AlreadyPaid, also for a second press, NotPayable, NotFound, and BalanceTooLow with
    what is ``free`` and what is ``lacking``; then nothing has moved.
    """
    with transaction() as session:
        consultation = locked(session, Consultation, consultation_id)
        if owner_id is not None and consultation.client_id != owner_id:
            raise NotFound(what="Consultation", id=consultation_id)
        require_payable(consultation, now)
        _pay(session, consultation, actor, now)


def _pay(session: Session, consultation: Consultation, actor: Actor, now: datetime) -> None:
    client_id, price = consultation.client_id, consultation.price
    sources = locked_free_money(session, client_id, price.currency)
    move = ledger.reserve_from_balance(consultation.id, price, client_id)
    lock_accounts(session, [move])
    available = balance(session, ledger.available(client_id), price.currency)
    shares = share_out(price, sources, available)
    book_shares(session, consultation, shares, now)
    post(session, [move], actor=actor, now=now, consultation_id=consultation.id)
    consultation.paid_at = now
    tell_client(session, LetterKind.PAID_FROM_BALANCE, client_id, consultation.id, now=now)
    note(
        session,
        actor,
        "consultation.pay",
        consultation,
        now=now,
        amount=price.minor,
        currency=price.currency,
        payment=sorted(shares),
    )
