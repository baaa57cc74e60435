"""The public keys that the bank signs webhooks with: pinned, or read from a simulator nearby."""

import threading
import time
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from portal.banks.http import BankHttp, Request
from portal.domain.ports import BankUnavailable

MIN_KEY_BITS = 2048
REFRESH_SECONDS = 60


def load_key(jwk: object) -> RSAPublicKey:
    """Read a JWK (tochka.md §12.3); raise ValueError unless it is a public RSA key of 2048 bits."""
    if not isinstance(jwk, Mapping):
        raise ValueError("not a JWK")
    try:
        key = RSAAlgorithm.from_jwk(dict(jwk))
    except (PyJWTError, TypeError, ValueError):
        raise ValueError("not an RSA key in JWK form") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("a private key: only the public one belongs here")
    if key.key_size < MIN_KEY_BITS:
        raise ValueError(f"shorter than {MIN_KEY_BITS} bits")
    return key


def fetch_key(http: BankHttp) -> RSAPublicKey:
    """Read the key that a bank publishes; raise BankUnavailable when there is none to read."""
    answer = http.call(Request("GET", "", ids={}))
    try:
        return load_key(answer.body if answer.status == 200 else None)
    except ValueError as error:
        raise BankUnavailable(f"published key: {error}", sent=False) from None


class Keys:
    """The pinned keys and, on a local stack, the simulator's key: it makes itself a new one."""

    def __init__(self, pinned: tuple[RSAPublicKey, ...], nearby: BankHttp | None) -> None:
        self.pinned = pinned
        self._nearby = nearby
        self._fetched: RSAPublicKey | None = None
        self._fetched_at: float | None = None
        self._lock = threading.Lock()

    def trusted(self) -> tuple[RSAPublicKey, ...]:
        """Return every key to try; raise BankUnavailable when the nearby one was never read."""
        if self._nearby is None:
            return self.pinned
        with self._lock:
            if self._fetched is None:
                self._fetch(self._nearby)
            return self.pinned if self._fetched is None else (*self.pinned, self._fetched)

    def refresh(self) -> bool:
        """Read the nearby key again, at most once a minute; tell whether it has changed."""
        if self._nearby is None:
            return False
        with self._lock:
            before, at = self._fetched, self._fetched_at
            if at is not None and time.monotonic() - at < REFRESH_SECONDS:
                return False
            self._fetch(self._nearby)
            return self._fetched != before

    def _fetch(self, nearby: BankHttp) -> None:
        self._fetched = fetch_key(nearby)
        self._fetched_at = time.monotonic()
