"""Sending a client the link to pay their consultation, by e-mail or SMS (A1, A10, E1)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from portal.domain.actors import Actor
from portal.domain.errors import AccountSuspended, Refusal
from portal.domain.letters import LetterChannel, LetterKind
from portal.domain.sms import SmsFailure, e164
from portal.store.audit import note
from portal.store.bank_states import is_taking
from portal.store.consultations import Consultation, require_payable
from portal.store.db import locked, transaction
from portal.store.letters import Letter, by_staff, last_letter_about, write_letter
from portal.store.users import User

#: A client is not written to again sooner: the letter may still be on its way.
PAUSE = timedelta(minutes=10)


class LinkJustSent(Refusal):
    """The same link was sent a moment ago."""

    code = "link_just_sent"


class ClientUnreachable(Refusal):
    """The client has no e-mail, or no telephone for an SMS, or is disabled."""

    code = "client_unreachable"


def send_payment_link(
    consultation_id: int,
    channel: LetterChannel = LetterChannel.MAIL,
    *,
    actor: Actor,
    now: datetime,
    tills: Collection[str] = (),
) -> int:
    """Put a letter with the link on its way and return its number.

    A second press within minutes, by the same channel, sends none. ``tills`` are the accounts that
    its price may be paid at. Raises NotFound, AlreadyPaid,
    NotPayable, AccountSuspended when all of them are, ClientUnreachable, LinkJustSent with ``at``.
    """
    kind = LetterKind.PAYMENT_LINK
    with transaction() as session:
        consultation = locked(session, Consultation, consultation_id)
        require_payable(consultation, now)
        if tills and not any(is_taking(session, each) for each in tills):
            raise AccountSuspended(consultation=consultation.id)
        client = session.get_one(User, consultation.client_id)
        if not client.is_active or not _address(client, channel):
            raise ClientUnreachable(client=client.id)
        last = last_letter_about(session, kind, client.id, consultation.id, channel)
        if last is not None and not _has_failed(last) and now - last.created_at < PAUSE:
            raise LinkJustSent(at=last.created_at)
        by = by_staff(actor, client.id)
        letter = write_letter(session, kind, client.id, now=now, row=consultation.id, **by)
        letter.channel = channel
        if channel is LetterChannel.SMS:
            note(session, actor, "consultation.link_by_sms", consultation, now=now)
        else:
            note(session, actor, "consultation.link", consultation, now=now)
        return letter.id


def _has_failed(letter: Letter) -> bool:
    """Tell whether it is known that a letter has not left and will not."""
    is_over = letter.next_try_at is None and letter.sent_at is None
    return is_over and letter.failure != SmsFailure.UNKNOWN


def _address(client: User, channel: LetterChannel) -> str | None:
    return e164(client.phone) if channel is LetterChannel.SMS else client.email
