"""How money, moments and people look on a page (ux.md §3.8)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale

from portal.domain import clock
from portal.domain.money import Currency, Money

NBSP = "\u00a0"
JOINER = "\u2060"
MINUS = "\u2212"
SIGNS = {Currency.RUB: "₽", Currency.KZT: "₸"}
_IN = {Currency.RUB: "в рублях", Currency.KZT: "в тенге"}
RUSSIAN = Locale("ru")
#: Read once: Babel reads its pattern anew for every moment, and a list has a hundred.
MONTHS = dict(RUSSIAN.months["format"]["wide"])
SHORT_MONTHS = {
    number: name.removesuffix(".")
    for number, name in RUSSIAN.months["format"]["abbreviated"].items()
}
MOSCOW = ZoneInfo("Europe/Moscow")


def money(sum_: Money) -> str:
    """Write a sum with two decimals: «3 500,00 ₽»; a negative one with a true minus."""
    major, minor = divmod(abs(sum_.minor), 100)
    grouped = f"{major:,}".replace(",", NBSP)
    sign = MINUS if sum_.minor < 0 else ""
    return f"{sign}{grouped},{minor:02d}{NBSP}{SIGNS[sum_.currency]}"


def money_short(sum_: Money) -> str:
    """Write a sum for a headline: kopecks only when there are any."""
    return money(sum_).replace(",00" + NBSP, NBSP)


def in_currency(currency: Currency) -> str:
    """Say in which currency: «в тенге»."""
    return _IN[currency]


def when(moment: datetime | None, zone: str | None = None) -> str:
    """Write a moment for a table: «14 авг, 15:04», with the year when it is not this one."""
    if moment is None:
        return "—"
    local = moment.astimezone(ZoneInfo(zone) if zone else MOSCOW)
    year = "" if local.year == clock.now().astimezone(MOSCOW).year else f" {local.year}"
    return f"{local.day} {SHORT_MONTHS[local.month]}{year}, {local:%H:%M}"


def day_month(day: date) -> str:
    """Write a day under a chart: «14 авг»."""
    return f"{day.day} {SHORT_MONTHS[day.month]}"


def when_long(moment: datetime, zone: str | None = None) -> str:
    """Write a moment in full: «14 августа 2024 г., 15:04»."""
    local = moment.astimezone(ZoneInfo(zone) if zone else MOSCOW)
    return f"{local.day}{NBSP}{MONTHS[local.month]} {local.year}{NBSP}г., {local:%H:%M}"


def iso(moment: datetime) -> str:
    """Write a moment for machines, in the ``datetime`` attribute."""
    return moment.isoformat(timespec="seconds")


def clock_time(moment: datetime) -> str:
    """Write the Moscow time of day: «15:04»."""
    return moment.astimezone(MOSCOW).strftime("%H:%M")


def plural(count: int, one: str, few: str, many: str) -> str:
    """Choose the Russian form: 1 платёж, 2 платежа, 5 платежей."""
    return {"one": one, "few": few}.get(RUSSIAN.plural_form(count), many)


def shown(count: int, one: str = "показана") -> str:
    """Say how many rows a page shows: «показана 1», «показаны 2», «показано 5»; ``one`` agrees."""
    return f"{plural(count, one, 'показаны', 'показано')} {grouped(count)}"


def grouped(count: int) -> str:
    """Write a count with thousands apart."""
    return f"{count:,}".replace(",", NBSP)


def masked_phone(phone: str | None) -> str:
    """Show of a phone what is enough to recognise it: «+7 9•• •••-12-34»."""
    digits = "".join(character for character in phone or "" if character.isdigit())
    if len(digits) < 7:
        return "—"
    return f"+{digits[0]} {digits[1]}•• •••-{digits[-4:-2]}-{digits[-2:]}"


def masked_email(email: str) -> str:
    """Show of an e-mail what is enough to recognise it: «m…@mail.ru», never in two lines."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…{JOINER}@{host}"
