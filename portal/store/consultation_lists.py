"""The list of consultations: tabs of time, paid or not, state, search (E2)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from portal.domain.consultations import ConsultationStatus, status_at
from portal.domain.money import Currency, Money
from portal.domain.search import Token, TokenKind
from portal.store.consultations import Consultation
from portal.store.lists import (
    Page,
    PageRequest,
    Sort,
    fetch,
    full_text,
    match_words,
    words_of,
)
from portal.store.payment_lists import consultation_is
from portal.store.users import User

SORTS = {
    "-date": Sort("-date", Consultation.starts_at, falls=True),
    "date": Sort("date", Consultation.starts_at, falls=False),
}


@dataclass(frozen=True, slots=True)
class ConsultationFilter:
    """What the person asked to see; times are aware UTC."""

    tokens: tuple[Token, ...] = ()
    status: ConsultationStatus | None = None
    is_paid: bool | None = None
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

    @property
    def price(self) -> Money:
        """The price, VAT included."""
        return Money(self.price_minor, self.currency)


def list_consultations(
    session: Session, wanted: ConsultationFilter, *, now: datetime
) -> Page[ConsultationRow]:
    """Return one page of consultations in one statement."""
    query = (
        select(
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
        )
        .join(User, User.id == Consultation.client_id)
        .where(*_conditions(wanted, now))
    )
    words = words_of(wanted.tokens)
    index = full_text(session, "consultations") if words else None
    query = match_words(query, words, Consultation.search_text, index, Consultation.id)
    sort = SORTS.get(wanted.sort, SORTS["-date"])
    found = fetch(session, query, Consultation.id, sort, wanted.page)
    rows = [_row(row._mapping, now) for row in found.items]
    return Page(rows, found.next, found.previous, found.total)


def _row(values: Any, now: datetime) -> ConsultationRow:
    taken = {name: values[name] for name in ConsultationRow.__dataclass_fields__}
    taken["status"] = status_at(values["status"], values["starts_at"], now)
    taken["is_paid"] = bool(values["is_paid"])
    return ConsultationRow(**taken)


def _conditions(wanted: ConsultationFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [_token(token) for token in wanted.tokens if token.kind is not TokenKind.WORD]
    if wanted.status is not None:
        conditions.append(consultation_is(wanted.status, now))
    if wanted.is_paid is not None:
        paid = Consultation.paid_at.is_not(None)
        conditions.append(paid if wanted.is_paid else ~paid)
    if wanted.since is not None:
        conditions.append(Consultation.starts_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Consultation.starts_at < wanted.until)
    if wanted.client_id is not None:
        conditions.append(Consultation.client_id == wanted.client_id)
    if wanted.overdue_before is not None:
        conditions.append(consultation_is(ConsultationStatus.OPEN, now))
        conditions.append(Consultation.ends_at < wanted.overdue_before)
    return conditions


def _token(token: Token) -> ColumnElement[bool]:
    if token.kind is TokenKind.EMAIL:
        return Consultation.client_id.in_(select(User.id).where(User.email == token.text))
    if token.kind is TokenKind.NUMBER:
        number = int(token.text)
        return or_(Consultation.id == number, Consultation.price_minor == number * 100)
    if token.kind is TokenKind.AMOUNT:
        return Consultation.price_minor == int(token.text)
    is_searched = token.kind is TokenKind.PHONE
    return Consultation.id > 0 if is_searched else false()
