"""What the bank's lines say about an open refund, and when the bank is asked again."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.domain.ports import BankLine, LineKind, Operation
from portal.domain.reconciliations import (
    Verdict,
    next_payment_read,
    next_refund_read,
    next_send,
    read_refund,
)

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rub(minor):
    return Money(minor, Currency.RUB)


def line(line_id, minor, kind=LineKind.REFUND):
    return BankLine(line_id, kind, rub(minor), AT)


def operation(*lines, busy=False):
    return Operation(
        operation_id="op-1",
        reference="c1-a",
        status=PaymentStatus.PAID,
        amount=rub(1000),
        is_ours=True,
        method=PaymentMethod.SBP,
        lines=(line("paid", 1000, LineKind.CAPTURE), *lines),
        paid_at=AT,
        bank_word="PAID",
        refund_in_progress=busy,
    )


READINGS = [
    # lines now, baseline, already claimed, busy -> verdict, the line that proves it, candidates
    ([], [], [], False, Verdict.ABSENT, None, []),
    ([], [], [], True, Verdict.SETTLING, None, []),
    ([("a", 300)], [], [], False, Verdict.FOUND, "a", ["a"]),
    ([("a", 300)], [], [], True, Verdict.SETTLING, "a", ["a"]),
    ([("a", 300)], ["a"], [], False, Verdict.ABSENT, None, []),
    ([("a", 300)], [], ["a"], False, Verdict.ABSENT, None, []),
    ([("a", 300)], ["a"], [], True, Verdict.SETTLING, None, []),
    ([("a", 300), ("b", 300)], ["a"], [], False, Verdict.FOUND, "b", ["b"]),
    ([("a", 300), ("b", 300)], [], ["b"], False, Verdict.FOUND, "a", ["a"]),
    ([("a", 300), ("b", 300)], [], [], False, Verdict.AMBIGUOUS, None, ["a", "b"]),
    ([("a", 300), ("b", 300)], [], [], True, Verdict.AMBIGUOUS, None, ["a", "b"]),
    ([("a", 299)], [], [], False, Verdict.AMBIGUOUS, None, ["a"]),
    ([("a", 299)], [], [], True, Verdict.AMBIGUOUS, None, ["a"]),
    ([("a", 299), ("b", 300)], [], [], False, Verdict.FOUND, "b", ["a", "b"]),
]


@pytest.mark.parametrize(
    ("lines", "baseline", "bound", "busy", "verdict", "proof", "shown"), READINGS
)
def test_the_lines_decide_what_became_of_a_refund(
    lines, baseline, bound, busy, verdict, proof, shown
):
    seen = operation(*(line(*each) for each in lines), busy=busy)

    reading = read_refund(seen, rub(300), baseline, bound)

    assert reading.verdict is verdict
    assert (reading.line.line_id if reading.line else None) == proof
    assert [candidate.line_id for candidate in reading.candidates] == shown


def test_a_line_that_took_money_never_proves_a_refund():
    reading = read_refund(operation(line("h", 1000, LineKind.HOLD)), rub(1000), [], [])
    assert (reading.verdict, reading.candidates) == (Verdict.ABSENT, ())


@pytest.mark.parametrize(
    ("reads", "method", "is_unknown", "seconds"),
    [
        (0, PaymentMethod.SBP, False, 1),
        (7, PaymentMethod.SBP, False, 300),
        (8, PaymentMethod.SBP, False, 3600),
        (0, PaymentMethod.CARD, False, 2),
        (6, PaymentMethod.CARD, False, 1800),
        (7, PaymentMethod.CARD, False, 3600),
        (0, None, False, 2),
        (0, PaymentMethod.SBP, True, 10),
        (3, PaymentMethod.SBP, True, 600),
        (4, PaymentMethod.SBP, True, 3600),
    ],
)
def test_a_refund_is_read_at_once_and_then_ever_more_rarely(reads, method, is_unknown, seconds):
    pause = next_refund_read(reads, method, is_unknown=is_unknown)
    assert pause == timedelta(seconds=seconds)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 10), (6, 320), (7, 600), (90, 600)])
def test_what_never_left_is_sent_again_ever_more_rarely(attempts, seconds):
    assert next_send(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(0, 10), (119, 10), (120, 60), (3599, 60), (3600, 600), (86_399, 600), (86_400, 3600)],
)
def test_a_link_is_asked_about_often_while_it_is_young(age, seconds):
    assert next_payment_read(timedelta(seconds=age)) == timedelta(seconds=seconds)
