"""Jobs about letters: put into words, with any secret made at the last moment, and sent."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import joinedload

from portal.domain import clock
from portal.domain.letters import LetterChannel, LetterKind
from portal.domain.money import Money
from portal.mail import Mail, NotSent, put_into, send
from portal.store.consultations import Consultation
from portal.store.db import db
from portal.store.letters import Letter
from portal.store.payments import Payment
from portal.store.refund_requests import RefundRequest
from portal.store.refunds import Refund
from portal.store.users import User
from portal.usecases.letters import record_not_sent, record_sent
from portal.usecases.passwords import Ticket, ticket_for

LINK_SALT = "password-link"
LINK_MINUTES = 60


def link_maker() -> URLSafeTimedSerializer:
    """Return what signs one-time links and reads them back."""
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=LINK_SALT)


def password_link(ticket: Ticket) -> str:
    """Return the address that proves the ticket for an hour."""
    token = link_maker().dumps([ticket.user_id, ticket.fingerprint])
    return f"{current_app.config['PORTAL'].public_url}/password/link/{token}"


def deliver(letter_id: int) -> None:
    """Send a letter that waits; when nobody takes it the sweep will ring again."""
    letter = db.session.get(Letter, letter_id, options=[joinedload(Letter.user)])
    if letter is None or letter.next_try_at is None or letter.channel is not LetterChannel.MAIL:
        return
    mail = words(letter)
    db.session.rollback()
    try:
        _send(mail)
    except NotSent as error:
        record_not_sent(letter_id, str(error), now=clock.now())
    else:
        record_sent(letter_id, now=clock.now())


def _send(mail: Mail) -> None:
    portal = current_app.config["PORTAL"]
    if portal.smtp_url:
        send(portal.smtp_url.get_secret_value(), mail)
    elif portal.is_local:
        put_into(Path(portal.data_dir) / "mail", mail)
    else:
        raise NotSent("PORTAL_SMTP_URL is not set")


def words(letter: Letter) -> Mail:
    """Put a letter into words: the first line of its text is the subject."""
    user, portal = letter.user, current_app.config["PORTAL"]
    facts = {"name": user.name, "portal_url": portal.public_url, **letter.facts, **_told(letter)}
    text = _render(f"{letter.kind.value}.txt", facts)
    subject, _, body = text.partition("\n")
    html = _render(f"{letter.kind.value}.html", {**facts, "subject": subject})
    return Mail(portal.mail_from, user.email, subject.strip(), body.lstrip("\n"), html)


def sms_text(letter: Letter) -> str:
    """Put an SMS into words: one line, whose address ends it; every 67 characters cost one more."""
    text = _render(f"{letter.kind.value}.sms", _told(letter))
    return " ".join(text.split())


def _told(letter: Letter) -> Mapping[str, Any]:
    """Load what the letter tells of; sums and hours, which do not change, are read as they are."""
    row_id = letter.facts.get("row", 0)
    match letter.kind:
        case LetterKind.ACCESS_LINK:
            return {"link": password_link(ticket_for(letter.user)), "minutes": LINK_MINUTES}
        case LetterKind.PAID:
            return _payment(row_id, letter.created_at) | {"by": _name_of_staff(letter.facts)}
        case LetterKind.CHARGE_FAILED:
            payment = db.session.get_one(Payment, row_id)
            consultation = _consultation(payment.consultation_id or 0, letter.facts)
            return {"payment": payment, **consultation}
        case (
            LetterKind.CONSULTATION_CANCELLED
            | LetterKind.PAYMENT_LINK
            | LetterKind.PAID_FROM_BALANCE
            | LetterKind.BOOKED
        ):
            return _consultation(row_id, letter.facts)
    return _refund(letter.kind, row_id, letter.created_at) if row_id else {}


def _refund(kind: LetterKind, row_id: int, told_at: datetime) -> Mapping[str, Any]:
    if kind is LetterKind.REFUND_DECLINED:
        request = db.session.get_one(RefundRequest, row_id)
        return {"asked": request, **_payment(request.payment_id, told_at)}
    refund = db.session.get_one(Refund, row_id)
    return {"refund": refund, **_payment(refund.payment_id, told_at)}


def _consultation(consultation_id: int, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    consultation = db.session.get_one(Consultation, consultation_id)
    return {
        "consultation": consultation,
        "by": _name_of_staff(facts),
        "freed": Money(facts.get("freed", 0), consultation.currency),
        "link": f"{current_app.config['PORTAL'].public_url}/pay/{consultation.pay_token}",
    }


def _name_of_staff(facts: Mapping[str, Any]) -> str:
    by = db.session.get(User, facts.get("by", 0))
    return by.name if by else ""


def _payment(payment_id: int, told_at: datetime) -> dict[str, Any]:
    payment = db.session.get_one(Payment, payment_id)
    consultation = db.session.get_one(Consultation, payment.consultation_id)
    is_ahead = consultation.starts_at > told_at
    return {"payment": payment, "consultation": consultation, "is_ahead": is_ahead}


def _render(name: str, facts: Mapping[str, Any]) -> str:
    """Render outside a request: a letter has no visitor, no menu and no theme."""
    return current_app.jinja_env.get_template(f"letters/{name}").render(facts)
