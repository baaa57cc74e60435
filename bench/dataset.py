"""A deterministic dataset: real-looking Russian and Kazakh people, and a book that adds up."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.domain.search import meeting_text, search_text

SEED = 20261124
PAYMENTS_A_PERSON = 10
START = datetime(2024, 1, 1, tzinfo=UTC)
FUTURE = datetime(2040, 1, 1, tzinfo=UTC)
DURATION = timedelta(minutes=50)
RUSSIAN = tuple(
    "Иванов Петров Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов "  # noqa: SIM905
    "Волков Зайцев Павлов Семёнов Голубев Виноградов Богданов Воробьёв Фёдоров".split()
)
KAZAKH = tuple(
    "Ахметов Сулейменов Абдрахманов Нурпеисов Касымов Жумабаев Оспанов Ибраев Садыков".split()  # noqa: SIM905
)
NAMES = ("Алексей", "Мария", "Дмитрий", "Елена", "Данияр", "Айгерим", "Пётр", "Нурлан", "Асель")
FATHERS = ("Сергеевич", "Ильич", "Андреевич", "Маратович", "Ерланович", "Игоревич", "Болатович")
SPECIALISTS = ("Орлова Наталья", "Тулегенова Сауле", "Белкин Игорь", "Ким Виктория")
#: One surname that a handful of people bear, whatever the size.
RARE = "Звягинцев"
#: What became of the paid consultation, and how often of a hundred.
FATES = {"completed": 80, "cancelled": 12, "unsuccessful": 8}
#: What became of the refund of a cancelled one, and how often of two thousand.
REFUNDS = {None: 1000, "succeeded": 950, "submitted": 30, "failed": 18, "unknown": 2}


@dataclass(frozen=True, slots=True)
class Person:
    """A client: who they are and what they pay in."""

    id: int
    name: str
    email: str
    phone: str
    currency: str

    @property
    def line(self) -> str:
        """What they are found by."""
        return search_text(self.name, self.email, self.phone)


@dataclass(frozen=True, slots=True)
class Deal:
    """A paid consultation, whose it was and how it ended."""

    number: int
    person: Person
    line: str
    minor: int
    method: str
    fate: str
    refund_id: int | None
    refund: str | None
    back: int

    @property
    def paid_at(self) -> datetime:
        """One is paid every minute."""
        return START + timedelta(minutes=self.number)

    @property
    def starts_at(self) -> datetime:
        """The newest are still to come."""
        first = FUTURE if self.fate == "scheduled" else START + timedelta(days=1)
        return first + timedelta(minutes=self.number)


def email_of(number: int) -> str:
    """Return the e-mail of the person of this number."""
    return f"person{number}@example.ru"


def operation_of(number: int) -> str:
    """Return the bank's number of the payment of this number."""
    return f"{number:08x}-0000-4000-8000-000000000000"


