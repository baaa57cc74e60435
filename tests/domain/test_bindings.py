"""How far a binding on the bank's page is, from what its list and its messages say (B1-B4)."""

from datetime import timedelta

import pytest

from portal.domain.bindings import BindingStatus, Sight, binding_status, heard, next_look
from portal.domain.ports import BindingOutcome

ASKED, PAGE, BOUND = BindingStatus.ASKED, BindingStatus.PAGE, BindingStatus.BOUND
RUSSIAN, DECLINED, EXPIRED = BindingStatus.RUSSIAN, BindingStatus.DECLINED, BindingStatus.EXPIRED
FAILED = BindingStatus.FAILED
KEPT, ABROAD, NO = BindingOutcome.BOUND, BindingOutcome.RUSSIAN, BindingOutcome.DECLINED
SOON, LONG = timedelta(minutes=5), timedelta(hours=1)
#: status, outcome, age, seconds that a card is seen for, and what it is then.
SIGHTS = [
    (PAGE, None, SOON, None, PAGE),
    (PAGE, None, LONG, None, EXPIRED),
    (PAGE, KEPT, SOON, None, PAGE),
    (PAGE, KEPT, LONG, None, EXPIRED),
    (PAGE, KEPT, SOON, 0, BOUND),
    (PAGE, None, SOON, 0, PAGE),
    (PAGE, None, SOON, 14, PAGE),
    (PAGE, None, SOON, 15, BOUND),
    (PAGE, None, LONG, 0, PAGE),
    (PAGE, ABROAD, SOON, None, PAGE),
    (PAGE, ABROAD, SOON, 0, RUSSIAN),
    (PAGE, NO, SOON, None, DECLINED),
    (PAGE, NO, SOON, 0, BOUND),
    (DECLINED, NO, LONG, None, DECLINED),
    (DECLINED, KEPT, LONG, 0, BOUND),
    (EXPIRED, None, LONG, None, EXPIRED),
    (EXPIRED, None, LONG, 15, BOUND),
    (EXPIRED, ABROAD, LONG, 0, RUSSIAN),
    (EXPIRED, NO, LONG, None, DECLINED),
    (ASKED, None, LONG, None, ASKED),
    (BOUND, ABROAD, LONG, None, RUSSIAN),
    (BOUND, NO, LONG, None, BOUND),
    (RUSSIAN, KEPT, LONG, 15, RUSSIAN),
    (FAILED, ABROAD, LONG, 15, FAILED),
]


@pytest.mark.parametrize(("status", "outcome", "age", "seen", "expected"), SIGHTS)
def test_the_list_counts_for_more_than_a_word(status, outcome, age, seen, expected):
    seen_for = None if seen is None else timedelta(seconds=seen)

    assert binding_status(Sight(status, outcome, age, seen_for)) is expected


@pytest.mark.parametrize(
    ("known", "word", "counts"),
    [
        (None, NO, NO),
        (KEPT, NO, KEPT),
        (ABROAD, NO, ABROAD),
        (NO, KEPT, KEPT),
        (KEPT, ABROAD, ABROAD),
    ],
)
def test_a_no_takes_nothing_back(known, word, counts):
    assert heard(known, word) is counts


@pytest.mark.parametrize(
    ("status", "age", "is_seen", "seconds"),
    [
        (PAGE, timedelta(), False, 10),
        (PAGE, SOON, False, 60),
        (PAGE, SOON, True, 15),
        (DECLINED, SOON, False, 3600),
        (EXPIRED, timedelta(hours=23), False, 3600),
        (EXPIRED, timedelta(hours=24), False, None),
        (BOUND, timedelta(), True, None),
        (RUSSIAN, timedelta(), True, None),
        (FAILED, timedelta(), False, None),
    ],
)
def test_a_late_card_is_looked_for_until_the_next_day(status, age, is_seen, seconds):
    pause = None if seconds is None else timedelta(seconds=seconds)

    assert next_look(status, age, is_seen=is_seen) == pause
