"""What the rules judge just before a refund is sent: the facts without the refund itself."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain import ledger
from portal.domain.consultations import ConsultationStatus
from portal.domain.money import Money
from portal.domain.refunds import ALL_RIGHTS, AccountMode, RefundFacts
from portal.store.payment_rows import PaymentRow, payment_row
from portal.store.payments import Payment
from portal.store.refunds import Refund


def facts_without(row: PaymentRow, own: Refund, *, mode: AccountMode) -> RefundFacts:
    """Return the facts as if ``own`` had not been asked for yet: the check before sending.

    Its sum is given back in thought to where it was taken from, and what has become free since is
    not what it returns; the person's rights were judged when they asked.
    """
    facts, nothing = row.facts(ALL_RIGHTS, mode), Money(0, own.currency)
    held = own.amount if own.source == ledger.available(row.user_id).text else nothing
    return replace(
        facts,
        amount=own.amount,
        under_way=facts.under_way - own.amount,
        booked=max(facts.booked, facts.remaining - facts.spent if own.spent_minor else nothing),
        spent=facts.spent + Money(own.spent_minor, own.currency),
        available=facts.available + held,
        open_refund=None,
    )


def facts_of_sending(
    session: Session, payment: Payment, own: Refund, *, mode: AccountMode, now: datetime
) -> RefundFacts:
    """Return the facts as they are just before ``own`` is sent, also when it returns a card check.

    No consultation and no balance has a say in the sum of a check.
    """
    if not payment.is_card_check:
        return facts_without(payment_row(session, payment.id, now=now), own, mode=mode)
    return RefundFacts(
        payment_status=payment.status,
        consultation=ConsultationStatus.CANCELLED,
        funds_consultation=False,
        captured=payment.captured,
        succeeded=payment.refunded,
        under_way=payment.under_way - own.amount,
        external=payment.external,
        booked=Money(0, own.currency),
        spent=Money(0, own.currency),
        available=own.amount,
        open_refund=None,
        incident=payment.incident is not None,
        account_mode=mode,
        rights=ALL_RIGHTS,
        amount=own.amount,
    )
