"""The list of consultations: tabs of time, paid or not, state, search (E2)."""

from dataclasses import dataclass, field
from datetime import datetime
from operator import eq, ge, le, lt
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from portal.domain.consultations import ConsultationStatus, PaidState, paid_state, status_at
from portal.domain.money import Currency, Money
from portal.domain.search import Token, TokenKind
from portal.store.consultations import Consultation
from portal.store.list_conditions import SEARCHED, consultation_is, is_of_person, narrowed
from portal.store.lists import (
    Criteria,
    Page,
    PageRequest,
    Searched,
    Sort,
    fetch,
    line_without,
    matching,
    words_of,
)
from portal.store.slots import Slot
from portal.store.users import User

LIST = Searched(Consultation, Consultation.id, Consultation.search_text)
SORTS = {
    "-date": Sort("-date", Consultation.starts_at, Consultation.id, falls=True),
    "date": Sort("date", Consultation.starts_at, Consultation.id, falls=False),
}


@dataclass(frozen=True, slots=True)
class ConsultationFilter:
    """What the person asked to see; times are aware UTC, prices are minor units."""

    tokens: tuple[Token, ...] = ()
    status: ConsultationStatus | None = None
    is_paid: bool | None = None
    smallest: int | None = None
    largest: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    client_id: int | None = None
    overdue_before: datetime | None = None
    sort: str = "-date"
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    """One line of the list; the state is as of the moment of the query."""

    id: int
    pay_token: str
    client_id: int
    client_name: str
    specialist: str
    starts_at: datetime
    ends_at: datetime
    price_minor: int
    currency: Currency
    status: ConsultationStatus
    is_paid: bool
    is_gift: bool
    pay_until: datetime | None

    @property
    def price(self) -> Money:
        """The price, VAT included."""
        return Money(self.price_minor, self.currency)

    @property
    def paid_state(self) -> PaidState:
        """Whether it is paid, in one word."""
        return paid_state(self.price, is_paid=self.is_paid, is_gift=self.is_gift)


def list_consultations(
    session: Session, wanted: ConsultationFilter, *, now: datetime
) -> Page[ConsultationRow]:
    """Return one page of consultations in one statement."""
    sort = SORTS.get(wanted.sort, SORTS["-date"])
    criteria = Criteria(
        words=words_of(wanted.tokens),
        conditions=_conditions(wanted, now),
        meanings=[_number(token) for token in wanted.tokens if token.kind is TokenKind.NUMBER],
    )
    found = fetch(session, _rows(), matching(session, LIST, criteria, sort), sort, wanted.page)
    rows = [_row(row._mapping, now) for row in found.items]
    return Page(rows, found.next, found.previous, found.total)


def _rows() -> Select[*tuple[Any, ...]]:
    """Ask for the lines; what costs nothing in a slot that has a price was given (A10)."""
    has_price = or_(Slot.price_rub_minor.is_not(None), Slot.price_kzt_minor.is_not(None))
    columns = select(
        Consultation.id,
        Consultation.pay_token,
        Consultation.client_id,
        User.name.label("client_name"),
        Consultation.specialist,
        Consultation.starts_at,
        Consultation.ends_at,
        Consultation.price_minor,
        Consultation.currency,
        Consultation.status,
        Consultation.paid_at.is_not(None).label("is_paid"),
        has_price.label("is_gift"),
        Consultation.pay_until,
    )
    people = columns.join(User, User.id == Consultation.client_id)
    return people.outerjoin(Slot, Slot.id == Consultation.slot_id)


def _row(values: Any, now: datetime) -> ConsultationRow:
    taken = {name: values[name] for name in ConsultationRow.__dataclass_fields__}
    taken["status"] = status_at(values["status"], values["starts_at"], now)
    taken["is_paid"], taken["is_gift"] = bool(values["is_paid"]), bool(values["is_gift"])
    return ConsultationRow(**taken)


def _conditions(wanted: ConsultationFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [_token(token) for token in wanted.tokens if token.kind not in SEARCHED]
    if wanted.status is not None:
        conditions.append(consultation_is(wanted.status, now))
    if wanted.is_paid is not None:
        paid = Consultation.paid_at.is_not(None)
        owed = and_(~paid, Consultation.price_minor > 0)
        conditions.append(paid if wanted.is_paid else owed)
    if wanted.overdue_before is not None:
        conditions.append(consultation_is(ConsultationStatus.OPEN, now))
        conditions.append(Consultation.ends_at < wanted.overdue_before)
    return conditions + narrowed(
        (Consultation.price_minor, ge, wanted.smallest),
        (Consultation.price_minor, le, wanted.largest),
        (Consultation.starts_at, ge, wanted.since),
        (Consultation.starts_at, lt, wanted.until),
        (Consultation.client_id, eq, wanted.client_id),
    )


def _token(token: Token) -> ColumnElement[bool]:
    if token.kind is TokenKind.EMAIL:
        return is_of_person(Consultation.client_id, token)
    if token.kind is TokenKind.AMOUNT:
        return Consultation.price_minor == int(token.text)
    if token.kind is TokenKind.ID:
        return Consultation.id == int(token.text)
    return line_without(Consultation.search_text, token)


def _number(token: Token) -> list[ColumnElement[bool]]:
    """A bare number may be a consultation's, or a price in roubles or tenge."""
    number = int(token.text)
    return [Consultation.id == number, Consultation.price_minor == number * 100]
