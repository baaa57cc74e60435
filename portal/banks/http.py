"""One way to call a bank: limits, errors in our words, one log line without secrets."""

import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx

from portal import wire
from portal.banks import strict_json
from portal.domain.ports import BankMisconfigured, BankUnavailable
from portal.domain.transactions import forbid_open_transaction

MAX_ANSWER_BYTES = 1024 * 1024
_ERROR_ID = re.compile(r"[\w-]{1,40}", re.ASCII)
#: How a job waits for an account's turn; the web sets none and never sleeps.
KEEP_GAP: ContextVar[Callable[[str, float], None] | None] = ContextVar("KEEP_GAP", default=None)
_log = logging.getLogger("portal.banks")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a bank is, and what is needed to speak to it; ``ca_bundle`` is trusted only here.

    ``min_gap_seconds`` is the pause that the bank wants between two calls of the account.
    """

    account: str
    base_url: str
    timeout_seconds: float
    token: str = ""
    ca_bundle: Path | None = None
    accept: str = "application/json"
    min_gap_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One call; ``template`` is what the log shows, ``ids`` fill it in.

    ``body`` goes as JSON, ``form`` as a form; ``is_reading`` is a POST that changes nothing;
    ``headers`` carry what only this call has, for instance its seal.
    """

    method: str
    template: str
    ids: Mapping[str, str]
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, object] | None = None
    form: Sequence[tuple[str, str]] | None = field(default=None, repr=False)
    is_reading: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_write(self) -> bool:
        """Whether a lost answer leaves it open what the bank has done."""
        return self.method != "GET" and not self.is_reading

    @property
    def content(self) -> tuple[str | None, dict[str, str]]:
        """What is sent, and the header that names its kind."""
        if self.form is not None:
            return urlencode(self.form), {"Content-Type": "application/x-www-form-urlencoded"}
        if self.body is not None:
            return strict_json.dumps(self.body), {"Content-Type": "application/json"}
        return None, {}

    @property
    def path(self) -> str:
        """The path with the ids in it."""
        return self.template.format(**{name: quote(each, "") for name, each in self.ids.items()})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``body`` is None when it is no JSON that we read without guessing."""

    status: int
    body: object
    data: bytes = field(default=b"", compare=False, repr=False)


class BankHttp:
    """Calls one bank. Every connection is new, so none is shared by forked processes or stale."""

    def __init__(self, endpoint: Endpoint, transport: httpx.BaseTransport | None = None) -> None:
        self._endpoint = endpoint
        self._trust = _trust(endpoint.account, endpoint.ca_bundle)
        self._transport = transport

    def call(self, request: Request) -> Answer:
        """Send once and return what came back, whatever its status.

        Raises BankUnavailable: not sent when that is certain, or when nothing but a reading was
        lost. Raises RuntimeError inside a database transaction (law 3).
        """
        forbid_open_transaction("a bank call")
        keep_gap = KEEP_GAP.get()
        if keep_gap is not None and self._endpoint.min_gap_seconds:
            keep_gap(self._endpoint.account, self._endpoint.min_gap_seconds)
        started = time.monotonic()
        outcome = "cancelled"
        try:
            answer = self._exchange(request, started + self._endpoint.timeout_seconds)
            outcome = f"{answer.status}{_error_id(answer)}"
        except httpx.HTTPError as error:
            outcome = type(error).__name__
            is_sent = request.is_write and not isinstance(error, wire.NEVER_LEFT)
            raise BankUnavailable(f"{request.template}: {outcome}", sent=is_sent) from None
        finally:
            _log.info(
                "%s: %s %s -> %s in %d ms",
                self._endpoint.account,
                request.method,
                request.template,
                outcome,
                (time.monotonic() - started) * 1000,
            )
        return answer

    def _exchange(self, request: Request, deadline: float) -> Answer:
        content, headers = request.content
        with self._client.stream(
            request.method,
            f"{self._endpoint.base_url}{request.path}",
            params=request.query,
            content=content,
            headers={**headers, **request.headers},
        ) as response:
            data = wire.read(response, deadline, most=MAX_ANSWER_BYTES)
        return Answer(response.status_code, _parsed(data), data)

    @cached_property
    def _client(self) -> httpx.Client:
        endpoint = self._endpoint
        headers = {"Accept": endpoint.accept, "Accept-Encoding": "identity"}
        if endpoint.token:
            headers["Authorization"] = f"Bearer {endpoint.token}"
        return httpx.Client(
            verify=self._trust,
            headers=headers,
            timeout=httpx.Timeout(endpoint.timeout_seconds, connect=wire.CONNECT_SECONDS),
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
            transport=self._transport,
        )


@cache
def _trust(account: str, ca_bundle: Path | None) -> ssl.SSLContext:
    """Trust what everybody trusts and, at this bank alone, its own root (tochka.md §0.15).

    Reading the certificates takes long: once for each account, before a worker forks for a job.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if ca_bundle is not None:
        try:
            context.load_verify_locations(cafile=ca_bundle)
        except OSError:
            raise BankMisconfigured(f"account {account}: ca_bundle holds no certificates") from None
    return context


def _parsed(data: bytes) -> object:
    try:
        return strict_json.loads(data)
    except ValueError:
        return None


def _error_id(answer: Answer) -> str:
    """Return the id that the bank's support asks for (tochka.md §2.3), or nothing."""
    found = answer.body.get("id") if isinstance(answer.body, dict) else None
    is_id = isinstance(found, str) and _ERROR_ID.fullmatch(found)
    return f" (id {found})" if is_id else ""
