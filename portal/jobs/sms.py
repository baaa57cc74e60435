"""The job that gives an SMS to its provider: put into words, marked, given once (A10)."""

import logging

from flask import current_app
from sqlalchemy.orm import joinedload

from portal.domain import clock
from portal.domain.sms import SmsFailure, SmsProvider, SmsRefused, SmsUnavailable, e164
from portal.jobs.letters import sms_text
from portal.store.db import db
from portal.store.letters import Letter
from portal.usecases.letters import (
    claim_sms,
    record_sms_not_reached,
    record_sms_refused,
    record_sms_sent,
)

_log = logging.getLogger(__name__)


def provider() -> SmsProvider | None:
    """Return who carries SMS, nobody where PORTAL_SMS_URL is empty."""
    found: SmsProvider | None = current_app.extensions["sms"]
    return found


def deliver(letter_id: int) -> None:
    """Give an SMS that waits to its provider, once: a lost answer is told and never repeated."""
    letter = db.session.get_one(Letter, letter_id, options=[joinedload(Letter.user)])
    carrier, phone, text = provider(), e164(letter.user.phone), sms_text(letter)
    db.session.rollback()
    if not claim_sms(letter_id, now=clock.now()):
        return
    if phone is None:
        record_sms_refused(letter_id, SmsFailure.WRONG_PHONE.value)
    elif carrier is None:
        record_sms_refused(letter_id, SmsFailure.OURS.value)
    else:
        _give(carrier, letter_id, phone, text)


def _give(carrier: SmsProvider, letter_id: int, phone: str, text: str) -> None:
    try:
        number = carrier.send(phone, text)
    except SmsRefused as refused:
        _log.warning("SMS of letter %s was refused: %s", letter_id, refused)
        record_sms_refused(letter_id, str(refused))
    except SmsUnavailable as silence:
        _log.warning("SMS of letter %s: %s", letter_id, silence)
        if not silence.sent:
            record_sms_not_reached(letter_id, now=clock.now())
    else:
        _log.info("SMS of letter %s was taken as %s", letter_id, number)
        record_sms_sent(letter_id, now=clock.now())
