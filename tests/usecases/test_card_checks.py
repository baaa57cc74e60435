"""Binding a card: 2 ₽ go to an account of their own and back, and no balance sees them (B1, B4)."""

from datetime import timedelta
from itertools import product

import pytest

from portal.domain.errors import AlreadyMoved, NotFound
from portal.store.db import transaction
from portal.store.users import User
from portal.usecases.card_checks import (
    NewCheck,
    bind_card,
    check_order_of,
    return_again,
    unbind_card,
)
from portal.usecases.checkouts import record_no_link
from portal.usecases.refunds import bounce_refund
from tests.builders import NOW, PRICE, customer, errors_in_the_book, hear, payment, person, purse
from tests.builders import refund as load_refund
from tests.usecases.card_checks import (
    BINDINGS,
    MOODS,
    SOON,
    SUM,
    Walk,
    start,
    ticks,
)

KEYS = ("22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333")
LATER = NOW + timedelta(hours=1)
#: Mood of the bank -> where the sum is, what lies with us, how many refunds the bank has made.
ENDS = {
    "returned": ("returned", 0, 1),
    "answer_lost": ("returned", 0, 1),
    "swallowed": ("unknown", 200, 0),
    "refused": ("owed", 200, 0),
    "down": ("on_its_way", 200, 0),
    "settling": ("on_its_way", 200, 1),
    "cabinet": ("returned", 0, 0),
}
#: A bank that names no card is waited for only while the sum is on its way.
WAITS = ("swallowed", "down", "settling")
UNTOUCHED = (0, PRICE, 0)


def binding(outcome: str, mood: str) -> str:
    unnamed = "charged" if mood in WAITS else "not_kept"
    return unnamed if outcome == "does_not_tick" else "bound"


@pytest.fixture
def walk(paid) -> Walk:
    """Give a check with a link, of a client whose paid consultation waits."""
    return start(paid.bank, paid.kirill)


@pytest.mark.parametrize(("outcome", "mood"), [*product(BINDINGS, MOODS)])
def test_every_binding_with_every_return(walk, outcome, mood):
    BINDINGS[outcome](walk)
    MOODS[mood](walk)

    walk.give_back()

    state, held, made = ENDS[mood]
    assert walk.states == (binding(outcome, mood), state)
    assert (walk.held, len(walk.bank.refunds)) == (held, made)
    assert (set(walk.purses), walk.faults) == ({UNTOUCHED}, [])


@pytest.mark.parametrize("mood", MOODS)
def test_a_return_is_never_sent_twice(walk, mood):
    ticks(walk)
    MOODS[mood](walk)
    walk.give_back()
    calls = walk.bank.calls.count("refund")

    walk.step(lambda: hear(walk.bank, walk.number, LATER))

    assert walk.bank.calls.count("refund") == calls
    assert (set(walk.purses), walk.faults) == ({UNTOUCHED}, [])


def test_the_sum_is_booked_once_however_often_it_is_heard_of(walk):
    ticks(walk)

    walk.step(lambda: hear(walk.bank, walk.number))

    assert (walk.held, walk.states) == (200, ("bound", "on_its_way"))
    assert (payment(walk.number).under_way_minor, walk.cards) == (200, [("Mir", "0792")])


def test_a_check_that_nobody_paid_owes_nothing(walk):
    walk.bank.expire(payment(walk.number).operation_id)

    walk.step(lambda: hear(walk.bank, walk.number))

    assert (walk.states, walk.held, walk.cards) == (("expired", "none"), 0, [])


def test_a_late_success_is_bound_and_returned(walk):
    walk.bank.expire(payment(walk.number).operation_id)
    hear(walk.bank, walk.number)
    ticks(walk)

    walk.give_back()

    assert (walk.states, walk.held) == (("bound", "returned"), 0)
    assert (set(walk.purses), walk.faults) == ({UNTOUCHED}, [])


def test_a_bank_that_refuses_the_link_takes_nothing(paid):
    number = bind_card(paid.kirill, NewCheck("tochka", SUM), actor=person(paid.kirill), now=NOW)

    record_no_link(number, "Банк отказал", now=NOW, is_final=True)

    walk = Walk(paid.bank, paid.kirill, number, [], [])
    assert (walk.states, walk.held, purse(paid.kirill)) == (("failed", "none"), 0, UNTOUCHED)


