"""Every question to a list goes by an index, on both databases; nothing here takes the time."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bench.loading import fill
from portal.domain.consultations import ConsultationStatus
from portal.domain.payments import MoneyState, PaymentMethod
from portal.domain.permissions import Role
from portal.domain.search import Token, TokenKind
from portal.store.consultation_lists import ConsultationFilter, list_consultations
from portal.store.db import db
from portal.store.lists import PageRequest, encode
from portal.store.payment_lists import SORTS, PaymentFilter, list_payments
from portal.store.user_lists import UserFilter, list_users, totals_held
from portal.store.verifications import verify

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEEP = encode(SORTS["-date"], [100, 100])
BIG = "payments|consultations|users|refunds|transfers|ledger_accounts"
#: SQLite's «SCAN x» without an index, PostgreSQL's «Seq Scan on x».
WHOLE = re.compile(rf"SCAN ({BIG})$|Seq Scan on ({BIG})", re.MULTILINE)
Ask = Callable[[Session], object]


NAME = Token(TokenKind.WORD, "звягинцев", is_of_name=True)


def tokens_of(text: str | Token, kind: TokenKind) -> tuple[Token, ...]:
    """Return the one token that is asked for, or none."""
    if isinstance(text, Token):
        return (text,)
    return (Token(kind, text),) if text else ()


def payments(text: str | Token = "", kind: TokenKind = TokenKind.WORD, **wanted: object) -> Ask:
    """Ask for payments, by a token where there is one."""
    tokens = tokens_of(text, kind)
    return lambda session: list_payments(session, PaymentFilter(tokens=tokens, **wanted), now=NOW)


def consultations(
    text: str | Token = "", kind: TokenKind = TokenKind.WORD, **wanted: object
) -> Ask:
    """Ask for consultations."""
    found = ConsultationFilter(tokens=tokens_of(text, kind), **wanted)
    return lambda session: list_consultations(session, found, now=NOW)


def people(text: str | Token = "", kind: TokenKind = TokenKind.WORD, **wanted: object) -> Ask:
    """Ask for people."""
    found = UserFilter(tokens=tokens_of(text, kind), **wanted)
    return lambda session: list_users(session, found)


#: What is asked, and the index that is meant to answer.
MEANT: dict[str, tuple[Ask, str]] = {
    "first page": (payments(), "ix_payments_paid_transfer"),
    "deep": (payments(page=PageRequest(after=DEEP)), "ix_payments_paid_transfer"),
    "deep, back": (payments(page=PageRequest(before=DEEP)), "ix_payments_paid_transfer"),
    "oldest": (payments(sort="date"), "ix_payments_paid_transfer"),
    "dearest": (payments(sort="-amount"), "ix_payments_amount_paid_transfer"),
    "cheapest": (payments(sort="amount"), "ix_payments_amount_paid_transfer"),
    "by method": (payments(method=PaymentMethod.OTHER), "ix_payments_method_paid_transfer"),
    "of a period": (payments(since=NOW), "ix_payments_paid_at_transfer"),
    "returned since": (payments(returned_since=NOW), "ix_refunds_status_next_step_at"),
    "of a client": (payments(user_id=101), "ix_payments_user_paid_transfer"),
    "surplus": (payments(has_surplus=True), "ix_payments_surplus"),
    "in transit": (payments(state=MoneyState.IN_TRANSIT), "ix_payments_under_way"),
    "refunded": (payments(state=MoneyState.REFUNDED), "ix_payments_returned"),
    "unknown": (payments(state=MoneyState.REFUND_UNKNOWN), "ix_payments_last_refund"),
    "failed": (payments(state=MoneyState.REFUND_FAILED), "ix_payments_last_refund"),
    "held": (payments(consultation=ConsultationStatus.OPEN), "ix_payments_consultation"),
    "operation": (payments("0000-4", TokenKind.OPERATION), "ix_payments_operation"),
    "our order": (payments("c4-0123456789ab", TokenKind.REFERENCE), "ix_payments_consultation"),
    "amount": (payments("350000", TokenKind.AMOUNT), "ix_payments_amount_paid_transfer"),
    "e-mail": (payments("a@example.ru", TokenKind.EMAIL), "ix_payments_user_paid_transfer"),
    "card": (payments("1234", TokenKind.NUMBER), "ix_payments_card_paid_transfer"),
    "meetings": (consultations(), "ix_consultations_starts_at_id"),
    "open": (consultations(status=ConsultationStatus.OPEN), "ix_consultations_unfinished"),
    "overdue": (consultations(overdue_before=NOW), "ix_consultations_unfinished"),
    "unpaid": (consultations(is_paid=False), "ix_consultations_unpaid"),
    "ended": (
        consultations(status=ConsultationStatus.CANCELLED),
        "ix_consultations_status_starts_at_id",
    ),
    "price": (consultations("350000", TokenKind.AMOUNT), "ix_consultations_price_starts_at"),
    "staff": (people(role=Role.ADMIN), "ix_users_role_id"),
    "free money": (people(has_free_money=True), "ix_ledger_accounts_held"),
    "with a card": (people(has_card=True), "bound_cards"),
    "held for all": (totals_held, "ix_ledger_accounts_held"),
}
#: Words are found by trigrams: the full-text table on SQLite, a GIN index on PostgreSQL.
WORDS: dict[str, tuple[Ask, str]] = {
    "payments": (payments("звягинцев"), "payments"),
    "dearest": (payments("звягинцев", sort="-amount"), "payments"),
    "consultations": (consultations("звягинцев"), "consultations"),
    "people": (people("звягинцев"), "users"),
    "payments by name": (payments(NAME), "payments"),
    "dearest by name": (payments(NAME, sort="-amount"), "payments"),
    "consultations by name": (consultations(NAME), "consultations"),
    "people by name": (people(NAME), "users"),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give a new database: what the planner counts on is of these rows alone."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    return request.getfixturevalue("postgres").renew()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Give a session on a database of two thousand payments that is slow to read as a whole."""
    with app.app_context():
        fill(db.engine, 2000)
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SET enable_seqscan = off"))
            db.session.execute(text("SET enable_bitmapscan = on"))
        yield db.session()


