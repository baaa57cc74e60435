"""The list of payments: filters, search, order (E1)."""

from dataclasses import dataclass, field
from datetime import datetime
from operator import eq, ge, le, lt

from sqlalchemy import ColumnElement, and_, literal_column, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.consultations import ConsultationStatus
from portal.domain.money import Currency, Money
from portal.domain.payments import MoneyState, PaymentMethod
from portal.domain.refunds import RETURNED_TO_US, RefundStatus
from portal.domain.search import Token, TokenKind
from portal.store.consultations import UNFINISHED, Consultation
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
from portal.store.payment_rows import PaymentRow, row_of, select_rows
from portal.store.payments import Payment
from portal.store.refund_requests import is_asked_back
from portal.store.refunds import Refund

#: Only what is paid is in the list, and the transfer that credited it is its key.
KEY = Payment.paid_transfer_id
LIST = Searched(Payment, KEY, Payment.search_text)
SORTS = {
    "-date": Sort("-date", KEY, KEY, falls=True),
    "date": Sort("date", KEY, KEY, falls=False),
    "-amount": Sort("-amount", Payment.amount_minor, KEY, falls=True),
    "amount": Sort("amount", Payment.amount_minor, KEY, falls=False),
}
#: Within a period the moment of payment orders, so that one index finds and orders.
SORTS_OF_PERIOD = {
    "-date": Sort("-paid", Payment.paid_at, KEY, falls=True),
    "date": Sort("paid", Payment.paid_at, KEY, falls=False),
}
DEFAULT_SORT = "-date"
#: Written out, so that the partial indexes of migration 0004 answer.
_NOTHING: ColumnElement[int] = literal_column("0")
#: The states of a paid sum that the filter offers.
STATES = (
    MoneyState.PAID,
    MoneyState.REFUND_REQUESTED,
    MoneyState.IN_TRANSIT,
    MoneyState.REFUND_UNKNOWN,
    MoneyState.REFUND_FAILED,
    MoneyState.PARTLY_REFUNDED,
    MoneyState.REFUNDED,
)


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What the person asked to see; empty means everything that is paid.

    ``refund`` is the state of the last refund; ``smallest`` and ``largest`` are minor units. Since
    ``returned_since`` one of its refunds has succeeded.
    """

    tokens: tuple[Token, ...] = ()
    state: MoneyState | None = None
    consultation: ConsultationStatus | None = None
    method: PaymentMethod | None = None
    refund: RefundStatus | None = None
    account: str | None = None
    has_surplus: bool = False
    is_owed: bool = False
    is_asked: bool = False
    is_by_hand: bool = False
    currency: Currency | None = None
    smallest: int | None = None
    largest: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    returned_since: datetime | None = None
    user_id: int | None = None
    sort: str = DEFAULT_SORT
    page: PageRequest = field(default_factory=PageRequest)


def list_payments(session: Session, wanted: PaymentFilter, *, now: datetime) -> Page[PaymentRow]:
    """Return one page of paid payments, newest first unless told otherwise, in one statement."""
    sort = _sort(wanted)
    found = fetch(
        session,
        select_rows(),
        matching(session, LIST, _criteria(wanted, now), sort),
        sort,
        wanted.page,
    )
    rows = [row_of(row, now) for row in found.items]
    return Page(rows, found.next, found.previous, found.total)


def _sort(wanted: PaymentFilter) -> Sort:
    name = wanted.sort if wanted.sort in SORTS else DEFAULT_SORT
    has_period = wanted.since is not None or wanted.until is not None
    if has_period and not words_of(wanted.tokens):
        return SORTS_OF_PERIOD.get(name, SORTS[name])
    return SORTS[name]


def _criteria(wanted: PaymentFilter, now: datetime) -> Criteria:
    words, conditions = words_of(wanted.tokens), _conditions(wanted, now)
    if not words:
        conditions.append(KEY.is_not(None))
    return Criteria(
        words=words,
        conditions=conditions,
        meanings=[_number(token.text) for token in wanted.tokens if token.kind is TokenKind.NUMBER],
    )


def _conditions(wanted: PaymentFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [_token(token) for token in wanted.tokens if token.kind not in SEARCHED]
    if wanted.state is not None:
        conditions.append(_state(wanted.state))
    if wanted.consultation is not None:
        conditions.append(_consultation(wanted.consultation, now))
    if wanted.refund is not None:
        conditions.append(_last_refund_is(wanted.refund))
    if wanted.has_surplus:
        conditions += surplus_left()
    if wanted.is_owed:
        conditions += owed()
    if wanted.is_asked:
        conditions.append(is_asked_back())
    if wanted.is_by_hand:
        conditions += awaits_a_hand()
    return conditions + narrowed(
        (Payment.paid_method, eq, wanted.method),
        (Payment.account, eq, wanted.account),
        (Payment.currency, eq, wanted.currency),
        (Payment.amount_minor, ge, wanted.smallest),
        (Payment.amount_minor, le, wanted.largest),
        (Payment.paid_at, ge, wanted.since),
        (Payment.paid_at, lt, wanted.until),
        (Payment.user_id, eq, wanted.user_id),
        (Payment.id, _has_returned, wanted.returned_since),
    )


def _has_returned(payment: InstrumentedAttribute[int], since: datetime) -> ColumnElement[bool]:
    """Say in SQL: one of its refunds is among those that the overview counts as returned."""
    succeeded = Refund.status == RefundStatus.SUCCEEDED
    return payment.in_(select(Refund.payment_id).where(succeeded, Refund.finished_at >= since))


def _is_left() -> ColumnElement[bool]:
    """Say in SQL: some of it neither went back, nor is on its way, nor pays for a consultation."""
    back = Payment.refunded_minor + Payment.under_way_minor + Payment.external_minor
    return Payment.captured_minor > back + Payment.booked_minor + Payment.spent_minor


def surplus_left() -> list[ColumnElement[bool]]:
    """Say in SQL: paid twice or too late, and not all of it is on its way back."""
    return [Payment.is_surplus.is_(True), _is_left()]


def owed() -> list[ColumnElement[bool]]:
    """Say in SQL: money is still to be returned, its consultation is cancelled or never was paid.

    What an open refund holds counts as returned already.
    """
    cancelled = select(Consultation.id).where(Consultation.status == ConsultationStatus.CANCELLED)
    return [_is_left(), or_(Payment.is_surplus.is_(True), Payment.consultation_id.in_(cancelled))]


def awaits_a_hand() -> list[ColumnElement[bool]]:
    """Say in SQL: its refund is to be made in the bank's cabinet, and its line has yet to come."""
    waits = _last_refund_is(RefundStatus.SUBMITTED, RefundStatus.UNKNOWN)
    return [Payment.under_way_minor > _NOTHING, Payment.is_returned_by_hand.is_(True), waits]


