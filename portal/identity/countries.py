"""Which country an address is in, from a file that ships with the portal (A6); no network."""

import logging
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import maxminddb

#: The public-domain file that ships with the portal; its source is told beside it.
SHIPPED = Path(__file__).resolve().parent.parent / "data/countries/iptoasn-country.mmdb"
#: Addresses whose country has been the same for decades: a file that errs here is not for us.
KNOWN = {"2.132.0.1": "KZ", "92.46.0.1": "KZ", "95.165.0.1": "RU", "178.176.1.1": "RU"}
_log = logging.getLogger(__name__)


class BadCountries(Exception):
    """The file is not what it should be; the text says why, in Russian."""


class Countries:
    """The countries of addresses; without a readable file every country is unknown."""

    def __init__(self, file: Path) -> None:
        self._reader: maxminddb.Reader | None = None
        try:
            self._reader = maxminddb.open_database(file)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            _log.warning("no countries in %s: every payer is asked (%s)", file, error)

    def country_of(self, address: str) -> str | None:
        """Return the two letters of ISO 3166, or None when nobody knows."""
        if self._reader is None:
            return None
        try:
            found = self._reader.get(ip_address(address))
        except (ValueError, maxminddb.InvalidDatabaseError):
            return None
        code = found.get("country_code") if isinstance(found, dict) else None
        return code if isinstance(code, str) and len(code) == 2 else None

    @property
    def made_at(self) -> datetime | None:
        """When the file was made (UTC)."""
        if self._reader is None:
            return None
        return datetime.fromtimestamp(self._reader.metadata().build_epoch, UTC)


def checked(file: Path) -> Countries:
    """Open a file and look into it; raise BadCountries when it cannot be used."""
    countries = Countries(file)
    if countries.made_at is None:
        raise BadCountries("файл не открывается как MMDB")
    wrong = [address for address, code in KNOWN.items() if countries.country_of(address) != code]
    if wrong:
        raise BadCountries(f"страна не та у адресов {', '.join(wrong)}")
    return countries
