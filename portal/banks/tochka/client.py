"""The calls of Tochka's API, and what each of its refusals means (tochka.md §§3-13)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from portal.banks.http import Answer, BankHttp, Request
from portal.banks.tochka import words
from portal.domain.ports import (
    BankError,
    BankMisconfigured,
    BankRefused,
    BankUnavailable,
    RefusedBecause,
)

MAX_REASON = 300
# One code for "there is none", "there is one already" and "we are down": the text decides (§13).
_UNKNOWN = re.compile(r"не\s+(найден|существует)|not\s+found|(not|n't)\s+exist", re.IGNORECASE)
_KNOWN = re.compile(r"существует|already\s+exist", re.IGNORECASE)
# A bank may echo what it was sent, and its words go to staff and into the database.
_SECRETS = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*|[\w.+-]+@[\w-]+(\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: which right of the token it needs, and which answers are a clear no."""

    method: str
    template: str
    right: str
    refusals: Mapping[int, RefusedBecause] = field(default_factory=dict)


_WEBHOOK = "/webhook/v1.0/{client_id}"
_PAYMENT = "/acquiring/v1.0/payments/{operation_id}"
_SUBSCRIPTIONS = "/acquiring/v1.0/subscriptions"
_BAD_WEBHOOK = {400: RefusedBecause.INVALID, 424: RefusedBecause.DECLINED}

CUSTOMERS = Call("GET", "/open-banking/v1.0/customers", "ReadCustomerData")
RETAILERS = Call("GET", "/acquiring/v1.0/retailers", "ReadAcquiringData")
LIST = Call("GET", "/acquiring/v1.0/payments", "ReadAcquiringData")
CREATE = Call(
    "POST",
    "/acquiring/v1.0/payments",
    "MakeAcquiringOperation",
    {400: RefusedBecause.INVALID, 424: RefusedBecause.DUPLICATE},
)
CREATE_WITH_RECEIPT = Call(
    "POST", "/acquiring/v1.0/payments_with_receipt", CREATE.right, CREATE.refusals
)
READ = Call(
    "GET",
    _PAYMENT,
    "ReadAcquiringData",
    {404: RefusedBecause.NOT_FOUND, 424: RefusedBecause.NOT_FOUND},
)
REFUND = Call(
    "POST",
    f"{_PAYMENT}/refund",
    "MakeAcquiringOperation",
    {
        400: RefusedBecause.INVALID,
        403: RefusedBecause.FORBIDDEN,
        404: RefusedBecause.NOT_FOUND,
    },
)
SUBSCRIBE = Call("POST", _SUBSCRIPTIONS, CREATE.right, CREATE.refusals)
SUBSCRIPTIONS = Call("GET", _SUBSCRIPTIONS, LIST.right)
# A 424 may be a refusal, or a bank that is down halfway: nobody knows, so it is read (§13).
CHARGE = Call(
    "POST",
    f"{_SUBSCRIPTIONS}/{{operation_id}}/charge",
    "MakeAcquiringOperation",
    {400: RefusedBecause.INVALID, 404: RefusedBecause.NOT_FOUND},
)
WEBHOOK = Call("GET", _WEBHOOK, "ManageWebhookData", {404: RefusedBecause.NOT_FOUND})
WEBHOOK_CREATE = Call("PUT", _WEBHOOK, "ManageWebhookData", _BAD_WEBHOOK)
WEBHOOK_EDIT = Call("POST", _WEBHOOK, "ManageWebhookData", _BAD_WEBHOOK)
WEBHOOK_DELETE = Call(
    "DELETE", _WEBHOOK, "ManageWebhookData", {404: RefusedBecause.NOT_FOUND, **_BAD_WEBHOOK}
)
WEBHOOK_TEST = Call(
    "POST",
    f"{_WEBHOOK}/test_send",
    "ManageWebhookData",
    {404: RefusedBecause.NOT_FOUND, **_BAD_WEBHOOK},
)


@dataclass(frozen=True, slots=True)
class Page:
    """The ``Data`` of an answer, and how many pages the bank says there are."""

    data: Mapping[str, object]
    total_pages: int


class TochkaClient:
    """Makes a call and returns its Data, or raises what its answer means."""

    def __init__(self, http: BankHttp, token: str) -> None:
        self._http = http
        self._token = token

    def call(
        self,
        call: Call,
        *,
        ids: Mapping[str, str] = MappingProxyType({}),
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Page:
        """Call once; raise BankRefused, BankMisconfigured or BankUnavailable.

        A write that was answered by nothing we understand may have been done: ``sent`` is True.
        """
        request = Request(call.method, call.template, ids, query, body)
        answer = self._http.call(request)
        if answer.status == 200:
            return _page(answer, request)
        raise self._trouble(call, answer, is_sent=request.is_write)

    def _trouble(self, call: Call, answer: Answer, *, is_sent: bool) -> BankError:
        status, text = answer.status, self._reason(answer)
        because = call.refusals.get(status)
        if because is not None and (status != 424 or _is_certain(because, text)):
            return BankRefused(because, text or f"HTTP {status}")
        if status in {401, 403}:
            return BankMisconfigured(words.NO_RIGHT.format(status=status, right=call.right))
        if status in {404, 405, 501} or (status == 400 and not is_sent):
            return BankMisconfigured(words.WRONG_PATH.format(status=status, path=call.template))
        # Too many requests: turned away at the gate, so nothing was done.
        is_open = is_sent and status != 429
        return BankUnavailable(f"{call.template}: HTTP {status}", sent=is_open)

    def _reason(self, answer: Answer) -> str:
        """Return the bank's own words (§2.3), cut, without the secrets that it may echo."""
        body = answer.body if isinstance(answer.body, dict) else {}
        errors = body.get("Errors")
        told = [each.get("message") for each in _dicts(errors)] or [body.get("message")]
        text = " ".join(" ".join(each for each in told if isinstance(each, str)).split())
        return _SECRETS.sub("•••", text.replace(self._token, "•••"))[:MAX_REASON]


def _is_certain(because: RefusedBecause, text: str) -> bool:
    """Tell whether a 424 says what it is taken for, and not that something at the bank is down."""
    if because is RefusedBecause.NOT_FOUND:
        return bool(_UNKNOWN.search(text))
    if because is RefusedBecause.DUPLICATE:
        return bool(_KNOWN.search(text)) and not _UNKNOWN.search(text)
    return True


def _page(answer: Answer, request: Request) -> Page:
    body = answer.body if isinstance(answer.body, dict) else {}
    data, meta = body.get("Data"), body.get("Meta")
    if not isinstance(data, dict):
        raise BankUnavailable(f"{request.template}: unreadable answer", sent=request.is_write)
    pages = meta.get("totalPages") if isinstance(meta, dict) else None
    return Page(data, pages if isinstance(pages, int) else 1)


def dicts_of(data: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Return the objects in the list ``name``; anything else there is passed over."""
    return _dicts(data.get(name))


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
