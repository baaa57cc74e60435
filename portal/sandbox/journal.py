"""The journal of what was really executed, whatever the caller was told."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from portal.sandbox.clock import in_iso
from portal.sandbox.world import World


class JournalEntry(BaseModel):
    """One call: `executed` is the truth, `status` is what the caller saw (nothing: a cut line)."""

    n: int
    at: datetime
    bank: str
    call: str
    operation_id: str | None = None
    amount_minor: int | None = None
    executed: bool
    status: int | None = None
    fault: str | None = None
    details: dict[str, str | int | None] = {}

    def as_json(self) -> dict[str, Any]:
        """Show the entry with the bank's spelling and the amount in roubles beside minor units."""
        roubles = None if self.amount_minor is None else self.amount_minor / 100
        return {
            **self.details,
            "n": self.n,
            "at": in_iso(self.at),
            "bank": self.bank,
            "call": self.call,
            "operationId": self.operation_id,
            "amount": roubles,
            "amount_minor": self.amount_minor,
            "executed": self.executed,
            "status": self.status,
            "fault": self.fault,
        }


def note(world: World, bank: str, call: str, **facts: Any) -> None:
    """Append an entry; inside a transaction it is kept together with what it tells about."""
    number = world.store.next_number("journal")
    entry = JournalEntry(n=number, at=world.now(), bank=bank, call=call, **facts)
    world.store.put(str(number), entry)


def list_entries(world: World, filters: dict[str, str]) -> list[JournalEntry]:
    """Return the entries in order; filters compare `bank`, `call` and `operation_id`."""
    return [
        entry
        for entry in world.store.list_all(JournalEntry)
        if all(getattr(entry, field) == value for field, value in filters.items())
    ]
