"""The hour of a consultation where its client is, beside the hour of Moscow."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from portal.web.formats import MONTHS, MOSCOW

#: The zone of somebody of whom only the country is known.
ZONES = {"KZ": "Asia/Almaty"}


def hour_there(moment: datetime, zone: str) -> str:
    """Write the hour in another zone with its town: «17:00 (Алматы)», with the day when it differs.

    Empty where clocks show what Moscow's show.
    """
    there, here = moment.astimezone(ZoneInfo(zone)), moment.astimezone(MOSCOW)
    if there.utcoffset() == here.utcoffset():
        return ""
    day = "" if there.date() == here.date() else f"{there.day} {MONTHS[there.month]}, "
    return f"{day}{there:%H:%M} ({town_of(zone)})"


def town_of(zone: str) -> str:
    """Name the town whose clocks a zone keeps: «Алматы»."""
    return get_timezone_location(zone, locale="ru", return_city=True)
