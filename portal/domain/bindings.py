"""Binding a card on the bank's own page: what the bank says, and how far it is (A2, B1-B4).

The bank takes its small sum and lets it go by itself: nothing of it is ours. What it sends us about
a binding is a hint; its list of kept cards is the truth, but it does not tell a card's country, so
a word on its way is waited for a little (freedompay.md §8.2).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from portal.domain.ports import BindingOutcome
from portal.domain.reconciliations import next_payment_read

#: How long the bank's page is worth waiting for.
PAGE_LASTS = timedelta(hours=1)
#: How long after it began a card that comes late is still looked for.
LOOK_FOR_CARD = timedelta(days=1)
#: How long a card that is kept already waits for the bank's word about it.
WORD_COMES = timedelta(seconds=15)
#: How long the bank's list may be behind its word that a card is bound.
LIST_COMES = timedelta(minutes=1)


class BindingStatus(StrEnum):
    """How far a binding on the bank's page is."""

    ASKED = "asked"
    PAGE = "page"
    BOUND = "bound"
    ALREADY = "already"
    RUSSIAN = "russian"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"


#: After these nothing more is looked for.
ENDED = frozenset({BindingStatus.BOUND, BindingStatus.RUSSIAN, BindingStatus.FAILED})


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known after a look at the cards that the bank keeps for a client.

    ``seen_for`` is how long a card is known to be kept that was not before, None without one.
    """

    status: BindingStatus
    outcome: BindingOutcome | None
    age: timedelta
    seen_for: timedelta | None


def binding_status(sight: Sight) -> BindingStatus:
    """Tell how far a binding is; a card that is kept counts for more than any word without one.

    A Russian card is not kept by us, also when its country is heard late.
    """
    if sight.status in ENDED:
        is_russian = sight.outcome is BindingOutcome.RUSSIAN
        is_ours = sight.status is BindingStatus.BOUND
        return BindingStatus.RUSSIAN if is_ours and is_russian else sight.status
    if sight.seen_for is not None:
        return _status_with_card(sight, sight.seen_for)
    if sight.outcome is BindingOutcome.DECLINED:
        return BindingStatus.DECLINED
    is_over = sight.status is BindingStatus.PAGE and sight.age >= PAGE_LASTS
    return BindingStatus.EXPIRED if is_over else sight.status


def _status_with_card(sight: Sight, seen_for: timedelta) -> BindingStatus:
    if sight.outcome is BindingOutcome.RUSSIAN:
        return BindingStatus.RUSSIAN
    may_come = sight.outcome is None and seen_for < WORD_COMES
    return sight.status if may_come else BindingStatus.BOUND


def was_kept_before(outcome: BindingOutcome | None, told_for: timedelta) -> bool:
    """Tell whether a card that the bank calls bound, and lists as no new one, was bound already.

    A bank may give a card the token that it had; ``told_for`` is how long its list shows nothing.
    """
    return outcome is BindingOutcome.BOUND and told_for >= LIST_COMES


def heard(known: BindingOutcome | None, outcome: BindingOutcome) -> BindingOutcome:
    """Return what counts after another word of the bank: a no takes nothing back."""
    return known if known is not None and outcome is BindingOutcome.DECLINED else outcome


def next_look(status: BindingStatus, age: timedelta, *, is_seen: bool) -> timedelta | None:
    """Say how long to wait before the list is read again, None for never."""
    if status in ENDED or age >= LOOK_FOR_CARD:
        return None
    if is_seen and status is not BindingStatus.ALREADY:
        return WORD_COMES
    return next_payment_read(age) if status is BindingStatus.PAGE else timedelta(hours=1)
