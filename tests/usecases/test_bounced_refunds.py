"""A refund that the payer's bank sent back returns to where it was taken from, once."""

import pytest
from sqlalchemy import select

from portal.domain import ledger
from portal.domain.errors import AlreadyMoved
from portal.domain.payments import MoneyState
from portal.domain.refunds import RefundStatus
from portal.store.audit import AuditEntry
from portal.store.db import transaction
from portal.store.payment_rows import payment_row
from portal.usecases.refunds import bounce_refund
from tests import builders
from tests.builders import DURING, PRICE, purse, rub

WHY = "Строка 17 выписки за 25.11"


def refund_whole(scene):
    """Return the whole sum, and hear from the bank that it is done."""
    refund_id = builders.ask(scene.anna, scene.payment)
    builders.send(scene.bank, refund_id)
    builders.hear(scene.bank, scene.payment, DURING)
    return refund_id


def bounce(scene, refund_id):
    """Say that the money has come back."""
    bounce_refund(refund_id, WHY, actor=scene.anna, now=DURING)


def test_a_bounced_refund_is_free_money_again(cancelled):
    refund_id = refund_whole(cancelled)
    bounce(cancelled, refund_id)

    refund, payment = builders.refund(refund_id), builders.payment(cancelled.payment)
    assert (refund.status, refund.resolution) == (RefundStatus.REVERSED, WHY)
    assert (payment.refunded, payment.remaining) == (rub(0), rub(PRICE))
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.account(ledger.bank("tochka")) == -PRICE
    assert builders.errors_in_the_book() == []


def test_a_bounced_refund_of_revenue_is_revenue_again(completed):
    bounce(completed, refund_whole(completed))

    assert builders.account(ledger.REFUNDS) == 0
    assert purse(completed.kirill) == (0, 0, 0)
    assert builders.errors_in_the_book() == []


def test_the_journal_and_the_list_tell_of_it(cancelled):
    refund_id = refund_whole(cancelled)
    bounce(cancelled, refund_id)

    with transaction() as session:
        row = payment_row(session, cancelled.payment, now=DURING)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert row.state is MoneyState.REFUND_FAILED
    assert (entry.action, entry.object_id, entry.reason) == ("refund.bounce", refund_id, WHY)
    assert entry.actor_id == cancelled.anna.user_id


def test_the_line_at_the_bank_stays_claimed(cancelled):
    bounce(cancelled, refund_whole(cancelled))
    builders.hear(cancelled.bank, cancelled.payment, DURING)

    assert builders.payment(cancelled.payment).external == rub(0)
    assert builders.errors_in_the_book() == []


def test_a_refund_bounces_once(cancelled):
    refund_id = refund_whole(cancelled)
    bounce(cancelled, refund_id)

    with pytest.raises(AlreadyMoved):
        bounce(cancelled, refund_id)

    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert builders.errors_in_the_book() == []


def test_a_refund_that_has_not_succeeded_does_not_bounce(cancelled):
    refund_id = builders.ask(cancelled.anna, cancelled.payment)

    with pytest.raises(AlreadyMoved):
        bounce(cancelled, refund_id)

    assert builders.refund(refund_id).status is RefundStatus.REQUESTED
    assert purse(cancelled.kirill) == (0, 0, PRICE)
