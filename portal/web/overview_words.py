"""What waits for a person, in words, each line with the list or the card where it is seen to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from portal.domain.permissions import Permission
from portal.store.bank_states import BankSuspension
from portal.store.overviews import CAP, Attention
from portal.web.access import can, may_open
from portal.web.context import bank_title
from portal.web.formats import grouped, plural


@dataclass(frozen=True, slots=True)
class Task:
    """One line: how many of what, since when, where to go, and the numbers of payments."""

    words: str
    url: str
    since: str = ""
    payments: Sequence[int] = ()


UNKNOWN = tuple(f"{one} с неизвестным результатом" for one in ("возврат", "возврата", "возвратов"))
UNSENT = (
    "возврат не отправлен дольше часа",
    "возврата не отправлены дольше часа",
    "возвратов не отправлены дольше часа",
)
SLOW = tuple(f"{one} в пути дольше недели" for one in ("возврат", "возврата", "возвратов"))
FAILED = ("возврат не прошёл", "возврата не прошли", "возвратов не прошли")
UNEXPLAINED = tuple(f"{one} вне портала" for one in ("возврат", "возврата", "возвратов"))
SURPLUS = ("лишняя оплата", "лишние оплаты", "лишних оплат")
OWED = ("платёж ждёт возврата", "платежа ждут возврата", "платежей ждут возврата")
ASKED = ("клиент просит возврат", "клиента просят возврат", "клиентов просят возврат")
HAND = tuple(
    f"{one} в кабинете банка"
    for one in ("возврат нужно сделать", "возврата нужно сделать", "возвратов нужно сделать")
)
CHECKS = tuple(f"{one} карты без возврата" for one in ("проверка", "проверки", "проверок"))
INCIDENTS = tuple(f"{one} с банком" for one in ("расхождение", "расхождения", "расхождений"))
OVERDUE = ("консультация не закрыта", "консультации не закрыты", "консультаций не закрыты")
DELIVERIES = tuple(f"{one} банка не обработано" for one in ("событие", "события", "событий"))


def tasks(waiting: Attention, now: datetime) -> list[Task]:
    """Make a line for each thing that waits and that the visitor may see; zero is silent."""
    payments, since = "payments.show_list", ""
    if waiting.oldest_unknown is not None:
        since = f"самый давний — {age(now - waiting.oldest_unknown)}"
    lines: tuple[tuple[int, Sequence[str], str, dict[str, Any]], ...] = (
        (waiting.unknown_refunds, UNKNOWN, payments, {"status": "refund_unknown"}),
        (waiting.unsent_refunds, UNSENT, payments, {"refund": "requested"}),
        (waiting.slow_refunds, SLOW, payments, {"status": "in_transit", "sort": "date"}),
        (waiting.failed_refunds, FAILED, payments, {"status": "refund_failed"}),
        (waiting.unexplained_refunds, UNEXPLAINED, "attributions.show_list", {}),
        (waiting.asked_payments, ASKED, payments, {"flag": "asked"}),
        (waiting.hand_payments, HAND, payments, {"flag": "hand"}),
        (waiting.surplus_payments, SURPLUS, payments, {"flag": "surplus"}),
        (waiting.owed_payments, OWED, payments, {"flag": "owed"}),
        (waiting.incidents, INCIDENTS, payments, {}),
        (waiting.overdue_consultations, OVERDUE, "consultations.show_list", {"tab": "overdue"}),
        (waiting.failed_deliveries, DELIVERIES, "deliveries.show_list", {"status": "failed"}),
    )
    return _apart(waiting) + [
        Task(
            _count(count, forms),
            "" if forms is INCIDENTS else url_for(door, **params),
            since=since if forms is UNKNOWN else "",
            payments=waiting.in_incident if forms is INCIDENTS else (),
        )
        for count, forms, door, params in lines
        if count and may_open(door)
    ]


def suspended(rows: Mapping[str, BankSuspension]) -> list[Task]:
    """Tell everybody who works here through which accounts nobody can pay now, and why."""
    url = url_for("banks.show_list") if may_open("banks.show_list") else ""
    return [
        Task(f"Приём через «{bank_title(name)}» приостановлен", url, since=f"Причина: {row.reason}")
        for name, row in rows.items()
    ]


def _journal(broken_entry: int) -> list[Task]:
    if not broken_entry or not can(Permission.AUDIT_READ):
        return []
    return [
        Task(f"цепочка журнала нарушена на записи №\xa0{broken_entry}", url_for("audit.show_list"))
    ]


def _apart(waiting: Attention) -> list[Task]:
    return _journal(waiting.broken_entry) + _checks(waiting.owed_checks)


def _checks(count: int) -> list[Task]:
    if not count or not may_open("card_checks.show_list"):
        return []
    return [Task(_count(count, CHECKS), url_for("card_checks.show_list"))]


def _count(count: int, forms: Sequence[str]) -> str:
    """Say how many; what was counted no further agrees with the number that is said."""
    number = f"больше {grouped(CAP)}" if count > CAP else grouped(count)
    return f"{number} {plural(min(count, CAP), *forms)}"


def age(past: timedelta) -> str:
    """Say how long ago in the largest whole unit: «меньше минуты», «42 мин», «5 ч», «3 дн»."""
    minutes = int(past.total_seconds() // 60)
    if minutes < 1:
        return "меньше минуты"
    if minutes < 60:
        return f"{minutes} мин"
    return f"{minutes // 60} ч" if minutes < 48 * 60 else f"{minutes // (24 * 60)} дн"
