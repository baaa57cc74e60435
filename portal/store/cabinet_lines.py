"""For which payment of a charged card a return is booked that nobody here asked for (B3, D6)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.charges import lines_that_fit
from portal.domain.money import Money
from portal.domain.payments import PaymentStatus
from portal.domain.ports import BankLine
from portal.store.payments import Payment


def find_binding(session: Session, charge: Payment) -> Payment | None:
    """Find the payment that bound the card which a charge took; None for any other payment."""
    if charge.charged_operation is None:
        return None
    return session.scalars(
        select(Payment).where(
            Payment.account == charge.account, Payment.operation_id == charge.charged_operation
        )
    ).first()


def lines_at_home(
    session: Session, payment: Payment, lines: Sequence[BankLine]
) -> Sequence[BankLine]:
    """Return those of an operation's returns that are booked for this payment.

    All payments of a charged card are one operation, and the bank does not say which of them it
    returned: the one that bound the card takes what it still has, a charge what is above that and
    not above its own. What fits nowhere stays with the first, for a person.
    """
    binding = find_binding(session, payment)
    if binding is not None:
        _, above = lines_that_fit(lines, _kept(binding))
        return lines_that_fit(above, _kept(payment))[0]
    if not payment.binds_card or not lines:
        return lines
    own, above = lines_that_fit(lines, _kept(payment))
    rooms = [_kept(charge) for charge in _sound_charges(session, payment)]
    return [*own, *(line for line in above if not any(line.amount <= room for room in rooms))]


def _sound_charges(session: Session, binding: Payment) -> Sequence[Payment]:
    return session.scalars(
        select(Payment).where(
            Payment.account == binding.account,
            Payment.charged_operation == binding.operation_id,
            Payment.status == PaymentStatus.PAID,
            Payment.incident.is_(None),
        )
    ).all()


def _kept(payment: Payment) -> Money:
    """Return what has not gone back; an open refund may turn out to be this very line."""
    return payment.remaining + payment.under_way