def surplus_of(session: Session, consultation_id: int) -> Money | None:
    """Return the money that paid for nothing and is still there: paid twice, or too late."""
    paid = select(Payment).where(Payment.consultation_id == consultation_id, *surplus_left())
    left = [payment.free for payment in session.scalars(paid)]
    return sum(left[1:], start=left[0]) if left else None


def _consultation(status: ConsultationStatus, now: datetime) -> ColumnElement[bool]:
    held = select(Consultation.id).where(consultation_is(status, now))
    if status in UNFINISHED:
        return Payment.consultation_id.in_(held)
    return held.where(Consultation.id == Payment.consultation_id).exists()


def _token(token: Token) -> ColumnElement[bool]:
    match token.kind:
        case TokenKind.EMAIL:
            condition = is_of_person(Payment.user_id, token)
        case TokenKind.OPERATION:
            condition = Payment.operation_id == token.text
        case TokenKind.REFERENCE:
            condition = _reference(token.text)
        case TokenKind.AMOUNT:
            condition = Payment.amount_minor == int(token.text)
        case TokenKind.ID:
            condition = Payment.id == int(token.text)
        case TokenKind.CARD:
            condition = Payment.card_last4 == token.text
        case _:
            condition = line_without(Payment.search_text, token)
    return condition


def _reference(text: str) -> ColumnElement[bool]:
    """Our order number begins with the number of its consultation, by which it is found."""
    consultation = int(text.partition("-")[0].removeprefix("c"))
    return and_(Payment.consultation_id == consultation, Payment.reference == text)


def _number(text: str) -> list[ColumnElement[bool]]:
    """A bare number may be a payment's, a sum in roubles or tenge, or the tail of a card."""
    number = int(text)
    meanings: list[ColumnElement[bool]] = [
        Payment.id == number,
        Payment.amount_minor == number * 100,
    ]
    if len(text) == 4:
        meanings.append(Payment.card_last4 == text)
    return meanings


def _state(state: MoneyState) -> ColumnElement[bool]:
    """Say in SQL what ``PaymentRow.state`` says of a paid sum."""
    returned = Payment.refunded_minor + Payment.external_minor
    nothing_open = Payment.under_way_minor == 0
    came_back = _last_refund_is(*RETURNED_TO_US)
    stays = or_(Payment.last_refund_id.is_(None), not_(came_back))
    conditions: dict[MoneyState, ColumnElement[bool]] = {
        MoneyState.PAID: and_(returned == 0, nothing_open, stays),
        MoneyState.PARTLY_REFUNDED: and_(
            returned > _NOTHING, returned < Payment.captured_minor, nothing_open, stays
        ),
        MoneyState.REFUNDED: and_(returned > _NOTHING, returned >= Payment.captured_minor),
        MoneyState.REFUND_REQUESTED: _last_refund_is(RefundStatus.REQUESTED),
        MoneyState.IN_TRANSIT: and_(
            Payment.under_way_minor > _NOTHING, _last_refund_is(RefundStatus.SUBMITTED)
        ),
        MoneyState.REFUND_UNKNOWN: _last_refund_is(RefundStatus.UNKNOWN),
        MoneyState.REFUND_FAILED: came_back,
    }
    return conditions[state]


def _last_refund_is(*statuses: RefundStatus) -> ColumnElement[bool]:
    return Payment.last_refund_id.in_(select(Refund.id).where(Refund.status.in_(statuses)))
