"""A webhook is a bare RS256 token in text/plain: who signed it, and what it hints at (§12)."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from portal.banks.http import read_json, write_json
from portal.banks.tochka.settings import TochkaSettings
from portal.domain.ports import BadSignature, BankEvent, BankMisconfigured, EventKind

ALGORITHM = "RS256"
PAYMENT = "acquiringInternetPayment"
MIN_KEY_BITS = 2048
REFRESH_SECONDS = 60.0
_WHITE = b" \t\r\n"
_verifier = jwt.PyJWS(algorithms=[ALGORITHM])


def load_key(jwk: Mapping[str, Any]) -> RSAPublicKey:
    """Make a key object of a JWK; raise BankMisconfigured for anything but a strong RSA key.

    A key object and not a PyJWK: allow lists were bypassed that way (reliability.md §0.2).
    """
    try:
        key = jwt.algorithms.RSAAlgorithm.from_jwk(dict(jwk))
    except (jwt.InvalidKeyError, ValueError, TypeError) as error:
        raise BankMisconfigured(f"public_keys: {error}") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise BankMisconfigured("public_keys: нужен открытый ключ RSA от 2048 бит")
    return key


class Keys:
    """The keys that are trusted: those in the settings, and on the local stack the simulator's."""

    def __init__(self, settings: TochkaSettings) -> None:
        self._pinned = tuple(load_key(jwk) for jwk in settings.public_keys)
        self._url = settings.public_keys_from
        self._fetched: tuple[RSAPublicKey, ...] = ()
        self._asked_at = 0.0
        self._lock = threading.Lock()

    def trusted(self) -> tuple[RSAPublicKey, ...]:
        """Return every trusted key."""
        if self._url and not self._fetched:
            self.refresh()
        return self._pinned + self._fetched

    def refresh(self) -> bool:
        """Ask the simulator for its key again, once a minute at most; tell whether it was asked."""
        with self._lock:
            fresh = time.monotonic() - self._asked_at < REFRESH_SECONDS and self._asked_at > 0
            if not self._url or (fresh and self._fetched):
                return False
            self._asked_at = time.monotonic()
            try:
                answer = httpx.get(self._url, timeout=5, trust_env=False)
                self._fetched = (load_key(answer.json()),)
            except (httpx.HTTPError, ValueError, BankMisconfigured):
                return False
            return True


def verify(body: bytes, keys: Keys) -> bytes:
    """Return the payload of a genuine token; raise BadSignature for anything else.

    White space around the token is stripped, as the bank may add a line end; no claim about time
    or audience is demanded, because the bank sends none (tochka.md §12.3).
    """
    token = body.strip(_WHITE)
    for attempt in range(2):
        for key in keys.trusted():
            try:
                return _payload(token, key)
            except jwt.InvalidSignatureError:
                continue
            except (jwt.PyJWTError, ValueError, RecursionError) as error:
                raise BadSignature(type(error).__name__) from None
        if attempt or not keys.refresh():
            break
    raise BadSignature("no trusted key signed this")


def _payload(token: bytes, key: RSAPublicKey) -> bytes:
    payload: bytes = _verifier.decode_complete(token, key, algorithms=[ALGORITHM])["payload"]
    return payload


def event_of(payload: bytes, ours: tuple[str | None, str | None]) -> BankEvent:
    """Read a verified payload; what is not an event of ours about a payment is OTHER or foreign.

    ``ours`` is our customer code and merchant id as far as they are known without asking the bank;
    an unknown one is not compared, because the reading of the operation decides anyway.
    """
    claims = read_json(payload)
    if not isinstance(claims, dict) or claims.get("webhookType") != PAYMENT:
        plain = claims if isinstance(claims, dict) else {}
        return BankEvent(EventKind.OTHER, False, None, None, _storable(plain))
    is_ours = all(
        known is None or claims.get(name) == known
        for name, known in zip(("customerCode", "merchantId"), ours, strict=True)
    )
    return BankEvent(
        kind=EventKind.PAYMENT,
        is_ours=is_ours,
        operation_id=_identifier(claims.get("operationId")),
        reference=_identifier(claims.get("paymentLinkId")),
        claims=_storable(claims),
    )


def _identifier(value: object) -> str | None:
    """Return an id that could be one: a short printable string."""
    is_plain = isinstance(value, str) and 0 < len(value) <= 64 and value.isprintable()
    return str(value) if is_plain else None


def _storable(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims as text that both databases can keep: no NUL, no lone surrogates."""
    stored = {}
    for name, value in list(claims.items())[:50]:
        shown = value if isinstance(value, str) else write_json({"v": value}).decode()
        clean = shown.encode("utf-8", "replace").decode().replace("\x00", "")
        stored[name[:100].encode("utf-8", "replace").decode().replace("\x00", "")] = clean[:1000]
    return stored
