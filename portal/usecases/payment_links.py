"""Sending a client the link to pay their consultation, by e-mail (A1, E1)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from portal.domain.actors import Actor
from portal.domain.errors import AccountSuspended, Refusal
from portal.domain.letters import LetterKind
from portal.store.audit import note
from portal.store.bank_states import is_taking
from portal.store.consultations import Consultation, require_payable
from portal.store.db import locked, transaction
from portal.store.letters import by_staff, last_letter_about, write_letter
from portal.store.users import User

#: A client is not written to again sooner: the letter may still be on its way.
PAUSE = timedelta(minutes=10)


class LinkJustSent(Refusal):
    """The same link was sent a moment ago."""

    code = "link_just_sent"


class ClientUnreachable(Refusal):
    """The client has no e-mail or is disabled."""

    code = "client_unreachable"


def send_payment_link(
    consultation_id: int, *, actor: Actor, now: datetime, tills: Collection[str] = ()
) -> None:
    """Put a letter with the link on its way; a second press within minutes sends none.

    ``tills`` are the accounts that its price may be paid at. Raises NotFound, AlreadyPaid,
    NotPayable, AccountSuspended when all of them are, ClientUnreachable, LinkJustSent with ``at``.
    """
    kind = LetterKind.PAYMENT_LINK
    with transaction() as session:
        consultation = locked(session, Consultation, consultation_id)
        require_payable(consultation, now)
        if tills and not any(is_taking(session, each) for each in tills):
            raise AccountSuspended(consultation=consultation.id)
        client = session.get_one(User, consultation.client_id)
        if not client.is_active or not client.email:
            raise ClientUnreachable(client=client.id)
        last = last_letter_about(session, kind, client.id, consultation.id)
        if last is not None and now - last.created_at < PAUSE:
            raise LinkJustSent(at=last.created_at)
        by = by_staff(actor, client.id)
        write_letter(session, kind, client.id, now=now, row=consultation.id, **by)
        note(session, actor, "consultation.link", consultation, now=now)
