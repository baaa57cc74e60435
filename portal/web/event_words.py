"""A line of a timeline in words: what happened, who did it, and why."""

from portal.domain.refunds import RefundReason
from portal.web.labels import EVENTS, LABELS


def event_words(code: str) -> str:
    """Return the words for a line of a timeline."""
    return EVENTS[code]


def actor_words(name: str) -> str:
    """Name who acted; the portal's own jobs are the portal."""
    return "портал" if name == "portal" else name


def reason_words(reason: str) -> str:
    """Put the code that a reason may begin with into words."""
    code, separator, rest = reason.partition(": ")
    for known in RefundReason:
        if known.value == code:
            return f"{LABELS[known]}{separator}{rest}"
    return reason
