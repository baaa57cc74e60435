"""A person's contacts: shown on request and changed; the journal says who did it (ASVS, 152-ФЗ)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.errors import Refusal
from portal.domain.search import meeting_text, search_text
from portal.domain.sms import e164
from portal.store.audit import note
from portal.store.consultations import Consultation
from portal.store.db import locked, transaction
from portal.store.payments import Payment
from portal.store.users import User, get_user


class WrongPhone(Refusal):
    """What was typed is no telephone number."""

    code = "wrong_phone"


def reveal_contacts(user_id: int, *, actor: Actor, now: datetime) -> User:
    """Write down that the contacts were shown, before they are; raise NotFound.

    The entry names the person and never what was shown.
    """
    with transaction() as session:
        user = get_user(session, user_id)
        note(session, actor, "user.contacts", user, now=now)
    return user


def change_phone(user_id: int, typed: str, *, actor: Actor, now: datetime) -> None:
    """Write a person's telephone down as E.164 writes it, or none; raise WrongPhone, NotFound.

    The entry names the person and never the number. Payments and consultations are found by the
    new one.
    """
    phone = e164(typed)
    if typed.strip() and phone is None:
        raise WrongPhone(user=user_id)
    with transaction() as session:
        text = _found_by(session, user_id, phone)
        user = locked(session, User, user_id)
        user.phone, user.search_text = phone, text
        note(session, actor, "user.phone", user, now=now)


def _found_by(session: Session, user_id: int, phone: str | None) -> str:
    """Let what is a client's be found by the number; return the line that finds the person.

    Consultations are locked before people, as where they are paid.
    """
    user = get_user(session, user_id)
    text = search_text(user.name, user.email, phone)
    theirs = select(Consultation.id).where(Consultation.client_id == user_id)
    for number in session.scalars(theirs.order_by(Consultation.id)).all():
        consultation = locked(session, Consultation, number)
        consultation.search_text = meeting_text(consultation.specialist, text)
    told = update(Payment).where(Payment.user_id == user_id, Payment.search_text != "")
    session.execute(told.values(search_text=text))
    return text
