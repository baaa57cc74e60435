"""SMS: what a provider must do, how it fails, and which numbers it may be given (A10, E1)."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

#: A press counts for so long: nobody expects an SMS of it later.
SMS_COUNTS = timedelta(minutes=30)
#: How often what provably never left is tried, in all.
SMS_TRIES = 3
_SPACING = str.maketrans("", "", " \u00a0()-.")
_NUMBER = re.compile(r"\+(7\d{10}|[1-689]\d{9,14})", re.ASCII)


class SmsFailure(StrEnum):
    """Why an SMS has not left, or why nobody knows whether it has."""

    WRONG_PHONE = "wrong_phone"
    BLOCKED = "blocked"
    TOO_OFTEN = "too_often"
    BUSY = "busy"
    OURS = "ours"
    NOT_REACHED = "not_reached"
    UNKNOWN = "unknown"
    STALE = "stale"


class SmsRefused(Exception):
    """The provider has said no: nothing was sent; ``code`` is its own number for the reason."""

    def __init__(self, because: SmsFailure, code: int) -> None:
        super().__init__(f"{because.value} {code}")
        self.because, self.code = because, code


class SmsUnavailable(Exception):
    """The provider has not answered; ``sent`` says whether the SMS may have left all the same."""

    def __init__(self, text: str, *, sent: bool) -> None:
        super().__init__(text)
        self.sent = sent


class SmsProvider(Protocol):
    """Who carries SMS; a second one is a class beside SmsRu and an entry in PROVIDERS."""

    def send(self, phone: str, text: str) -> str:
        """Give an SMS for a number in E.164 to the provider, once; return its own id of it.

        Raises SmsRefused, SmsUnavailable.
        """
        ...


def e164(phone: str | None) -> str | None:
    """Return a number as E.164 writes it, «8 916…» as +7 916…; None for what is no such number."""
    bare = (phone or "").translate(_SPACING)
    if re.fullmatch(r"8\d{10}", bare, re.ASCII):
        bare = f"+7{bare[1:]}"
    return bare if _NUMBER.fullmatch(bare) else None