def people_of(size: int) -> list[Person]:
    """Make the people who made ``size`` payments; their ids start at 101."""
    rng = random.Random(SEED)
    people = []
    for number in range(1, max(1, size // PAYMENTS_A_PERSON) + 1):
        surname = RARE if number % 20_000 == 7 else rng.choice(RUSSIAN + KAZAKH)
        name = f"{surname} {rng.choice(NAMES)} {rng.choice(FATHERS)}"
        currency = "KZT" if surname in KAZAKH else "RUB"
        phone = f"+79{number * 7919 % 1_000_000_000:09d}"
        people.append(Person(100 + number, name, email_of(number), phone, currency))
    return people


def deals_of(size: int, people: list[Person]) -> list[Deal]:
    """Make ``size`` payments, the oldest first; the newest three hundred are still to come."""
    rng = random.Random(SEED)
    lines = [person.line for person in people]
    upcoming = size - min(300, size // 20)
    deals, refunds = [], 0
    for number in range(1, size + 1):
        owner = (number * 7) % len(people)
        fate = "scheduled" if number > upcoming else _weighted(rng, FATES)
        refund = _weighted(rng, REFUNDS) if fate == "cancelled" else None
        refunds += refund is not None
        minor = rng.randrange(2500, 8000, 500) * 100 * (6 if people[owner].currency == "KZT" else 1)
        deals.append(
            Deal(
                number=number,
                person=people[owner],
                line=lines[owner],
                minor=minor,
                method=rng.choice(("sbp", "sbp", "card")),
                fate=fate,
                refund_id=refunds if refund else None,
                refund=refund,
                back=0 if refund is None else minor if refunds % 5 else minor // 2,
            )
        )
    return deals


def _weighted(rng: random.Random, weights: dict[Any, int]) -> Any:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def users(people: list[Person]) -> Iterator[dict[str, Any]]:
    """Yield the rows of people."""
    for person in people:
        yield {
            "id": person.id,
            "email": person.email,
            "phone": person.phone,
            "name": person.name,
            "role": "client",
            "is_active": True,
            "time_zone": "Europe/Moscow",
            "created_at": START,
            "search_text": person.line,
        }


def consultations(deals: list[Deal]) -> Iterator[dict[str, Any]]:
    """Yield a consultation for every deal, and one in fifty that nobody paid."""
    for deal in deals:
        yield _consultation(deal, deal.number, deal.fate, deal.paid_at)
    for deal in deals[::50]:
        yield _consultation(deal, len(deals) + deal.number, "cancelled", None)


def _consultation(deal: Deal, number: int, status: str, paid_at: datetime | None) -> dict[str, Any]:
    return {
        "id": number,
        "pay_token": f"bench-{number}",
        "client_id": deal.person.id,
        "specialist": SPECIALISTS[number % len(SPECIALISTS)],
        "starts_at": deal.starts_at,
        "ends_at": deal.starts_at + DURATION,
        "price_minor": deal.minor,
        "currency": deal.person.currency,
        "status": status,
        "paid_at": paid_at,
        "settlements": int(status != "scheduled"),
        "closed_at": None if status == "scheduled" else deal.starts_at,
        "created_at": START,
        "search_text": meeting_text(SPECIALISTS[number % len(SPECIALISTS)], deal.line),
    }


def payments(deals: list[Deal]) -> Iterator[dict[str, Any]]:
    """Yield the rows of payments."""
    for deal in deals:
        number = deal.number
        yield {
            "id": number,
            "consultation_id": number,
            "user_id": deal.person.id,
            "account": "tochka",
            "reference": f"bench-{number}",
            "operation_id": operation_of(number),
            "amount_minor": deal.minor,
            "captured_minor": deal.minor,
            "refunded_minor": deal.back if deal.refund == "succeeded" else 0,
            "under_way_minor": deal.back if deal.refund in ("submitted", "unknown") else 0,
            "external_minor": 0,
            "currency": deal.person.currency,
            "status": "paid",
            "method": deal.method,
            "paid_method": deal.method,
            "card_last4": f"{number % 10_000:04d}" if deal.method == "card" else None,
            "is_late": False,
            "is_surplus": False,
            "create_attempts": 1,
            "paid_at": deal.paid_at,
            "paid_transfer_id": number,
            "last_refund_id": deal.refund_id,
            "created_at": deal.paid_at,
            "search_text": deal.line,
        }


def refunds(deals: list[Deal]) -> Iterator[dict[str, Any]]:
    """Yield the rows of refunds."""
    for deal in deals:
        if deal.refund_id is None:
            continue
        at = deal.paid_at + timedelta(days=2)
        is_open = deal.refund in ("submitted", "unknown")
        yield {
            "id": deal.refund_id,
            "payment_id": deal.number,
            "intent_key": f"bench-{deal.refund_id}",
            "amount_minor": deal.back,
            "currency": deal.person.currency,
            "reason": "cancelled_by_client",
            "comment": "",
            "status": deal.refund,
            "source": f"user:{deal.person.id}:available",
            "requested_at": at,
            "next_step_at": None,
            "sent_at": at,
            "send_attempts": 1,
            "baseline": "[]",
            "reads": 1,
            "candidates": "[]",
            "finished_at": None if is_open else at,
            "version": 3,
        }
