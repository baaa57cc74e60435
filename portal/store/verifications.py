"""Adds everything up again: the book against itself, every sum and state against its rows (C3)."""

from collections.abc import Iterator, Set

from sqlalchemy import Executable, String, case, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.domain.book import SumFault, WrongSum
from portal.domain.consultations import OVER, ConsultationStatus
from portal.domain.ledger import AccountKind
from portal.domain.payments import PaymentStatus
from portal.domain.refunds import OPEN_STATUSES, RefundStatus
from portal.store.audit import AuditEntry
from portal.store.consultations import Consultation
from portal.store.funding_checks import funding_checks
from portal.store.ledger import LedgerAccount, Transfer
from portal.store.payments import Payment
from portal.store.refunds import UNEXPLAINED, Refund

_DONE, _EXTERNAL = frozenset({RefundStatus.SUCCEEDED}), frozenset({RefundStatus.EXTERNAL})
#: What the bank has given back, or may still give, whoever asked for it.
_GONE = OPEN_STATUSES | _DONE | _EXTERNAL
#: How many transfers tell of a refund: its hold, its end, and what came after the end.
_TRANSFERS = (
    (Refund.status.in_(OPEN_STATUSES), 1),
    (UNEXPLAINED, 1),
    (Refund.status == RefundStatus.REVERSED, 3),
)
#: The same for the return of a card check, which holds nothing and releases nothing.
_CHECK_TRANSFERS = (
    (Refund.status.in_((RefundStatus.SUCCEEDED, RefundStatus.EXTERNAL)), 1),
    (Refund.status == RefundStatus.REVERSED, 2),
)
_IS_CHECK = Refund.source.startswith(f"{AccountKind.CARD_CHECK.value}:")
_ANSWERS = ("refund.accepted", "refund.refused")


def verify(session: Session) -> Iterator[WrongSum]:
    """Yield every sum that does not hold; nothing means that the book is right."""
    for fault, query in (
        (SumFault.CACHED_BALANCE, _accounts()),
        (SumFault.CARD_CHECKS, _card_checks()),
        (SumFault.CURRENCY_SUM, _zero_sum()),
        (SumFault.BELOW_ZERO, _negative()),
        (SumFault.NOT_CREDITED, _uncredited()),
        (SumFault.CACHED_UNDER_WAY, _cached(Payment.under_way_minor, OPEN_STATUSES)),
        (SumFault.CACHED_REFUNDED, _cached(Payment.refunded_minor, _DONE)),
        (SumFault.CACHED_EXTERNAL, _cached(Payment.external_minor, _EXTERNAL)),
        (SumFault.OVERDRAWN, _overdrawn()),
        (SumFault.SUSPENSE_SUM, _suspense()),
        (SumFault.UNTOLD, _untold()),
        (SumFault.TOO_EARLY, _too_early()),
        (SumFault.SENT_TWICE, _sent_twice()),
        (SumFault.IN_TRANSIT_SUM, _in_transit()),
        (SumFault.MIXED_CURRENCIES, _mixed()),
        *funding_checks(),
    ):
        for row, *numbers in session.execute(query):
            yield WrongSum(fault, str(row), tuple(int(number) for number in numbers))


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


def _card_checks() -> Executable:
    """What clients paid to bind cards and did not get back, and nothing else, lies apart (B4)."""
    kept = Payment.captured_minor - Payment.refunded_minor - Payment.external_minor
    total = func.coalesce(
        select(func.sum(kept))
        .where(
            Payment.consultation_id.is_(None),
            "card_check:" + cast(Payment.user_id, String) == LedgerAccount.code,
            Payment.currency == LedgerAccount.currency,
        )
        .scalar_subquery(),
        0,
    )
    return select(LedgerAccount.code, LedgerAccount.balance_minor, total).where(
        LedgerAccount.kind == AccountKind.CARD_CHECK, LedgerAccount.balance_minor != total
    )


def _zero_sum() -> Executable:
    total = func.sum(LedgerAccount.balance_minor)
    return select(LedgerAccount.currency, total).group_by(LedgerAccount.currency).having(total != 0)


def _negative() -> Executable:
    return select(LedgerAccount.code, LedgerAccount.balance_minor).where(
        LedgerAccount.user_id.is_not(None), LedgerAccount.balance_minor < 0
    )


def _uncredited() -> Executable:
    number = cast(Payment.id, String)
    keys = ("payment:" + number + ":paid", "card_check:" + number + ":taken")
    credited = select(Transfer.id).where(
        Transfer.event_key == case((Payment.consultation_id.is_(None), keys[1]), else_=keys[0]),
        Transfer.amount_minor == Payment.captured_minor,
    )
    return select(Payment.id).where(Payment.status == PaymentStatus.PAID, ~credited.exists())


def _cached(column: InstrumentedAttribute[int], statuses: Set[RefundStatus]) -> Executable:
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
            Payment.consultation_id.is_not(None),
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


def _overdrawn() -> Executable:
    """I-05: what has gone back is never more than what was captured."""
    total = func.sum(Refund.amount_minor)
    return (
        select(Payment.id, Payment.captured_minor, total)
        .join(Refund, Refund.payment_id == Payment.id)
        .where(Refund.status.in_(_GONE))
        .group_by(Payment.id, Payment.captured_minor)
        .having(total > Payment.captured_minor)
    )


def _suspense() -> Executable:
    """Suspense has paid for the refunds that nobody has explained, and for nothing else."""
    unexplained = func.coalesce(
        select(func.sum(-Refund.amount_minor))
        .where(
            UNEXPLAINED,
            Refund.source == LedgerAccount.code,
            Refund.currency == LedgerAccount.currency,
        )
        .scalar_subquery(),
        0,
    )
    return select(LedgerAccount.code, LedgerAccount.balance_minor, unexplained).where(
        LedgerAccount.kind == AccountKind.SUSPENSE, LedgerAccount.balance_minor != unexplained
    )


def _untold() -> Executable:
    """The state of a refund and its transfers tell the same story."""
    expected = case(
        (_IS_CHECK, case(*_CHECK_TRANSFERS, else_=0)),
        else_=case(*_TRANSFERS, else_=2),
    )
    told = func.count(Transfer.id)
    return (
        select(Refund.id, told, expected)
        .outerjoin(Transfer, Transfer.refund_id == Refund.id)
        .group_by(Refund.id)
        .having(told != expected)
    )


def _too_early() -> Executable:
    """I-31: only what was cancelled or is over gives money back, a surplus payment apart."""
    ended = (*OVER, ConsultationStatus.CANCELLED)
    in_time = Consultation.status.in_(ended) & (Consultation.closed_at <= Refund.requested_at)
    return (
        select(Refund.id)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Consultation, Consultation.id == Payment.consultation_id)
        .where(
            Refund.status != RefundStatus.EXTERNAL,
            Payment.is_surplus.is_(False),
            func.coalesce(in_time, literal(value=False)).is_(False),
        )
    )


def _sent_twice() -> Executable:
    """I-14: the bank has answered each refund once at most."""
    answers = func.count()
    return (
        select(AuditEntry.object_id, answers)
        .where(AuditEntry.object_type == "refunds", AuditEntry.action.in_(_ANSWERS))
        .group_by(AuditEntry.object_id)
        .having(answers > 1)
    )
