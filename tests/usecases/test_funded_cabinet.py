"""What the bank's cabinet returned of money that has paid for another consultation (F-26, C1)."""

import pytest

from portal.domain.attributions import NotAttributable
from portal.domain.ledger import AccountKind
from portal.domain.payments import PaymentMethod
from portal.usecases.attributions import Attribution, attribute_refund
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import DURING, NOW, PRICE, errors_in_the_book, payment, purse, rub


@pytest.fixture
def funded(cancelled):
    """Give the free money spent on a second consultation, but for 1000 kopecks; it is booked."""
    number = builders.book(cancelled.kirill, PRICE - 1000)
    pay_from_balance(number, actor=cancelled.anna, now=NOW)
    return cancelled, number


def find_external(scene, minor, payment_id):
    """Return money in the cabinet, read the bank, and return the number of the refund found."""
    scene.bank.made_in_cabinet(builders.operation_of(payment_id), rub(minor))
    builders.hear(scene.bank, payment_id, DURING)
    return payment(payment_id).last_refund_id


def attribute(scene, refund_id, kind):
    """Say whose money it was."""
    wish = Attribution(kind, "По письму клиента")
    attribute_refund(refund_id, wish, actor=scene.anna, now=DURING)


def test_what_waits_for_another_consultation_bears_nothing_before_it_is_cancelled(funded):
    scene, number = funded
    refund = find_external(scene, PRICE, scene.payment)

    for kind in (AccountKind.USER_AVAILABLE, AccountKind.USER_RESERVED):
        with pytest.raises(NotAttributable):
            attribute(scene, refund, kind)
    builders.cancel(scene.anna, number)
    attribute(scene, refund, AccountKind.USER_AVAILABLE)

    assert purse(scene.kirill) == (0, 0, 0)
    assert errors_in_the_book() == []


def test_what_a_completed_consultation_took_is_not_returned_once_more(funded):
    scene, number = funded
    builders.complete(scene.anna, number)
    refund = find_external(scene, PRICE - 1000, scene.payment)

    attribute(scene, refund, AccountKind.REFUNDS)

    found = payment(scene.payment)
    assert (found.booked_minor, found.spent_minor) == (0, 0)
    assert builders.refund(refund).spent_minor == PRICE - 1000
    free = builders.ask(scene.anna, scene.payment, expected_remaining=rub(1000))
    assert builders.refund(free).source == f"user:{scene.kirill}:available"
    assert purse(scene.kirill) == (0, 0, 1000)
    assert errors_in_the_book() == []


def test_a_second_payment_never_takes_what_the_balance_has_put_aside(funded):
    scene, _ = funded
    third = builders.book(scene.kirill, 1000)
    late = builders.start_to_pay(scene.bank, third, PaymentMethod.CARD)
    pay_from_balance(third, actor=scene.anna, now=NOW)
    builders.pay(scene.bank, late)
    refund = find_external(scene, 1000, late)

    with pytest.raises(NotAttributable):
        attribute(scene, refund, AccountKind.USER_RESERVED)
    attribute(scene, refund, AccountKind.USER_AVAILABLE)

    assert payment(late).is_surplus
    assert purse(scene.kirill) == (0, PRICE, 0)
    assert errors_in_the_book() == []