def test_two_presses_are_one_check(walk):
    again = bind_card(walk.client, NewCheck("tochka", SUM), actor=person(walk.client), now=NOW)

    assert again == walk.number


def test_an_old_link_is_not_continued(walk):
    again = bind_card(
        walk.client, NewCheck("tochka", SUM), actor=person(walk.client), now=NOW + timedelta(days=9)
    )

    assert again != walk.number


def test_the_bank_knows_the_client_by_one_name(walk):
    order = walk.bank.payments[payment(walk.number).operation_id].order
    ticks(walk)
    second = start(walk.bank, walk.client)

    again = walk.bank.payments[payment(second.number).operation_id].order
    with transaction() as session:
        known = session.get_one(User, walk.client).consumer_id
    assert (order.consumer_id, again.consumer_id) == (known, known)
    assert (order.save_card, order.amount, len(known)) == (True, SUM, 36)


def test_the_same_card_is_bound_once(walk):
    ticks(walk)
    token = walk.bank.read_operation(payment(walk.number).operation_id).card.token_id
    second = start(walk.bank, walk.client)

    second.pay(lambda operation: walk.bank.pay_by_kept_card(operation, token))

    assert (second.states[0], second.cards) == ("bound", [("Mir", "0792")])


def test_what_the_bank_refused_is_returned_when_a_person_asks_again(walk, paid):
    ticks(walk)
    MOODS["refused"](walk)
    walk.give_back()
    walk.bank.recovers()

    first = return_again(walk.number, KEYS[0], actor=paid.anna, now=LATER)
    assert return_again(walk.number, KEYS[0], actor=paid.anna, now=LATER) == first
    walk.give_back(LATER)

    assert (walk.states, walk.held) == (("bound", "returned"), 0)
    assert (load_refund(first).requested_by_id, walk.faults) == (paid.anna.user_id, [])


@pytest.mark.parametrize("mood", ["returned", "swallowed", "down", "settling", "cabinet"])
def test_nobody_asks_again_while_the_sum_may_be_back(walk, paid, mood):
    ticks(walk)
    MOODS[mood](walk)
    walk.give_back()
    calls = walk.bank.calls.count("refund")

    with pytest.raises(AlreadyMoved):
        return_again(walk.number, KEYS[0], actor=paid.anna, now=LATER)

    assert (walk.bank.calls.count("refund"), walk.states[1]) == (calls, ENDS[mood][0])


@pytest.mark.parametrize("outcome", BINDINGS)
def test_a_return_that_bounces_is_owed_until_the_bank_takes_it_again(walk, paid, outcome):
    BINDINGS[outcome](walk)
    walk.give_back()
    refund_id = payment(walk.number).last_refund_id

    walk.step(lambda: bounce_refund(refund_id, "По выписке", actor=paid.anna, now=LATER))

    bound = binding(outcome, "returned")
    assert (walk.states, walk.held) == ((bound, "owed"), 200)
    return_again(walk.number, KEYS[1], actor=paid.anna, now=LATER)
    walk.give_back(LATER)
    # The operation is empty at the bank, so that it says no, and the sum still lies with us.
    assert (walk.states, walk.held, len(walk.bank.refunds)) == ((bound, "owed"), 200, 1)
    assert (set(walk.purses), walk.faults) == ({UNTOUCHED}, [])


def test_an_unbound_card_is_forgotten_and_no_reading_brings_it_back(walk):
    ticks(walk)
    walk.give_back()
    number = payment(walk.number).bound_card_id

    unbind_card(number, actor=person(walk.client), owner_id=walk.client, now=LATER)

    walk.step(lambda: hear(walk.bank, walk.number, LATER))
    assert (walk.cards, errors_in_the_book()) == ([], [])
    with pytest.raises(NotFound):
        unbind_card(number, actor=person(walk.client), owner_id=walk.client, now=LATER)


def test_nobody_unbinds_the_card_of_another(walk):
    ticks(walk)
    other = customer("other@example.test")

    with pytest.raises(NotFound):
        unbind_card(
            payment(walk.number).bound_card_id, actor=person(other), owner_id=other, now=SOON
        )

    assert walk.cards == [("Mir", "0792")]


def test_a_check_that_has_its_link_asks_for_no_other(walk):
    order = check_order_of(walk.number, return_url="-", item_name="-")

    assert (order, walk.bank.calls.count("create")) == (None, 2)
