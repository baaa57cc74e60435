"""A webhook of the bank: a bare JWS in text/plain becomes a BankEvent (tochka.md §12)."""

import re
from collections.abc import Iterable, Mapping

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.api_jws import PyJWS

from portal.banks import strict_json
from portal.domain.ports import BadSignature, BankEvent, EventKind

ALGORITHMS = ["RS256"]  # anything else, "none" and HMAC above all, is somebody else's idea
PAYMENT_EVENT = "acquiringInternetPayment"
#: The bank's ids are UUID-like; what cannot be one is never looked up (tochka.md §2.2).
OPERATION_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
MAX_REFERENCE = 45
_jws = PyJWS(algorithms=ALGORITHMS)


def verified(body: bytes, keys: Iterable[RSAPublicKey]) -> bytes:
    """Return the payload of a message signed by one of the keys; raise BadSignature.

    The bank sets no exp, iat, iss or aud (tochka.md §0.13): none is demanded, none is believed.
    """
    token = body.strip()
    reason = "no key"
    for key in keys:
        try:
            found = _jws.decode_complete(token, key, algorithms=ALGORITHMS)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            reason = type(error).__name__
            continue
        if found["header"].get("typ", "JWT") != "JWT":
            raise BadSignature("a token of another type")
        payload: bytes = found["payload"]
        return payload
    raise BadSignature(reason)


def read_event(
    payload: bytes, customer_code: str | None, merchants: frozenset[str] | None
) -> BankEvent:
    """Read a verified payload; what cannot be read without guessing is OTHER and not ours.

    Codes of ours that are not known yet (None) are not compared: every customer of the bank has the
    same key, so the reading of the operation decides then.
    """
    try:
        claims = strict_json.loads(payload)
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        return BankEvent(EventKind.OTHER, is_ours=False, operation_id=None, reference=None)
    is_payment = claims.get("webhookType") == PAYMENT_EVENT
    # A tuple, because a claim may be a list, and a set cannot even be asked about that.
    is_ours = (customer_code is None or claims.get("customerCode") == customer_code) and (
        merchants is None or claims.get("merchantId") in tuple(merchants)
    )
    return BankEvent(
        kind=EventKind.PAYMENT if is_payment else EventKind.OTHER,
        is_ours=is_ours,
        operation_id=_text(claims, "operationId", OPERATION_ID),
        reference=_reference(claims),
        claims=claims,
    )


def _text(claims: Mapping[str, object], name: str, form: re.Pattern[str]) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _reference(claims: Mapping[str, object]) -> str | None:
    value = claims.get("paymentLinkId")
    return value if isinstance(value, str) and 0 < len(value) <= MAX_REFERENCE else None
