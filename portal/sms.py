"""The way out for SMS: SMS.ru over HTTP, behind a port that another provider can take (A10).

Facts: sms.ru/api/send. A POST form with ``api_id``, ``to`` (digits alone), ``msg`` and ``json=1``;
the answer has a ``status_code`` of its own and one for each number, 100 for what was taken.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from portal import wire
from portal.domain.sms import SmsFailure, SmsProvider, SmsRefused, SmsUnavailable
from portal.domain.transactions import forbid_open_transaction

TIMEOUT_SECONDS = 15.0
MAX_ANSWER_BYTES = 64 * 1024
TAKEN = 100
#: Their error while they worked: nobody knows whether the SMS has left.
THEIR_FAULT = 500
WHY = {
    202: SmsFailure.WRONG_PHONE,
    207: SmsFailure.BLOCKED,
    209: SmsFailure.BLOCKED,
    220: SmsFailure.BUSY,
    **dict.fromkeys((230, 231, 232, 233), SmsFailure.TOO_OFTEN),
}
_log = logging.getLogger("portal.sms")


@dataclass(frozen=True, slots=True)
class SmsRu:
    """SMS.ru for one account there; ``sender`` is a name that they have agreed to, or empty."""

    url: str
    api_id: str = field(repr=False)
    sender: str = ""
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    def send(self, phone: str, text: str) -> str:
        """Do what SmsProvider says; the log tells the outcome, never the number or the words."""
        forbid_open_transaction("an SMS")
        outcome = "cancelled"
        try:
            status, data = self._exchange(phone.removeprefix("+"), text)
            outcome = str(status)
        except httpx.HTTPError as error:
            outcome = type(error).__name__
            raise SmsUnavailable(outcome, sent=not isinstance(error, wire.NEVER_LEFT)) from None
        finally:
            _log.info("sms.ru: POST /sms/send -> %s", outcome)
        if status != httpx.codes.OK:
            raise SmsUnavailable(f"status {status}", sent=True)
        return _id_of(data, phone.removeprefix("+"))

    def _exchange(self, number: str, text: str) -> tuple[int, bytes]:
        form = {"api_id": self.api_id, "to": number, "msg": text, "json": "1"}
        if self.sender:
            form["from"] = self.sender
        deadline = time.monotonic() + TIMEOUT_SECONDS
        with self._line() as line, line.stream("POST", self.url, data=form) as answer:
            return answer.status_code, wire.read(answer, deadline, most=MAX_ANSWER_BYTES)

    def _line(self) -> httpx.Client:
        return httpx.Client(
            verify=wire.trust(),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=wire.CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            transport=self.transport,
        )


def _id_of(data: bytes, number: str) -> str:
    """Return their id of the SMS; an answer that says neither yes nor no leaves it unknown."""
    try:
        told = json.loads(data)
        _require_taken(told)
        mine = told["sms"][number]
        _require_taken(mine)
        return str(mine["sms_id"])[:40]
    except (KeyError, TypeError, ValueError):
        raise SmsUnavailable("an answer that cannot be read", sent=True) from None


def _require_taken(told: dict[str, object]) -> None:
    """Raise SmsRefused for their no; KeyError, TypeError, ValueError for what is neither."""
    code, status = told["status_code"], told["status"]
    if not isinstance(code, int) or isinstance(code, bool):
        raise TypeError(code)
    if status == "OK" and code == TAKEN:
        return
    if status != "ERROR" or code == THEIR_FAULT:
        raise ValueError(code)
    raise SmsRefused(WHY.get(code, SmsFailure.OURS), code)


def _smsru(url: str, api_id: str, sender: str) -> SmsProvider:
    return SmsRu(url, api_id, sender)


#: By the name in front of the plus in PORTAL_SMS_URL: what makes it of address, key and sender.
PROVIDERS: dict[str, Callable[[str, str, str], SmsProvider]] = {"smsru": _smsru}


def provider_at(address: str) -> SmsProvider | None:
    """Make the provider of ``smsru+https://API_ID@sms.ru/sms/send?from=NAME``; none of nothing.

    Raises ValueError, without the address, which holds the key.
    """
    if not address:
        return None
    parts = urlsplit(address)
    name, _, scheme = parts.scheme.partition("+")
    is_right = name in PROVIDERS and scheme in ("http", "https") and parts.hostname
    if not is_right or not parts.username or parts.password is not None:
        raise ValueError("smsru+https://API_ID@sms.ru/sms/send is needed")
    host = parts.netloc.rpartition("@")[2]
    sender = parse_qs(parts.query).get("from", [""])[0]
    return PROVIDERS[name](f"{scheme}://{host}{parts.path}", unquote(parts.username), sender)
