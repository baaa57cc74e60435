"""A deterministic dataset: real-looking Russian and Kazakh names, one paid payment a row."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text

from portal.domain.ledger import AccountKind, TransferReason
from portal.domain.search import search_text
from portal.store.consultations import Consultation
from portal.store.ledger import LedgerAccount, Transfer
from portal.store.payments import Payment
from portal.store.users import User

SEED = 20261124
BATCH = 5_000
PAYMENTS_A_PERSON = 10
START = datetime(2024, 1, 1, tzinfo=UTC)
SURNAMES = tuple(
    "Иванов Петров Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов "  # noqa: SIM905
    "Волков Зайцев Павлов Семёнов Голубев Виноградов Богданов Воробьёв Фёдоров Ахметов "
    "Сулейменов Абдрахманов Нурпеисов Касымов Жумабаев Оспанов Ибраев Садыков".split()
)
NAMES = ("Алексей", "Мария", "Дмитрий", "Елена", "Данияр", "Айгерим", "Пётр", "Нурлан", "Асель")
FATHERS = ("Сергеевич", "Ильич", "Андреевич", "Маратович", "Ерланович", "Игоревич", "Болатович")
#: One surname that a handful of people bear, whatever the size.
RARE = "Звягинцев"


def fill(connection: Connection, size: int) -> None:
    """Write ``size`` paid payments with their people, consultations and transfers."""
    rng = random.Random(SEED)
    people = max(1, size // PAYMENTS_A_PERSON)
    for table, rows in (
        (User, _people(people)),
        (LedgerAccount, _accounts(people)),
        (Consultation, _consultations(rng, size, people)),
        (Transfer, _transfers(size, people)),
        (Payment, _payments(rng, size, people)),
    ):
        for batch in _batches(rows):
            connection.execute(insert(table), batch)
    connection.commit()
    connection.execute(text("ANALYZE"))
    connection.commit()


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def person_name(number: int) -> str:
    """Return the name of a person; every 20 000th bears the rare surname."""
    rng = random.Random(SEED + number)
    surname = RARE if number % 20_000 == 7 else rng.choice(SURNAMES)
    return f"{surname} {rng.choice(NAMES)} {rng.choice(FATHERS)}"


def person_email(number: int) -> str:
    """Return the e-mail of a person."""
    return f"person{number}@example.ru"


def _phone(number: int) -> str:
    return f"+79{number % 1_000_000_000:09d}"


def _people(people: int) -> Iterator[dict[str, Any]]:
    for number in range(1, people + 1):
        name, email, phone = person_name(number), person_email(number), _phone(number * 7919)
        yield {
            "id": number + 100,
            "email": email,
            "phone": phone,
            "name": name,
            "role": "client",
            "is_active": True,
            "session_epoch": 0,
            "time_zone": "Europe/Moscow",
            "created_at": START,
            "search_text": search_text(name, email, phone),
        }


def _accounts(people: int) -> Iterator[dict[str, Any]]:
    yield {
        "id": 1,
        "code": "bank:tochka",
        "kind": AccountKind.BANK,
        "user_id": None,
        "currency": "RUB",
        "balance_minor": 0,
    }
    for number in range(1, people + 1):
        yield {
            "id": number + 1,
            "code": f"user:{number + 100}:available",
            "kind": AccountKind.USER_AVAILABLE,
            "user_id": number + 100,
            "currency": "RUB",
            "balance_minor": PAYMENTS_A_PERSON * 3500_00,
        }


def _owner(number: int, people: int) -> int:
    return (number * 7) % people + 1


def _when(number: int) -> datetime:
    return START + timedelta(minutes=number)


def _consultations(rng: random.Random, size: int, people: int) -> Iterator[dict[str, Any]]:
    for number in range(1, size + 1):
        owner = _owner(number, people)
        yield {
            "id": number,
            "pay_token": f"bench-{number}",
            "client_id": owner + 100,
            "specialist": "Орлова Наталья",
            "starts_at": _when(number),
            "ends_at": _when(number) + timedelta(minutes=50),
            "price_minor": 3500_00,
            "currency": "RUB",
            "status": rng.choice(("cancelled", "completed", "unsuccessful")),
            "paid_at": _when(number),
            "settlements": 0,
            "created_at": START,
            "search_text": person_name(owner).casefold(),
        }


def _transfers(size: int, people: int) -> Iterator[dict[str, Any]]:
    for number in range(1, size + 1):
        yield {
            "id": number,
            "event_key": f"payment:{number}:paid",
            "source_id": 1,
            "destination_id": _owner(number, people) + 1,
            "amount_minor": 3500_00,
            "currency": "RUB",
            "reason": TransferReason.TOP_UP,
            "payment_id": number,
            "at": _when(number),
        }


def _line(owner: int) -> str:
    return search_text(person_name(owner), person_email(owner), _phone(owner * 7919))


def _payments(rng: random.Random, size: int, people: int) -> Iterator[dict[str, Any]]:
    for number in range(1, size + 1):
        owner = _owner(number, people)
        method = rng.choice(("sbp", "sbp", "card"))
        yield {
            "id": number,
            "consultation_id": number,
            "user_id": owner + 100,
            "account": "tochka",
            "reference": f"bench-{number}",
            "operation_id": f"{number:08x}-0000-4000-8000-000000000000",
            "amount_minor": 3500_00,
            "captured_minor": 3500_00,
            "currency": "RUB",
            "status": "paid",
            "method": method,
            "paid_method": method,
            "paid_at": _when(number),
            "paid_transfer_id": number,
            "created_at": _when(number),
            "search_text": search_text(
                person_name(owner), person_email(owner), _phone(owner * 7919)
            ),
        }
