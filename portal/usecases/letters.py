"""A letter was sent, or was not: what happened is written down."""

from datetime import datetime, timedelta

from portal.domain.letters import RETRY_SECONDS
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
