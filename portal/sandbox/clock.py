"""The simulators' own clock, which the control page can advance."""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from portal.sandbox.store import Store


class ClockOffset(BaseModel):
    """How far the simulated time runs ahead of the real one."""

    seconds: float = 0


def now(store: Store) -> datetime:
    """Return the simulated time, aware UTC."""
    offset = store.find(ClockOffset, "clock") or ClockOffset()
    return datetime.now(UTC) + timedelta(seconds=offset.seconds)


def advance(store: Store, seconds: float) -> datetime:
    """Move the simulated time forward and return it."""
    with store.transaction():
        offset = store.find(ClockOffset, "clock") or ClockOffset()
        store.put("clock", ClockOffset(seconds=offset.seconds + seconds))
    return now(store)


def in_iso(moment: datetime) -> str:
    """Write a time the way the banks do: ISO 8601, whole seconds, with its offset."""
    return moment.isoformat(timespec="seconds")
