"""Adds everything up again: the book against itself, and every cached sum against its rows (C3)."""

from collections.abc import Iterator

from sqlalchemy import Executable, String, case, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.domain.ledger import AccountKind
from portal.domain.payments import PaymentStatus
from portal.domain.refunds import OPEN_STATUSES, RefundStatus
from portal.store.ledger import LedgerAccount, Transfer
from portal.store.payments import Payment
from portal.store.refunds import Refund


def verify(session: Session) -> Iterator[str]:
    """Yield one sentence for every sum that does not hold; nothing means that the book is right."""
    for text, query in (
        ("account {0}: cached {1}, transfers give {2}", _accounts()),
        ("currency {0}: balances add up to {1} instead of 0", _zero_sum()),
        ("account {0} of a client is below zero: {1}", _negative()),
        ("payment {0}: paid, but no transfer credits it", _uncredited()),
        ("payment {0}: under way {1}, refunds give {2}", _cached(Payment.under_way_minor, "open")),
        ("payment {0}: refunded {1}, refunds give {2}", _cached(Payment.refunded_minor, "done")),
        ("client {0}: in transit {1}, open refunds give {2}", _in_transit()),
        ("transfer {0} joins accounts of another currency", _mixed()),
    ):
        for row in session.execute(query):
            yield text.format(*row)


def _accounts() -> Executable:
    signed = (
        select(Transfer.destination_id.label("account_id"), Transfer.amount_minor.label("minor"))
        .union_all(select(Transfer.source_id, -Transfer.amount_minor))
        .subquery()
    )
    total = func.coalesce(func.sum(signed.c.minor), 0)
    return (
        select(LedgerAccount.code, LedgerAccount.balance_minor, total)
        .outerjoin(signed, signed.c.account_id == LedgerAccount.id)
        .group_by(LedgerAccount.id, LedgerAccount.code, LedgerAccount.balance_minor)
        .having(total != LedgerAccount.balance_minor)
    )


def _zero_sum() -> Executable:
    total = func.sum(LedgerAccount.balance_minor)
    return select(LedgerAccount.currency, total).group_by(LedgerAccount.currency).having(total != 0)


def _negative() -> Executable:
    return select(LedgerAccount.code, LedgerAccount.balance_minor).where(
        LedgerAccount.user_id.is_not(None), LedgerAccount.balance_minor < 0
    )


def _uncredited() -> Executable:
    credited = select(Transfer.id).where(
        Transfer.event_key == "payment:" + cast(Payment.id, String) + ":paid",
        Transfer.amount_minor == Payment.captured_minor,
    )
    return select(Payment.id).where(Payment.status == PaymentStatus.PAID, ~credited.exists())


def _cached(column: InstrumentedAttribute[int], which: str) -> Executable:
    statuses = OPEN_STATUSES if which == "open" else {RefundStatus.SUCCEEDED}
    counted = case((Refund.status.in_(statuses), Refund.amount_minor), else_=literal(0))
    total = func.coalesce(func.sum(counted), 0)
    return (
        select(Payment.id, column, total)
        .outerjoin(Refund, Refund.payment_id == Payment.id)
        .group_by(Payment.id, column)
        .having(total != column)
    )


def _in_transit() -> Executable:
    open_sum = func.coalesce(
        select(func.sum(Refund.amount_minor))
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Payment.user_id == LedgerAccount.user_id,
            Refund.currency == LedgerAccount.currency,
            Refund.status.in_(OPEN_STATUSES),
        )
        .scalar_subquery(),
        0,
    )
    return select(LedgerAccount.user_id, LedgerAccount.balance_minor, open_sum).where(
        LedgerAccount.kind == AccountKind.USER_IN_TRANSIT,
        LedgerAccount.balance_minor != open_sum,
    )


def _mixed() -> Executable:
    source, destination = aliased(LedgerAccount), aliased(LedgerAccount)
    return (
        select(Transfer.id)
        .join(source, source.id == Transfer.source_id)
        .join(destination, destination.id == Transfer.destination_id)
        .where(
            or_(
                source.currency != Transfer.currency,
                destination.currency != Transfer.currency,
            )
        )
    )
