"""What every HTTP line to the outside shares: whom it trusts, and how far an answer is read.

Banks, Yandex and the provider of SMS are spoken to over this, each with errors of its own.
"""

import logging
import ssl
import time
from functools import cache

import httpx

CONNECT_SECONDS = 5.0
#: Raised before the first byte of a request can have left: DNS, refused, TLS, no free connection.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# httpx tells whole addresses, and an address may hold ids that are as good as keys.
logging.getLogger("httpx").setLevel(logging.WARNING)


@cache
def trust() -> ssl.SSLContext:
    """Read the certificates that everybody trusts, once: it takes long, and people wait."""
    return httpx.create_ssl_context(trust_env=False)


def read(answer: httpx.Response, deadline: float, *, most: int) -> bytes:
    """Read a body of ``most`` bytes before a monotonic ``deadline``; raise httpx.HTTPError.

    We ask for no compression, so that a small body cannot swell while it is read.
    """
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise httpx.DecodingError("compressed without being asked")
    data = b""
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > most:
            raise httpx.ReadError("the answer is too long")
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer takes too long")
    return data
