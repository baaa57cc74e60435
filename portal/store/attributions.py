"""What waits for a consultation, and the facts that decide who bears a refund of the bank."""

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.attributions import AttributionFacts
from portal.domain.money import Currency, Money
from portal.store.ledger import LedgerAccount, Transfer, balance
from portal.store.payments import Payment
from portal.store.refunds import Refund


def attribution_facts(session: Session, refund: Refund, payment: Payment) -> AttributionFacts:
    """Gather what the rules judge, as it is now."""
    user_id, currency = payment.user_id, refund.currency
    own = 0 if payment.is_surplus else payment.consultation_id or 0
    return AttributionFacts(
        amount=refund.amount,
        user_id=user_id,
        available=balance(session, ledger.available(user_id), currency),
        reserved=reserved_for(session, own, user_id, currency),
    )


def reserved_for(session: Session, consultation_id: int, user_id: int, currency: Currency) -> Money:
    """Return what waits for a consultation: what its transfers put aside less what they took."""
    came_in = Transfer.destination_id == LedgerAccount.id
    minor = session.scalar(
        select(func.sum(case((came_in, Transfer.amount_minor), else_=-Transfer.amount_minor)))
        .join(LedgerAccount, came_in | (Transfer.source_id == LedgerAccount.id))
        .where(
            Transfer.consultation_id == consultation_id,
            LedgerAccount.code == ledger.reserved(user_id).text,
            LedgerAccount.currency == currency,
        )
    )
    return Money(int(minor or 0), currency)
