"""The bank's signature under webhooks (tochka.md §12.3): RSA-3072, RS256, a JWK without `kid`."""

import json
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt import PyJWS
from jwt.algorithms import RSAAlgorithm
from pydantic import BaseModel

from portal.sandbox.world import World


class SigningKey(BaseModel):
    """The private key of this simulator; it signs nothing outside."""

    pem: str


def sign(world: World, claims: dict[str, str]) -> str:
    """Return the compact token with exactly the bank's header and Python's JSON separators."""
    payload = json.dumps(claims).encode()
    return PyJWS().encode(payload, _private_key(world), algorithm="RS256", sort_headers=False)


def spoil(token: str) -> str:
    """Return the token with a signature that does not verify."""
    return token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")


def public_jwk(world: World) -> dict[str, str]:
    """Return the key as the bank publishes it: three members, no more."""
    jwk = RSAAlgorithm.to_jwk(_private_key(world).public_key(), as_dict=True)
    return {"kty": jwk["kty"], "e": jwk["e"], "n": jwk["n"]}


def _private_key(world: World) -> rsa.RSAPrivateKey:
    return _load(world.settings.signing_key_pem or _kept_pem(world))


@lru_cache(maxsize=8)
def _load(pem: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the signing key must be RSA")
    return key


def _kept_pem(world: World) -> str:
    with world.store.transaction():
        kept = world.store.find(SigningKey, "tochka")
        if kept is None:
            made = rsa.generate_private_key(public_exponent=65537, key_size=3072)
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            kept = SigningKey(pem=pem.decode())
            world.store.put("tochka", kept)
    return kept.pem
