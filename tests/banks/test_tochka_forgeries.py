"""Tokens that the bank has not signed, or not so: all are refused alike (reliability.md §4 W)."""

import base64
import json

import pytest

from portal.domain.ports import BadSignature
from tests.banks.answers import Bank
from tests.banks.tokens import (
    CLAIMS,
    HEADER,
    encoded,
    header,
    jwk,
    key,
    parts,
    public_pem,
    token,
    with_algorithm,
    with_hmac,
)

HEAD, PAYLOAD, SIGNATURE = parts(token())
OTHER_PAYLOAD = parts(token({**CLAIMS, "amount": "1.00"}))[1]
STANDARD = base64.b64encode(b"\xfb\xff" * 100)
JWS_JSON = json.dumps(
    {"protected": HEAD.decode(), "payload": PAYLOAD.decode(), "signature": SIGNATURE.decode()}
).encode()


def unsigned(head: bytes) -> bytes:
    return encoded(head) + b"." + PAYLOAD + b"."


FORMS = {
    "empty": b"",
    "one byte": b"x",
    "only white": b" \r\n\t ",
    "byte order mark": b"\xef\xbb\xbf" + token(),
    "in quotes": b'"' + token() + b'"',
    "form field": b"token=" + token(),
    "bearer": b"Bearer " + token(),
    "two tokens": token() + b"\n" + token(),
    "two dots": b"..",
    "two parts": HEAD + b"." + PAYLOAD,
    "four parts": token() + b".x",
    "five parts": token() + b".x.y",
    "json serialisation": JWS_JSON,
    "json body": json.dumps(CLAIMS).encode(),
    "not base64": HEAD + b"." + PAYLOAD + b".!!!" + SIGNATURE[4:],
    "standard base64": HEAD + b"." + PAYLOAD + b"." + STANDARD,
    "NUL inside": token()[:50] + b"\x00" + token()[50:],
    "not ascii": token()[:50] + "ё".encode() + token()[50:],
    "64 KiB of nothing": b"A" * 65_536,
}

HEADERS = {
    "none": unsigned(header(alg="none")),
    "None": unsigned(header(alg="None")),
    "nOnE": unsigned(header(alg="nOnE")),
    "empty alg": token(header=header(alg="")),
    "no alg": token(header=b'{"typ":"JWT"}'),
    "null alg": token(header=header(alg=None)),
    "list alg": token(header=header(alg=["RS256"])),
    "object alg": token(header=header(alg={})),
    "lower-case alg": token(header=header(alg="rs256")),
    "none with a signature": token(header=header(alg="none")),
    "another typ": token(header=header(typ="logout+jwt")),
    "an access token": token(header=header(typ="at+jwt")),
    "a typ that is no word": token(header=header(typ=["JWT"])),
    "unknown crit": token(header=header(crit=["exp"], exp=1)),
    "crit b64": token(header=header(crit=["b64"], b64=False)),
    "array": token(header=b"[]"),
    "number": token(header=b"1"),
    "null": token(header=b"null"),
    "broken": token(header=HEADER[:-1]),
    "deep": token(header=b"[" * 60_000),
    "deep objects": token(header=b'{"a":' * 60_000),
    "numeric kid": token(header=header(kid=7)),
    "embedded key": token(header=header(jwk=jwk(key("stranger"))), by="stranger"),
    "path as kid": token(header=header(kid="../../dev/null"), by="stranger"),
    "sql as kid": token(header=header(kid="' UNION SELECT 1--"), by="stranger"),
    "long kid": token(header=header(kid="k" * 10_000), by="stranger"),
}

SIGNATURES = {
    "hmac with the pem": with_hmac(public_pem()),
    "hmac with the jwk": with_hmac(json.dumps(jwk(key("bank"))).encode()),
    "hmac with nothing": with_hmac(b""),
    "hmac under RS256": with_hmac(public_pem(), alg="RS256"),
    "another key": token(by="stranger"),
    "a session of ours": with_hmac(b"test-secret"),
    "empty": HEAD + b"." + PAYLOAD + b".",
    "cut": token()[:-10],
    "zeros": HEAD + b"." + PAYLOAD + b"." + encoded(bytes(256)),
    "last byte changed": HEAD + b"." + PAYLOAD + b"." + encoded(b"x" * 256),
    "of another payload": HEAD + b"." + OTHER_PAYLOAD + b"." + SIGNATURE,
    "of another header": encoded(header(kid="1")) + b"." + PAYLOAD + b"." + SIGNATURE,
    **{alg: with_algorithm(alg) for alg in ("RS384", "RS512", "PS256", "ES256", "EdDSA")},
}


def refuse(body: bytes) -> None:
    bank = Bank()
    connector = bank.connector(public_keys=(jwk(key("bank")),))

    with pytest.raises(BadSignature):
        connector.parse_webhook(body)

    assert bank.requests == []


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_a_body_of_another_form_is_refused(body):
    refuse(body)


@pytest.mark.parametrize("body", HEADERS.values(), ids=HEADERS.keys())
def test_a_header_that_the_bank_does_not_write_is_refused(body):
    refuse(body)


@pytest.mark.parametrize("body", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_signature_that_the_bank_has_not_made_is_refused(body):
    refuse(body)


def test_two_algorithms_in_one_header_open_no_door():
    refuse(token(header=b'{"alg":"RS256","alg":"none"}'))
