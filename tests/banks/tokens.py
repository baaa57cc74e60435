"""Webhook tokens, genuine and hostile: the bank's published samples, and a signer of our own."""

import base64
import hashlib
import hmac
import json
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

HEADER = b'{"typ":"JWT","alg":"RS256"}'
CLAIMS = {
    "customerCode": "300000092",
    "amount": "1500.00",
    "paymentType": "card",
    "operationId": "48232c9a-ce82-1593-3cb6-5c85a1ffef8f",
    "purpose": "Консультация № 1042",
    "webhookType": "acquiringInternetPayment",
    "merchantId": "200000000001056",
    "status": "APPROVED",
    "paymentLinkId": "cons-1042-1",
}


@cache
def key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Make a key once for each name: ``bank`` is trusted by the tests, others are strangers'."""
    return rsa.generate_private_key(65537, bits)


def jwk(private: rsa.RSAPrivateKey) -> dict[str, str]:
    """Return the public part in the bank's form (§12.3)."""
    numbers = private.public_key().public_numbers()
    size = (private.key_size + 7) // 8
    modulus = encoded(numbers.n.to_bytes(size, "big")).decode()
    return {"kty": "RSA", "e": "AQAB", "n": modulus}


def public_pem() -> bytes:
    """Return the trusted key as PEM, which an attacker has too."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key("bank").public_key().public_bytes(serialization.Encoding.PEM, form)


def encoded(data: bytes) -> bytes:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(
    payload: bytes | dict[str, object] = CLAIMS, header: bytes = HEADER, by: str = "bank"
) -> bytes:
    """Sign a payload as the bank does, with its separators and escapes (§12.4)."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = encoded(header) + b"." + encoded(data)
    signature = key(by).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return signed + b"." + encoded(signature)


def header(**fields: object) -> bytes:
    """Write a header; ``alg`` is RS256 unless told."""
    return json.dumps({"typ": "JWT", "alg": "RS256", **fields}).encode()


def with_hmac(secret: bytes, alg: str = "HS256") -> bytes:
    """Sign with a secret that everybody knows: the classic confusion of algorithms."""
    signed = encoded(header(alg=alg)) + b"." + encoded(json.dumps(CLAIMS).encode())
    return signed + b"." + encoded(hmac.new(secret, signed, hashlib.sha256).digest())


def with_algorithm(alg: str) -> bytes:
    """Sign genuinely with the trusted key by another algorithm, or with a key of its kind."""
    signed = encoded(header(alg=alg)) + b"." + encoded(json.dumps(CLAIMS).encode())
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    private = key("bank")
    signatures = {
        "RS384": lambda: private.sign(signed, padding.PKCS1v15(), hashes.SHA384()),
        "RS512": lambda: private.sign(signed, padding.PKCS1v15(), hashes.SHA512()),
        "PS256": lambda: private.sign(signed, pss, hashes.SHA256()),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()).sign(
            signed, ec.ECDSA(hashes.SHA256())
        ),
        "EdDSA": lambda: ed25519.Ed25519PrivateKey.generate().sign(signed),
    }
    return signed + b"." + encoded(signatures[alg]())


def parts(whole: bytes) -> list[bytes]:
    """Split a token into header, payload and signature."""
    return whole.split(b".")
