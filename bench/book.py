"""The ledger of the dataset: transfers in the order of the payments, accounts with their sums."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.dataset import Deal, Person

CURRENCIES = ("RUB", "KZT")
#: The places of a person's accounts: three from ``3 * id`` on; the house's stand before them.
AVAILABLE, RESERVED, IN_TRANSIT = range(3)
KINDS = ("available", "reserved", "in_transit")
#: What follows the top-up, by fate or by what became of the refund: reason, from, to, and its key.
MOVES: dict[str | None, tuple[tuple[str, str | int, str | int, str], ...]] = {
    "completed": (("consultation_fee", AVAILABLE, "revenue", "consultation:{deal}:settle:1"),),
    "scheduled": (("reserve", AVAILABLE, RESERVED, "consultation:{deal}:reserve:{deal}"),),
    "submitted": (("refund_hold", AVAILABLE, IN_TRANSIT, "refund:{refund}:hold"),),
    "unknown": (("refund_hold", AVAILABLE, IN_TRANSIT, "refund:{refund}:hold"),),
    "succeeded": (
        ("refund_hold", AVAILABLE, IN_TRANSIT, "refund:{refund}:hold"),
        ("refund", IN_TRANSIT, "bank:tochka", "refund:{refund}:done"),
    ),
    "failed": (
        ("refund_hold", AVAILABLE, IN_TRANSIT, "refund:{refund}:hold"),
        ("refund_release", IN_TRANSIT, AVAILABLE, "refund:{refund}:release"),
    ),
}


class Book:
    """Yields the transfers, adding them up; then the accounts with what that came to."""

    def __init__(self, deals: list[Deal], people: list[Person]) -> None:
        self._deals = deals
        self._people = people
        self._sums: Counter[int] = Counter()

    def transfers(self) -> Iterator[dict[str, Any]]:
        """Yield the top-ups first, numbered as the payments are, then all that followed."""
        for deal in self._deals:
            move = ("top_up", "bank:tochka", AVAILABLE, "payment:{deal}:paid")
            yield self._transfer(deal.number, deal, deal.minor, move)
        number = len(self._deals)
        for deal in self._deals:
            for move in MOVES.get(deal.refund or deal.fate, ()):
                number += 1
                yield self._transfer(number, deal, deal.back or deal.minor, move)

    def _transfer(
        self, number: int, deal: Deal, minor: int, move: tuple[str, str | int, str | int, str]
    ) -> dict[str, Any]:
        reason, giver, taker, key = move
        source, destination = _account(giver, deal.person), _account(taker, deal.person)
        self._sums[source] -= minor
        self._sums[destination] += minor
        return {
            "id": number,
            "event_key": key.format(deal=deal.number, refund=deal.refund_id),
            "source_id": source,
            "destination_id": destination,
            "amount_minor": minor,
            "currency": deal.person.currency,
            "reason": reason,
            "payment_id": deal.number,
            "consultation_id": deal.number,
            "refund_id": deal.refund_id if key.startswith("refund") else None,
            "at": deal.paid_at,
        }

    def accounts(self) -> Iterator[dict[str, Any]]:
        """Yield the accounts; ask after the transfers."""
        for currency in CURRENCIES:
            for code in ("bank:tochka", "revenue"):
                number, kind = _house(code, currency), code.partition(":")[0]
                yield self._row(number, code, kind, None, currency)
        for person in self._people:
            for place, kind in enumerate(KINDS):
                code = f"user:{person.id}:{kind}"
                number = _account(place, person)
                yield self._row(number, code, f"user_{kind}", person.id, person.currency)

    def _row(
        self, number: int, code: str, kind: str, user_id: int | None, currency: str
    ) -> dict[str, Any]:
        return {
            "id": number,
            "code": code,
            "kind": kind,
            "user_id": user_id,
            "currency": currency,
            "balance_minor": self._sums[number],
        }


def _account(place: str | int, person: Person) -> int:
    return _house(place, person.currency) if isinstance(place, str) else 3 * person.id + place


def _house(code: str, currency: str) -> int:
    return 1 + 2 * CURRENCIES.index(currency) + (code == "revenue")
