"""The free balance pays for a consultation: no bank is asked (C1)."""

from datetime import datetime

from portal.domain.actors import Actor
from portal.domain.errors import NotFound
from portal.store.consultations import Consultation, require_payable
from portal.store.db import locked, transaction
from portal.store.fundings import spend_free_money


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
        spend_free_money(session, consultation, actor=actor, now=now)
