"""Whose money a refund was that somebody made in the bank's cabinet (domain.md §5, last row)."""

from dataclasses import dataclass

from portal.domain import ledger
from portal.domain.errors import Refusal
from portal.domain.ledger import AccountCode, AccountKind
from portal.domain.money import Money


class NotAttributable(Refusal):
    """The account that was named does not hold the sum, so nothing was moved."""

    code = "not_attributable"


@dataclass(frozen=True, slots=True)
class AttributionFacts:
    """The sum that suspense has paid, and what the client's money would bear now."""

    amount: Money
    user_id: int
    available: Money
    reserved: Money
    """What waits for the consultation that the payment was made for."""


def bearers(facts: AttributionFacts) -> dict[AccountKind, AccountCode]:
    """Return the accounts that may bear the refund: the client's when they hold it, ours always.

    A client's balance never falls below zero; REFUNDS lowers our revenue and may.
    """
    able = {
        AccountKind.USER_AVAILABLE: (facts.available, ledger.available(facts.user_id)),
        AccountKind.USER_RESERVED: (facts.reserved, ledger.reserved(facts.user_id)),
    }
    found = {kind: code for kind, (held, code) in able.items() if held >= facts.amount}
    return {**found, AccountKind.REFUNDS: ledger.REFUNDS}


def bearer(facts: AttributionFacts, kind: AccountKind) -> AccountCode:
    """Return the account of this kind; raise NotAttributable when it may not bear the refund."""
    code = bearers(facts).get(kind)
    if code is None:
        raise NotAttributable(kind=kind, amount=facts.amount)
    return code
