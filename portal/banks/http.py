"""One way to call a bank: limits on everything, errors in our words, nothing secret in the log."""

import logging
import ssl
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import certifi
import httpx
import simplejson

from portal.domain.ports import BankUnavailable
from portal.domain.transactions import forbid_open_transaction

MAX_ANSWER_BYTES = 1024 * 1024
CONNECT_SECONDS = 5.0
_log = logging.getLogger(__name__)

#: The request provably never left: no connection, or no room in the pool (I-15).
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``name`` is what the log says instead of the path; a write may move something."""

    name: str
    method: str
    path: str
    is_write: bool = False
    body: dict[str, Any] | None = None
    params: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status and the JSON, None when it was no JSON."""

    status: int
    json: Any | None
    text: str


def trust(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return the certificates to trust for one host: the public ones, and its own root if any.

    ``enter.tochka.com`` uses a certificate of the Russian Trusted CA, which is in no public list
    (tochka.md §0.15). The extra root is trusted by this client alone.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_bundle is not None:
        context.load_verify_locations(cafile=str(ca_bundle))
    return context


class BankHTTP:
    """A client of one bank's API: no redirects, no proxies from the environment, no retries."""

    def __init__(
        self, base_url: str, token: str, *, timeout_seconds: float, ca_bundle: Path | None
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            verify=trust(ca_bundle),
        )

    def send(self, call: Call) -> Answer:
        """Send once; raise BankUnavailable, which says whether the call may have been executed."""
        forbid_open_transaction("a bank call")
        started = time.monotonic()
        try:
            status, raw = self._exchange(call)
        except _NEVER_LEFT as error:
            self._tell(call, type(error).__name__, started)
            raise BankUnavailable(f"{call.name}: {type(error).__name__}", sent=False) from None
        except httpx.HTTPError as error:
            self._tell(call, type(error).__name__, started)
            reason = f"{call.name}: {type(error).__name__}"
            raise BankUnavailable(reason, sent=call.is_write) from None
        self._tell(call, str(status), started)
        return Answer(status, read_json(raw), raw.decode("utf-8", "replace")[:600])

    def _exchange(self, call: Call) -> tuple[int, bytes]:
        content = None if call.body is None else write_json(call.body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        url = f"{self._base_url}{call.path}"
        with self._client.stream(
            call.method, url, content=content, params=call.params, headers=headers
        ) as response:
            raw = bytearray()
            for chunk in response.iter_bytes():
                raw += chunk
                if len(raw) > MAX_ANSWER_BYTES:
                    raise httpx.DecodingError("the answer is too long")
            return response.status_code, bytes(raw)

    def _tell(self, call: Call, outcome: str, started: float) -> None:
        milliseconds = round((time.monotonic() - started) * 1000)
        _log.info("%s %s: %s in %s ms", call.method, call.name, outcome, milliseconds)


class _StrictError(ValueError):
    """The JSON is not one that we accept."""


def read_json(raw: bytes) -> Any | None:
    """Read strict JSON: decimals stay exact, no NaN, no duplicate names; None for anything else."""
    try:
        return simplejson.loads(
            raw.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_refuse_duplicates,
        )
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> None:
    raise _StrictError(name)


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _StrictError("duplicate names")
    return found


def write_json(body: dict[str, Any]) -> bytes:
    """Write JSON with decimals as exact numbers: ``1500.00`` stays ``1500.00``."""
    text: str = simplejson.dumps(body, use_decimal=True, ensure_ascii=False)
    return text.encode()
