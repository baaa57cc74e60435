"""Whose line is whose, when one operation at the bank tells of all charges of a card (B3)."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.charges import Charge, part_of_binding, part_of_charge
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import BankLine, LineKind, Operation

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rub(roubles):
    return Money(roubles * 100, Currency.RUB)


def line(name, roubles, kind=LineKind.CAPTURE):
    return BankLine(name, kind, rub(roubles), AT)


FIRST, SECOND, THIRD = line("1", 3500), line("2", 700), line("3", 700)
BACK = line("9", 700, LineKind.REFUND)


def operation(*lines):
    return Operation(
        operation_id="op-1",
        reference="c1-1",
        status=PaymentStatus.PAID,
        amount=rub(3500),
        is_ours=True,
        method=PaymentMethod.CARD,
        lines=lines,
        paid_at=AT,
        bank_word="APPROVED",
        refund_in_progress=False,
    )


def test_the_payment_that_bound_the_card_sees_its_own_line_alone():
    seen = part_of_binding(operation(FIRST, SECOND, BACK))

    assert (seen.lines, seen.amount, seen.status) == ((FIRST,), rub(3500), PaymentStatus.PAID)


def test_the_first_line_is_known_by_its_hour_whatever_the_order():
    later = BankLine("2", LineKind.CAPTURE, rub(700), AT + timedelta(days=1))
    nameless = BankLine("3", LineKind.CAPTURE, rub(700), None)

    assert part_of_binding(operation(nameless, later, FIRST)).lines == (FIRST,)


def test_a_charge_sees_its_new_line_and_its_own_sum():
    seen = part_of_charge(operation(FIRST, SECOND, BACK), Charge(rub(700), ["1"]), [])

    assert (seen.lines, seen.amount, seen.status) == ((SECOND,), rub(700), PaymentStatus.PAID)


@pytest.mark.parametrize(
    ("lines", "baseline", "claimed"),
    [
        ((FIRST,), ["1"], []),
        ((FIRST, SECOND), ["1", "2"], []),
        ((FIRST, SECOND), ["1"], ["2"]),
        ((FIRST, line("2", 701)), ["1"], []),
        ((FIRST, BACK), ["1"], []),
    ],
    ids=["nothing new", "there before", "another's", "another sum", "a return"],
)
def test_what_is_not_the_charge_is_no_money(lines, baseline, claimed):
    assert part_of_charge(operation(*lines), Charge(rub(700), baseline), claimed) is None


def test_two_new_lines_of_one_sum_are_for_a_person():
    seen = part_of_charge(operation(FIRST, SECOND, THIRD), Charge(rub(700), ["1"]), [])

    assert seen.status is None