def statements(session: Session, ask: Ask) -> list[tuple[str, object]]:
    """Return what is said to the database when this is asked."""
    said: list[tuple[str, object]] = []

    def hear(_connection, _cursor, statement, parameters, _context, _many) -> None:
        said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", hear)
    ask(session)
    event.remove(db.engine, "before_cursor_execute", hear)
    return said


def plan(session: Session, ask: Ask) -> str:
    """Return how the database means to answer."""
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    connection = session.connection()
    rows = [
        row
        for statement, parameters in statements(session, ask)
        for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
    ]
    return "\n".join(str(row[-1]) for row in rows)


def test_no_question_reads_a_whole_table(session):
    plans = {name: plan(session, ask) for name, (ask, _index) in {**MEANT, **WORDS}.items()}

    assert {name: how for name, how in plans.items() if WHOLE.search(how)} == {}


def test_every_filter_and_order_goes_by_its_index(session):
    plans = {name: plan(session, ask) for name, (ask, _index) in MEANT.items()}

    assert {name: how for name, how in plans.items() if MEANT[name][1] not in how} == {}


def test_words_are_found_by_trigrams(session):
    name = {"sqlite": "{}_fts VIRTUAL TABLE", "postgresql": "ix_{}_search_text"}
    trigrams = name[db.engine.dialect.name]
    plans = {list_: plan(session, ask) for list_, (ask, _table) in WORDS.items()}

    assert {
        list_: how for list_, how in plans.items() if trigrams.format(WORDS[list_][1]) not in how
    } == {}


@pytest.mark.parametrize(
    ("ask", "count"), [(payments(), 1), (consultations(), 1), (people(), 2), (totals_held, 1)]
)
def test_a_page_is_read_in_so_many_statements(session, ask, count):
    session.connection()

    assert len(statements(session, ask)) == count


def test_the_book_of_the_dataset_holds(session):
    assert list(verify(session)) == []
