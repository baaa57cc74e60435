"""The last day of an account as a line, a sentence and a table (ux.md §1.14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median

from portal.domain.ports import Severity
from portal.store.bank_history import LATELY
from portal.store.bank_states import BankCheck
from portal.web.bank_words import took_words
from portal.web.formats import MOSCOW, plural

#: The units of the drawing: five minutes are one across, the slowest good answer fills the height.
WIDTH, HEIGHT = 288, 40
#: The line breaks where nobody has asked for so long.
GAP = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the table, in Moscow time: how many checks, how many bad, the usual answer."""

    starts_at: datetime
    checks: int
    bad: int
    took: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """How long an account took to answer, and where it had a problem; oldest first."""

    lines: Sequence[str]
    bad_at: Sequence[int]
    sentence: str
    hours: Sequence[Hour]


def pulse(checks: Sequence[BankCheck], now: datetime) -> Pulse:
    """Draw the checks of the last day; answers that found a problem are marks and no part of it."""
    good = [each for each in checks if each.worst is not Severity.PROBLEM]
    bad = [each for each in checks if each.worst is Severity.PROBLEM]
    most = max((each.took_ms or 0 for each in good), default=0) or 1
    lines: list[list[str]] = []
    last: datetime | None = None
    for each in good:
        at = _at(each)
        if last is None or at - last > GAP:
            lines.append([])
        lines[-1].append(f"{_x(at, now)},{HEIGHT - round(HEIGHT * (each.took_ms or 0) / most)}")
        last = at
    drawn = [" ".join(_seen(line)) for line in lines]
    return Pulse(drawn, [_x(_at(each), now) for each in bad], _sentence(good, bad), _hours(checks))


def share_words(checks: Sequence[BankCheck]) -> str:
    """Say how many of the checks found no problem: «99 % за сутки»; nothing without any."""
    if not checks:
        return ""
    good = sum(each.worst is not Severity.PROBLEM for each in checks)
    return f"без ошибок {100 * good // len(checks)}\u00a0% проверок за сутки"


def _at(check: BankCheck) -> datetime:
    return check.finished_at or check.asked_at


def _x(at: datetime, now: datetime) -> int:
    return max(0, min(WIDTH, round(WIDTH * (1 - (now - at) / LATELY))))


def _seen(points: list[str]) -> list[str]:
    """Let a point that stands alone be seen: a line needs two."""
    if len(points) > 1:
        return points
    x, y = points[0].split(",")
    return [points[0], f"{int(x) + 2},{y}"]


def _sentence(good: Sequence[BankCheck], bad: Sequence[BankCheck]) -> str:
    count = len(good) + len(bad)
    if not count:
        return "За сутки проверок не было."
    asked = f"За сутки {count} {plural(count, 'проверка', 'проверки', 'проверок')}"
    told = f"{asked}, с ошибками {len(bad)}." if bad else f"{asked}, все без ошибок."
    if not good:
        return told
    took = [each.took_ms or 0 for each in good]
    usual, longest = took_words(round(median(took))), took_words(max(took))
    return f"{told} Ответ обычно {usual}, самый долгий {longest}."


def _hours(checks: Sequence[BankCheck]) -> Sequence[Hour]:
    def hour(check: BankCheck) -> datetime:
        return _at(check).astimezone(MOSCOW).replace(minute=0, second=0, microsecond=0)

    rows = []
    for starts_at, group in groupby(checks, key=hour):
        told = list(group)
        bad = sum(each.worst is Severity.PROBLEM for each in told)
        took = [each.took_ms or 0 for each in told if each.worst is not Severity.PROBLEM]
        rows.append(
            Hour(starts_at, len(told), bad, took_words(round(median(took))) if took else "—")
        )
    return rows[::-1]
