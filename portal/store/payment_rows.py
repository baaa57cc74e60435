"""A payment with all that a decision or a row of the list needs, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from portal.domain.consultations import ConsultationStatus, status_at
from portal.domain.errors import NotFound
from portal.domain.ledger import AccountKind
from portal.domain.money import Currency, Money
from portal.domain.payments import (
    Incident,
    MoneyState,
    PaymentMethod,
    PaymentStatus,
    settled_state,
)
from portal.domain.refunds import (
    OPEN_STATUSES,
    RETURNED_TO_US,
    AccountMode,
    RefundFacts,
    RefundRights,
    RefundStatus,
    refundable,
    takes_spent,
)
from portal.store.consultations import Consultation
from portal.store.ledger import LedgerAccount
from portal.store.payment_sums import PaymentSums
from portal.store.payments import Payment
from portal.store.refunds import Refund
from portal.store.users import User

_UNDER_WAY = {
    RefundStatus.REQUESTED: MoneyState.REFUND_REQUESTED,
    RefundStatus.SUBMITTED: MoneyState.IN_TRANSIT,
    RefundStatus.UNKNOWN: MoneyState.REFUND_UNKNOWN,
}
_NEVER_PAID = {
    PaymentStatus.CREATED: MoneyState.AWAITING,
    PaymentStatus.PENDING: MoneyState.AWAITING,
    PaymentStatus.EXPIRED: MoneyState.LINK_EXPIRED,
    PaymentStatus.FAILED: MoneyState.NOT_PAID,
}


@dataclass(frozen=True, slots=True)
class PaymentRow(PaymentSums):
    """What a list, a dialog and the rules need of one payment; sums are minor units."""

    id: int
    account: str
    operation_id: str | None
    status: PaymentStatus
    method: PaymentMethod
    card_last4: str | None
    currency: Currency
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    under_way_minor: int
    external_minor: int
    booked_minor: int
    spent_minor: int
    paid_at: datetime | None
    is_late: bool
    is_surplus: bool
    is_returned_by_hand: bool
    incident: Incident | None
    user_id: int
    user_name: str
    consultation_id: int
    consultation_status: ConsultationStatus
    starts_at: datetime
    last_refund_id: int | None
    last_refund: RefundStatus | None
    available_minor: int

    @property
    def booked(self) -> Money:
        """What of it waits for consultations that were paid from the balance."""
        return self._money(self.booked_minor)

    @property
    def spent(self) -> Money:
        """What such consultations have taken and nobody has returned."""
        return self._money(self.spent_minor)

    @property
    def refundable(self) -> Money:
        """What one refund may return now."""
        return refundable(self.remaining, self.booked, self.spent)

    @property
    def is_from_spent(self) -> bool:
        """Whether that would be what other consultations have taken."""
        return takes_spent(self.remaining, self.booked, self.spent)

    @property
    def is_free(self) -> bool:
        """Whether no consultation of its own needs it: paid twice, or cancelled."""
        return self.is_surplus or self.consultation_status is ConsultationStatus.CANCELLED

    @property
    def open_refund(self) -> RefundStatus | None:
        """The state of the refund that has not ended; the last one is the only one that may be."""
        return self.last_refund if self.last_refund in OPEN_STATUSES else None

    @property
    def state(self) -> MoneyState:
        """What the sum looks like now."""
        if self.status is not PaymentStatus.PAID:
            return _NEVER_PAID[self.status]
        if self.last_refund in _UNDER_WAY:
            return _UNDER_WAY[self.last_refund]
        if self.last_refund in RETURNED_TO_US:
            return MoneyState.REFUND_FAILED
        return settled_state(self.captured, self.refunded + self.external)

    def facts(self, rights: RefundRights, mode: AccountMode) -> RefundFacts:
        """Put the row into the shape that the rules judge."""
        return RefundFacts(
            payment_status=self.status,
            consultation=self.consultation_status,
            funds_consultation=not self.is_surplus,
            captured=self.captured,
            succeeded=self.refunded,
            under_way=self.under_way,
            external=self.external,
            booked=self.booked,
            spent=self.spent,
            available=self._money(self.available_minor),
            open_refund=self.open_refund,
            incident=self.incident is not None,
            account_mode=mode,
            rights=rights,
        )


_FREE_MONEY = and_(
    LedgerAccount.user_id == Payment.user_id,
    LedgerAccount.kind == AccountKind.USER_AVAILABLE,
    LedgerAccount.currency == Payment.currency,
)


def select_rows() -> Select[*tuple[Any, ...]]:
    """Select the columns of PaymentRow, in its order."""
    return (
        select(
            Payment.id,
            Payment.account,
            func.coalesce(Payment.operation_id, Payment.charged_operation).label("operation_id"),
            Payment.status,
            Payment.method,
            Payment.paid_method,
            Payment.card_last4,
            Payment.currency,
            Payment.amount_minor,
            Payment.captured_minor,
            Payment.refunded_minor,
            Payment.under_way_minor,
            Payment.external_minor,
            Payment.booked_minor,
            Payment.spent_minor,
            Payment.paid_at,
            Payment.is_late,
            Payment.is_surplus,
            Payment.is_returned_by_hand,
            Payment.incident,
            Payment.user_id,
            User.name.label("user_name"),
            Payment.consultation_id,
            Consultation.status.label("consultation_status"),
            Consultation.starts_at,
            Payment.last_refund_id,
            Refund.status.label("last_refund"),
            LedgerAccount.balance_minor.label("available_minor"),
        )
        .join(User, User.id == Payment.user_id)
        .join(Consultation, Consultation.id == Payment.consultation_id)
        .outerjoin(Refund, Refund.id == Payment.last_refund_id)
        .outerjoin(LedgerAccount, _FREE_MONEY)
    )


def row_of(found: Row[*tuple[Any, ...]], now: datetime) -> PaymentRow:
    """Make a PaymentRow of what ``select_rows`` found; states are as of ``now``."""
    values = found._mapping
    taken = {name: values[name] for name in PaymentRow.__dataclass_fields__}
    taken["method"] = values["paid_method"] or values["method"]
    taken["available_minor"] = values["available_minor"] or 0
    taken["consultation_status"] = status_at(
        values["consultation_status"], values["starts_at"], now
    )
    return PaymentRow(**taken)


def payment_row(session: Session, payment_id: int, *, now: datetime) -> PaymentRow:
    """Load one payment's row; raise NotFound."""
    found = session.execute(select_rows().where(Payment.id == payment_id)).one_or_none()
    if found is None:
        raise NotFound(what="Payment", id=payment_id)
    return row_of(found, now)


def payment_rows_of_user(session: Session, user_id: int, *, now: datetime) -> Sequence[PaymentRow]:
    """Load a client's payments, newest first, a hundred at most."""
    return _rows(session, Payment.user_id == user_id, now)


def payment_rows_of_consultation(
    session: Session, consultation_id: int, *, now: datetime
) -> Sequence[PaymentRow]:
    """Load the attempts to pay a consultation, newest first, a hundred at most."""
    return _rows(session, Payment.consultation_id == consultation_id, now)


def _rows(session: Session, condition: ColumnElement[bool], now: datetime) -> Sequence[PaymentRow]:
    query = select_rows().where(condition).order_by(Payment.id.desc()).limit(100)
    return [row_of(found, now) for found in session.execute(query)]
