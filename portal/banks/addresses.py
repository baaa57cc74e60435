"""Which addresses a bank may have, and where a payer may be sent."""

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

#: Visible ASCII, no name or password before the host, no longer than browsers and banks bear.
_LINK = re.compile(r"(?=.{1,2083}\Z)https?://[\w.:\[\]-]+([/?#][!-~]*)?", re.ASCII)


def is_loopback(url: str) -> bool:
    """Tell whether an http(s) address leads to this machine and nowhere else."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def private_address(url: str) -> str:
    """Return the address of a bank without a slash at its end; raise ValueError for a leaking one.

    Plain http is for a simulator: from this machine to this machine.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("must be an address with a path only")
    if parts.scheme != "https" and not is_loopback(url):
        raise ValueError("must be https; http is for a simulator on this machine")
    return url.rstrip("/")


def is_safe_link(url: str, hosts: Collection[str], *, is_simulated: bool) -> bool:
    """Tell whether a payer may be sent there: https, at one of the hosts if any are named.

    A simulator on this machine may send to this machine by plain http.
    """
    try:
        parts = urlsplit(url if _LINK.fullmatch(url) else "")
        hostname = parts.hostname
    except ValueError:
        return False
    if is_simulated and is_loopback(url):
        return True
    return parts.scheme == "https" and bool(hostname) and hostname in (hosts or (hostname,))
