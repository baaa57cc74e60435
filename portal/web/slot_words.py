"""What people read about slots: why one cannot be offered or taken, and what taking one means."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.domain.money import Currency
from portal.domain.slots import SlotFault, SlotRefused, SlotStatus
from portal.web.formats import (
    MONTHS,
    MOSCOW,
    RUSSIAN,
    clock_time,
    in_currency,
    plural,
    when,
    when_long,
)

FAULTS = {
    SlotFault.IN_THE_PAST: "это время уже прошло. Выберите другой день или час",
    SlotFault.LENGTH: "консультация длится от 5 минут до 8 часов",
    SlotFault.OVERLAPS: "специалист в это время занят: слот пересекается с другим",
    SlotFault.PRICE: "цена должна быть больше нуля",
}
#: What a client reads when the slot that they have chosen is gone.
GONE = {
    SlotStatus.TAKEN: "Это время только что занял другой клиент.",
    SlotStatus.WITHDRAWN: "Это время больше не предлагается.",
    SlotStatus.PAST: "На это время уже не записаться: до начала слишком мало.",
}
NOTHING_TAKEN = "Вы не записаны, деньги не списаны. Выберите другое время."
#: The same for who wanted to book it for a client.
NOT_BOOKED = "Клиент не записан, деньги не двигались. Выберите другое время."
#: What staff read when a slot cannot be withdrawn.
NOT_WITHDRAWN = {
    SlotStatus.TAKEN: "Слот уже занят. Сначала отмените консультацию. Ничего не изменилось.",
    SlotStatus.WITHDRAWN: "Слот уже снят. Ничего не изменилось.",
    SlotStatus.PAST: "Время слота прошло, снимать нечего. Ничего не изменилось.",
}


def offered_words(count: int) -> str:
    """Say how many slots were put on offer."""
    added = plural(count, "Добавлен", "Добавлено", "Добавлено")
    return f"{added} {count} {plural(count, 'слот', 'слота', 'слотов')}."


def refused_words(refusal: SlotRefused) -> str:
    """Say which slot cannot be offered and why; none of its row was."""
    return f"{when(refusal.starts_at)}: {FAULTS[refusal.fault]}. Ни один слот не добавлен."


def gone_words(status: SlotStatus) -> str:
    """Tell a client why the slot is not theirs, what of the money, and what to do next."""
    return f"{GONE[status]} {NOTHING_TAKEN}"


def not_taken_words(currency: Currency, *, is_suspended: bool) -> str:
    """Tell a client why nobody takes the currency of the slot now, and what to do next."""
    if is_suspended:
        return (
            f"Приём оплаты {in_currency(currency)} временно приостановлен. {NOTHING_TAKEN} "
            "Или откройте эту страницу позже, когда приём возобновят."
        )
    return (
        f"Оплату {in_currency(currency)} мы пока не принимаем. {NOTHING_TAKEN} "
        "Чтобы записаться на это время, напишите администратору."
    )


def day_words(moment: datetime) -> str:
    """Name a Moscow day: «25 ноября, среда»."""
    local = moment.astimezone(MOSCOW)
    weekday = RUSSIAN.days["format"]["wide"][local.weekday()]
    return f"{local.day} {MONTHS[local.month]}, {weekday}"


def in_both_zones(moment: datetime, zone: str) -> str:
    """Write a time of day in Moscow and where the client lives, when their clocks differ."""
    there = moment.astimezone(ZoneInfo(zone))
    here = moment.astimezone(MOSCOW)
    if there.utcoffset() == here.utcoffset():
        return clock_time(moment)
    day = "" if there.date() == here.date() else f" {there.day} {MONTHS[there.month]}"
    return f"{clock_time(moment)} · у вас {there:%H:%M}{day}"


def long_in_both_zones(moment: datetime, zone: str) -> str:
    """Write a moment in full in Moscow and where the client lives, when their clocks differ."""
    same = moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.astimezone(MOSCOW).utcoffset()
    moscow = f"{when_long(moment)} по Москве"
    return moscow if same else f"{moscow}, у вас {when_long(moment, zone)}"


def hold_words(hold: timedelta) -> str:
    """Say how long a slot waits for its money."""
    minutes = int(hold.total_seconds() // 60)
    return f"{minutes} {plural(minutes, 'минута', 'минуты', 'минут')}"
