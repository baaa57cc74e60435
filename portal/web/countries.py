"""Which country a visitor is in, as far as it can be known (A6)."""

import re
from ipaddress import ip_address

from flask import current_app, request

from portal.identity.countries import Countries

#: Two letters of a country; proxies write XX for nobody knows and T1 for Tor.
_CODE = re.compile(r"(?!XX)[A-Z]{2}")


def visitor_country() -> str | None:
    """Return the country's two letters, or None when nobody knows.

    A header is believed only where the settings name both it and a proxy that writes it.
    """
    settings = current_app.config["PORTAL"]
    if settings.trusted_proxies and settings.country_header:
        told = request.headers.get(settings.country_header, "").upper()
        if _CODE.fullmatch(told):
            return told
    address = request.remote_addr or ""
    if _is_private(address):
        return settings.private_country or None
    countries: Countries = current_app.extensions["countries"]
    return countries.country_of(address)


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
