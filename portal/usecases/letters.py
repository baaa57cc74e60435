"""A letter or an SMS was sent, or was not: what happened is written down."""

from datetime import datetime, timedelta

from portal.domain.letters import RETRY_SECONDS, LetterChannel
from portal.domain.sms import SMS_COUNTS, SMS_TRIES, SmsFailure
from portal.store.db import locked, transaction
from portal.store.letters import Letter


def record_sent(letter_id: int, *, now: datetime) -> None:
    """Write down that the mail server took the letter."""
    with transaction() as session:
        letter = locked(session, Letter, letter_id)
        letter.sent_at, letter.next_try_at, letter.failure = now, None, None
        letter.tries += 1


def record_not_sent(letter_id: int, failure: str, *, now: datetime) -> None:
    """Write down why the mail server did not take the letter, and when to try again."""
    with transaction() as session:
        letter = locked(session, Letter, letter_id)
        left = RETRY_SECONDS[letter.tries :]
        letter.next_try_at = now + timedelta(seconds=left[0]) if left else None
        letter.failure = failure[:300]
        letter.tries += 1


def claim_sms(letter_id: int, *, now: datetime) -> bool:
    """Mark an SMS as given to its provider, before it is; tell whether to give it.

    Nobody gives it twice: whoever finds it marked leaves at once. What becomes of one whose job
    died stays unknown, and staff are told so. A press from long ago no longer counts.
    """
    with transaction() as session:
        letter = locked(session, Letter, letter_id)
        if letter.channel is not LetterChannel.SMS or letter.next_try_at is None:
            return False
        is_stale = now - letter.created_at > SMS_COUNTS
        letter.next_try_at = None
        letter.failure = (SmsFailure.STALE if is_stale else SmsFailure.UNKNOWN).value
        letter.tries += 1
        return not is_stale


def record_sms_refused(letter_id: int, failure: str) -> None:
    """Keep why the provider did not take an SMS."""
    with transaction() as session:
        locked(session, Letter, letter_id).failure = failure[:300]


def record_sms_not_reached(letter_id: int, *, now: datetime) -> None:
    """The SMS provably never left: it may be given once more, soon or not at all."""
    with transaction() as session:
        letter = locked(session, Letter, letter_id)
        letter.failure = SmsFailure.NOT_REACHED.value
        if letter.tries < SMS_TRIES:
            letter.next_try_at = now + timedelta(seconds=RETRY_SECONDS[letter.tries - 1])


def record_sms_sent(letter_id: int, *, now: datetime) -> None:
    """Keep that the provider took an SMS."""
    with transaction() as session:
        letter = locked(session, Letter, letter_id)
        letter.sent_at, letter.failure = now, None
