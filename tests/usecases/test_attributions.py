"""A refund made at the bank is paid by suspense until a person says whose money it was (F-26)."""

import pytest
from sqlalchemy import select

from portal.domain import ledger
from portal.domain.attributions import NotAttributable
from portal.domain.errors import AlreadyMoved
from portal.domain.ledger import AccountKind
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.refunds import unexplained_refunds
from portal.usecases.attributions import Attribution, attribute_refund
from tests import builders
from tests.builders import DURING, PRICE, purse, rub

SUSPENSE = ledger.suspense("tochka")
WHY = "Вернула бухгалтер по письму клиента"
PART = 1000


def find_external(scene, minor=PART):
    """Return money in the cabinet, read the bank, and return the number of the refund found."""
    scene.bank.made_in_cabinet(scene.operation, rub(minor))
    builders.hear(scene.bank, scene.payment, DURING)
    return builders.payment(scene.payment).last_refund_id


def attribute(scene, refund_id, kind):
    """Say whose money it was."""
    attribute_refund(refund_id, Attribution(kind, WHY), actor=scene.anna, now=DURING)


def unexplained():
    """Return the numbers of the refunds that wait for a person."""
    with transaction() as session:
        return [refund.id for refund in unexplained_refunds(session)]


def test_free_money_makes_suspense_good(cancelled):
    refund_id = find_external(cancelled)
    assert unexplained() == [refund_id]

    attribute(cancelled, refund_id, AccountKind.USER_AVAILABLE)

    refund = builders.refund(refund_id)
    assert (refund.resolution, refund.resolved_by_id) == (WHY, cancelled.anna.user_id)
    assert purse(cancelled.kirill) == (PRICE - PART, 0, 0)
    assert (builders.account(SUSPENSE), unexplained()) == (0, [])
    assert builders.errors_in_the_book() == []


def test_what_was_put_aside_bears_it_and_only_the_rest_is_the_fee(paid):
    attribute(paid, find_external(paid), AccountKind.USER_RESERVED)
    assert purse(paid.kirill) == (0, PRICE - PART, 0)
    assert builders.errors_in_the_book() == []

    builders.complete(paid.anna, paid.consultation)

    assert purse(paid.kirill) == (0, 0, 0)
    assert builders.account(ledger.REVENUE) == PRICE - PART
    assert builders.errors_in_the_book() == []


def test_only_the_rest_is_free_after_a_cancellation(paid):
    attribute(paid, find_external(paid), AccountKind.USER_RESERVED)
    builders.cancel(paid.anna, paid.consultation)

    assert purse(paid.kirill) == (PRICE - PART, 0, 0)
    assert builders.errors_in_the_book() == []


def test_revenue_bears_it_after_the_consultation(completed):
    attribute(completed, find_external(completed, PRICE), AccountKind.REFUNDS)

    assert (builders.account(SUSPENSE), builders.account(ledger.REFUNDS)) == (0, -PRICE)
    assert builders.account(ledger.bank("tochka")) == 0
    assert builders.errors_in_the_book() == []


@pytest.mark.parametrize(
    "kind", [AccountKind.USER_AVAILABLE, AccountKind.USER_RESERVED, AccountKind.BANK]
)
def test_an_account_without_the_sum_is_refused_and_nothing_moves(completed, kind):
    refund_id = find_external(completed)

    with pytest.raises(NotAttributable):
        attribute(completed, refund_id, kind)

    assert (builders.account(SUSPENSE), unexplained()) == (-PART, [refund_id])
    assert purse(completed.kirill) == (0, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_refund_is_explained_once(cancelled):
    refund_id = find_external(cancelled)
    attribute(cancelled, refund_id, AccountKind.USER_AVAILABLE)

    with pytest.raises(AlreadyMoved):
        attribute(cancelled, refund_id, AccountKind.REFUNDS)

    assert purse(cancelled.kirill) == (PRICE - PART, 0, 0)
    assert builders.account(ledger.REFUNDS) == 0


def test_a_refund_of_ours_needs_no_explanation(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)

    with pytest.raises(AlreadyMoved):
        attribute(cancelled, refund_id, AccountKind.REFUNDS)

    assert builders.account(ledger.REFUNDS) == 0
    assert builders.errors_in_the_book() == []


def test_the_journal_names_the_account_and_the_reason(cancelled):
    refund_id = find_external(cancelled)
    attribute(cancelled, refund_id, AccountKind.USER_AVAILABLE)

    with transaction() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.object_id, entry.reason) == ("refund.attribute", refund_id, WHY)
    assert entry.changes == {"bearer": ledger.available(cancelled.kirill).text}
