"""The list of payments: filters, search, order (E1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from portal.domain.consultations import ConsultationStatus
from portal.domain.payments import MoneyState, PaymentMethod
from portal.domain.refunds import RefundStatus
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
from portal.store.payment_rows import PaymentRow, row_of, select_rows
from portal.store.payments import Payment
from portal.store.refunds import Refund
from portal.store.users import User

SORTS = {
    "-date": Sort("-date", Payment.paid_transfer_id, falls=True),
    "date": Sort("date", Payment.paid_transfer_id, falls=False),
    "-amount": Sort("-amount", Payment.amount_minor, falls=True),
    "amount": Sort("amount", Payment.amount_minor, falls=False),
}
DEFAULT_SORT = "-date"
#: The states of a paid sum that the filter offers.
STATES = (
    MoneyState.PAID,
    MoneyState.IN_TRANSIT,
    MoneyState.REFUND_UNKNOWN,
    MoneyState.REFUND_FAILED,
    MoneyState.PARTLY_REFUNDED,
    MoneyState.REFUNDED,
)


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What the person asked to see; empty means everything that is paid."""

    tokens: tuple[Token, ...] = ()
    state: MoneyState | None = None
    consultation: ConsultationStatus | None = None
    method: PaymentMethod | None = None
    since: datetime | None = None
    until: datetime | None = None
    user_id: int | None = None
    sort: str = DEFAULT_SORT
    page: PageRequest = field(default_factory=PageRequest)


def list_payments(session: Session, wanted: PaymentFilter, *, now: datetime) -> Page[PaymentRow]:
    """Return one page of paid payments, newest first unless told otherwise, in one statement."""
    sort = SORTS.get(wanted.sort, SORTS[DEFAULT_SORT])
    query = select_rows().where(Payment.paid_transfer_id.is_not(None), *_conditions(wanted, now))
    words = words_of(wanted.tokens)
    index = full_text(session, "payments") if words else None
    query = match_words(query, words, Payment.search_text, index, Payment.paid_transfer_id)
    if index is not None and sort.column is Payment.paid_transfer_id:
        # The full-text rows come in this very order: no sort, the page ends early.
        sort = Sort(sort.name, index.c.rowid, falls=sort.falls)
    found = fetch(session, query, Payment.id, sort, wanted.page)
    rows = [row_of(row, now) for row in found.items]
    return Page(rows, found.next, found.previous, found.total)


def _conditions(wanted: PaymentFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [_token(token) for token in wanted.tokens if token.kind is not TokenKind.WORD]
    if wanted.state is not None:
        conditions.append(_state(wanted.state))
    if wanted.consultation is not None:
        conditions.append(consultation_is(wanted.consultation, now))
    if wanted.method is not None:
        conditions.append(Payment.paid_method == wanted.method)
    if wanted.since is not None:
        conditions.append(Payment.paid_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Payment.paid_at < wanted.until)
    if wanted.user_id is not None:
        conditions.append(Payment.user_id == wanted.user_id)
    return conditions


def consultation_is(status: ConsultationStatus, now: datetime) -> ColumnElement[bool]:
    """Say in SQL what ``status_at`` says: a scheduled one whose hour has come is open."""
    has_begun = Consultation.starts_at <= now
    scheduled = Consultation.status == ConsultationStatus.SCHEDULED
    if status is ConsultationStatus.SCHEDULED:
        return and_(scheduled, ~has_begun)
    if status is ConsultationStatus.OPEN:
        opened = Consultation.status == ConsultationStatus.OPEN
        return or_(opened, and_(scheduled, has_begun))
    return Consultation.status == status


def _token(token: Token) -> ColumnElement[bool]:
    if token.kind is TokenKind.EMAIL:
        return Payment.user_id.in_(select(User.id).where(User.email == token.text))
    if token.kind is TokenKind.OPERATION:
        return Payment.operation_id == token.text
    if token.kind is TokenKind.AMOUNT:
        return Payment.amount_minor == int(token.text)
    if token.kind is TokenKind.NUMBER:
        return _number(token.text)
    # PHONE is matched as a part of the search line; SHORT finds nothing, and the page says so.
    return false() if token.kind is TokenKind.SHORT else Payment.id > 0


def _number(text: str) -> ColumnElement[bool]:
    """A bare number may be a payment's, a sum in roubles or tenge, or the tail of a card."""
    number = int(text)
    meanings = [Payment.id == number, Payment.amount_minor == number * 100]
    if len(text) == 4:
        meanings.append(Payment.card_last4 == text)
    return or_(*meanings)


def _state(state: MoneyState) -> ColumnElement[bool]:
    returned = Payment.refunded_minor + Payment.external_minor
    nothing_open = Payment.under_way_minor == 0
    conditions: dict[MoneyState, Any] = {
        MoneyState.PAID: and_(returned == 0, nothing_open),
        MoneyState.PARTLY_REFUNDED: and_(
            returned > 0, returned < Payment.captured_minor, nothing_open
        ),
        MoneyState.REFUNDED: and_(returned > 0, returned >= Payment.captured_minor),
        MoneyState.IN_TRANSIT: Payment.under_way_minor > 0,
        MoneyState.REFUND_UNKNOWN: Refund.status == RefundStatus.UNKNOWN,
        MoneyState.REFUND_FAILED: and_(Refund.status == RefundStatus.FAILED, nothing_open),
    }
    condition: ColumnElement[bool] = conditions[state]
    return condition
