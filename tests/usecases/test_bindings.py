"""Binding a card on the bank's page: its card comes into the list, and no money moves (B1-B4)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.bindings import BindingStatus
from portal.domain.card_ports import BindingPage
from portal.domain.errors import NotFound
from portal.domain.ports import BindingOutcome, KeptCard
from portal.store.bindings import Binding, find_binding_of, own_binding
from portal.store.cards import BoundCard, cards_of
from portal.store.db import transaction
from portal.store.ledger import Transfer
from portal.usecases.bindings import (
    apply_cards,
    hear_outcome,
    page_order_of,
    postpone_forgetting,
    postpone_look,
    record_forgotten,
    record_no_page,
    record_page,
    start_binding,
)
from portal.usecases.card_checks import unbind_card
from tests import builders
from tests.builders import NOW, person

OLD, NEW = KeptCard("token-old", "Visa", "1111"), KeptCard("token-new", "Visa", "1981")
SEEN = NOW + timedelta(minutes=2)
SURE = SEEN + timedelta(seconds=15)
SILENT = SEEN + timedelta(minutes=1)
LATE = NOW + timedelta(hours=2)


@pytest.fixture
def kirill(app):
    with app.app_context():
        yield builders.customer()


def begun(client, kept=(OLD,), operation="2300000001", now=NOW):
    """Begin to bind a card, and let the bank open its page; return the number."""
    number = start_binding(client, "kazakh", actor=person(client), now=now)
    page_order_of(number, return_url="https://p.test/account/cards/bindings", now=NOW)
    record_page(number, BindingPage(operation, "https://bank.test/view", now), kept, now=now)
    return number


def load(number):
    with transaction() as session:
        return session.get_one(Binding, number)


def cards(client):
    with transaction() as session:
        found = cards_of(session, client)
        assert all(card.allows_staff for card in found)
        return [(card.account, card.brand, card.last4) for card in found]


def tokens():
    with transaction() as session:
        query = select(BoundCard.token_id, BoundCard.unbind_at).order_by(BoundCard.id)
        return [tuple(row) for row in session.execute(query)]


def assert_no_money_moved():
    with transaction() as session:
        assert session.scalars(select(Transfer)).all() == []


def test_two_presses_are_one_binding_and_name_the_client_once(kirill):
    first, second = (
        start_binding(kirill, "kazakh", actor=person(kirill), now=NOW) for _ in range(2)
    )

    orders = [page_order_of(first, return_url="https://p.test/b", now=NOW) for _ in range(2)]

    assert second == first
    assert orders[0] == orders[1]
    assert orders[0].return_url == f"https://p.test/b/{first}"
    assert orders[0].reference == load(first).reference


def test_a_page_is_recorded_once_and_what_the_bank_kept_before_with_it(kirill):
    number = begun(kirill)

    record_page(number, BindingPage("other", "https://bank.test/2", NOW), (), now=NOW)

    found = load(number)
    assert (found.status, found.operation_id) == (BindingStatus.PAGE, "2300000001")
    assert (found.known_tokens, found.page_url) == (["token-old"], "https://bank.test/view")
    assert page_order_of(number, return_url="https://p.test/b", now=NOW) is None


WALKS = {
    "the message and the list": ([(BindingOutcome.BOUND, SEEN)], [SEEN], "bound"),
    "the message is lost": ([], [SEEN, SURE], "bound"),
    "the message is lost, too soon to tell": ([], [SEEN], "page"),
    "declined": ([(BindingOutcome.DECLINED, SEEN)], [], "declined"),
    "Russian": ([(BindingOutcome.RUSSIAN, SEEN)], [SEEN], "russian"),
    "not listed yet": ([(BindingOutcome.BOUND, SEEN), (BindingOutcome.BOUND, SURE)], [], "page"),
    "bound already": (
        [(BindingOutcome.BOUND, SEEN), (BindingOutcome.BOUND, SILENT)],
        [],
        "already",
    ),
    "listed very late": (
        [(BindingOutcome.BOUND, SEEN), (BindingOutcome.BOUND, SILENT)],
        [LATE],
        "bound",
    ),
    "late": ([], [LATE, LATE + timedelta(seconds=15)], "bound"),
}


@pytest.mark.parametrize(("words", "looks", "status"), WALKS.values(), ids=WALKS.keys())
def test_a_binding_ends_as_the_bank_keeps_the_card(kirill, words, looks, status):
    number = begun(kirill)
    for outcome, now in words:
        hear_outcome(number, outcome, now=now)
        apply_cards(number, [OLD], now=now)
    for now in looks:
        apply_cards(number, [OLD, NEW], now=now)

    assert load(number).status == status
    assert cards(kirill) == ([("kazakh", "Visa", "1981")] if status == "bound" else [])
    assert_no_money_moved()


def test_a_card_that_is_bound_anew_stands_in_the_list_once(kirill):
    first, again = (KeptCard(token, "Visa", "1981", "one number") for token in ("t-1", "t-2"))
    other = KeptCard("t-3", "Visa", "2222", "another number")
    for kept, now_kept in (((), [first]), ([first], [first, other]), ([first, other], [again])):
        number = begun(kirill, kept, f"{len(kept)}")
        hear_outcome(number, BindingOutcome.BOUND, now=SEEN)
        apply_cards(number, [*kept, *now_kept], now=SEEN)

    assert sorted(last4 for _, _, last4 in cards(kirill)) == ["1981", "2222"]
    assert tokens() == [("t-1", SEEN), ("t-3", None), ("t-2", None)]
    assert_no_money_moved()


def test_a_russian_card_that_is_heard_of_late_is_let_go_at_the_bank_too(kirill):
    number = begun(kirill)
    apply_cards(number, [NEW], now=SEEN)
    apply_cards(number, [NEW], now=SURE)
    assert cards(kirill) != []

    hear_outcome(number, BindingOutcome.RUSSIAN, now=LATE)
    hear_outcome(number, BindingOutcome.RUSSIAN, now=LATE)

    assert (load(number).status, cards(kirill)) == (BindingStatus.RUSSIAN, [])
    assert tokens() == [("token-new", LATE)]


def test_a_binding_that_is_over_forgets_what_the_bank_kept_before(kirill):
    number = begun(kirill)
    hear_outcome(number, BindingOutcome.BOUND, now=SEEN)

    apply_cards(number, [OLD, NEW], now=SEEN)
    apply_cards(number, [OLD, NEW, KeptCard("third", "Visa", "3333")], now=LATE)

    found = load(number)
    assert (found.known_tokens, found.next_look_at, found.finished_at) == (None, None, SEEN)
    assert len(cards(kirill)) == 1


def test_two_pages_of_one_client_end_with_their_own_cards(kirill):
    first = begun(kirill, (), "1")
    later = NOW + timedelta(minutes=40)
    second = begun(kirill, (), "2", now=later)
    for number in (first, second):
        hear_outcome(number, BindingOutcome.BOUND, now=later)
        apply_cards(number, [OLD, NEW] if number == second else [OLD], now=later)

    assert first != second
    assert [load(number).status for number in (first, second)] == [BindingStatus.BOUND] * 2
    assert [last4 for _, _, last4 in cards(kirill)] == ["1981", "1111"]


def test_a_card_that_another_binding_saw_first_ends_this_one_as_well(kirill):
    first, second = begun(kirill, (), "1"), None
    second = begun(kirill, (), "2", now=NOW + timedelta(minutes=40))
    for number in (first, second):
        hear_outcome(number, BindingOutcome.BOUND, now=LATE)
        apply_cards(number, [NEW], now=LATE)

    assert [load(number).status for number in (first, second)] == [BindingStatus.BOUND] * 2
    assert len(cards(kirill)) == 1


@pytest.mark.parametrize(
    ("is_final", "minutes", "status"),
    [(True, 0, "failed"), (False, 30, "asked"), (False, 31, "failed")],
)
def test_a_page_that_does_not_open_is_asked_for_while_the_client_may_wait(
    kirill, is_final, minutes, status
):
    number = start_binding(kirill, "kazakh", actor=person(kirill), now=NOW)

    record_no_page(number, "no", now=NOW + timedelta(minutes=minutes), is_final=is_final)

    assert (load(number).status, load(number).failure) == (status, "no")


def test_a_list_that_cannot_be_read_is_read_later_and_the_page_grows_old(kirill):
    number = begun(kirill)
    postpone_look(number, now=SEEN)
    assert (load(number).status, load(number).next_look_at) == ("page", SEEN + timedelta(minutes=1))

    postpone_look(number, now=LATE)

    assert load(number).status is BindingStatus.EXPIRED


@pytest.mark.parametrize(
    ("account", "operation", "reference", "is_found"),
    [
        ("kazakh", "2300000001", "ours", True),
        ("kazakh", "2300000001", None, True),
        ("kazakh", "2300000001", "another", False),
        ("kazakh", "9", None, False),
        ("tochka", "2300000001", "ours", False),
    ],
)
def test_a_message_is_about_a_binding_of_its_account_and_reference(
    kirill, account, operation, reference, is_found
):
    number = begun(kirill)
    reference = load(number).reference if reference == "ours" else reference

    with transaction() as session:
        found = find_binding_of(session, account, operation, reference)
    assert found == (number if is_found else None)


def test_the_binding_of_another_is_nobodys(kirill):
    number = begun(kirill)

    with transaction() as session, pytest.raises(NotFound):
        own_binding(session, number, kirill + 1)


@pytest.mark.parametrize("at_bank", [True, False])
def test_an_unbound_card_is_gone_at_once_and_its_name_when_the_bank_has_forgotten(kirill, at_bank):
    number = begun(kirill)
    hear_outcome(number, BindingOutcome.BOUND, now=SEEN)
    apply_cards(number, [NEW], now=SEEN)
    card = load(number).bound_card_id

    unbind_card(card, actor=person(kirill), owner_id=kirill, now=SURE, at_bank=at_bank)

    assert cards(kirill) == []
    assert tokens() == [("token-new", SURE) if at_bank else (None, None)]
    postpone_forgetting(card, now=LATE)
    record_forgotten(card, now=LATE)
    record_forgotten(card, now=LATE)
    assert tokens() == [(None, None)]
