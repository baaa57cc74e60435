"""Staff buy a slot for a client: by link, from the balance, as a gift; all or nothing (A10, C1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.errors import NotFound, NotPayable
from portal.domain.fundings import BalanceTooLow
from portal.domain.letters import LetterKind
from portal.domain.money import Currency
from portal.domain.purchases import GiftWithoutReason, NotAClient, PurchaseWay
from portal.domain.slots import SlotGone, SlotOffer, SlotStatus, Span
from portal.store.audit import AuditEntry
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.ledger import Transfer
from portal.store.letters import Letter
from portal.store.slot_lists import holder_of
from portal.store.timelines import gift_of
from portal.store.users import User
from portal.usecases.bookings import Bought, Taking, buy_slot, take_slot
from portal.usecases.slots import offer_slots, withdraw_slot
from tests import builders
from tests.builders import NOW, PRICE, STARTS_AT, errors_in_the_book, person, purse, rub

LINK, BALANCE, GIFT = PurchaseWay.LINK, PurchaseWay.BALANCE, PurchaseWay.GIFT
REASON = "Клиент попросил по телефону"
FOR_EVER = timedelta()


def offered(scene, price=PRICE, hour=0):
    """Put an hour of another specialist on offer, free of charge without a price."""
    begin = STARTS_AT + timedelta(hours=hour)
    span = Span(begin, begin + timedelta(hours=1))
    prices = {Currency.RUB: rub(price)} if price else {}
    return offer_slots([SlotOffer("Доктор Седов", span, prices)], actor=scene.anna, now=NOW)[0]


def buys(scene, slot, way, *, client=None, reason=REASON, currency=Currency.RUB):
    """Let Анна buy a slot for Кирилл, or for somebody else."""
    taking = Taking(slot, client or scene.kirill, currency, FOR_EVER, reason)
    return buy_slot(taking, way, actor=scene.anna, now=NOW)


def consultation(number):
    with transaction() as session:
        return session.get_one(Consultation, number)


def journal(number):
    """Return what the journal says of a consultation: action, who, sum, reason."""
    about = (AuditEntry.object_type == "consultations", AuditEntry.object_id == number)
    with transaction() as session:
        found = session.scalars(select(AuditEntry).where(*about).order_by(AuditEntry.id))
        return [(one.action, one.actor_id, one.changes["amount"], one.reason) for one in found]


def letters(number):
    """Return the letters to the client about a consultation, and who is named in them."""
    with transaction() as session:
        found = session.scalars(select(Letter).order_by(Letter.id))
        return [(one.kind, one.facts.get("by")) for one in found if one.facts["row"] == number]


def moved(number):
    """Count the transfers about a consultation."""
    with transaction() as session:
        return len(
            session.scalars(select(Transfer).where(Transfer.consultation_id == number)).all()
        )


def assert_nothing_happened(scene, slot, before):
    """The slot is as free as before, no money has moved, and the book holds."""
    with transaction() as session:
        assert holder_of(session, slot) is None
    assert purse(scene.kirill) == before
    assert errors_in_the_book() == []


def test_a_link_takes_the_slot_for_as_long_as_it_needs_and_moves_nothing(booked):
    bought = buys(booked, offered(booked), LINK)

    found = consultation(bought.consultation_id)
    assert (bought.is_new, found.client_id, found.price) == (True, booked.kirill, rub(PRICE))
    assert (found.is_paid, found.pay_until, moved(found.id)) == (False, None, 0)
    assert journal(found.id) == [("consultation.book", booked.anna.user_id, PRICE, REASON)]
    assert letters(found.id) == []


def test_the_balance_pays_in_the_same_breath_and_the_letter_names_who_did_it(cancelled):
    bought = buys(cancelled, offered(cancelled), BALANCE)

    number, anna = bought.consultation_id, cancelled.anna.user_id
    assert consultation(number).paid_at == NOW
    assert purse(cancelled.kirill) == (0, PRICE, 0)
    assert journal(number) == [
        ("consultation.book", anna, PRICE, REASON),
        ("consultation.pay", anna, PRICE, None),
    ]
    assert letters(number) == [(LetterKind.PAID_FROM_BALANCE, anna)]
    assert errors_in_the_book() == []


def test_a_gift_costs_nothing_and_the_journal_keeps_what_was_waived_and_why(cancelled):
    number = buys(cancelled, offered(cancelled), GIFT).consultation_id

    found, anna = consultation(number), cancelled.anna.user_id
    assert (found.price, found.is_paid, moved(number)) == (rub(0), False, 0)
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert journal(number) == [
        ("consultation.book", anna, 0, None),
        ("consultation.gift", anna, PRICE, REASON),
    ]
    assert letters(number) == [(LetterKind.BOOKED, anna)]
    with transaction() as session:
        gift, none = gift_of(session, number), gift_of(session, cancelled.consultation)
    assert (gift.waived, gift.actor, gift.reason, none) == (rub(PRICE), "Анна", REASON, None)


def test_a_gift_that_has_taken_place_leaves_the_book_as_it_was(cancelled):
    number = buys(cancelled, offered(cancelled), GIFT).consultation_id

    builders.complete(cancelled.anna, number)

    assert (purse(cancelled.kirill), moved(number)) == ((PRICE, 0, 0), 0)
    assert errors_in_the_book() == []


def test_what_is_free_of_charge_is_booked_and_told(booked):
    number = buys(booked, offered(booked, price=0), LINK).consultation_id

    assert consultation(number).price == rub(0)
    assert letters(number) == [(LetterKind.BOOKED, booked.anna.user_id)]


@pytest.mark.parametrize("again", [LINK, BALANCE, GIFT])
@pytest.mark.parametrize("first", [LINK, BALANCE, GIFT])
def test_a_second_press_in_another_tab_finds_what_the_first_has_bought(cancelled, first, again):
    slot = offered(cancelled)
    number = buys(cancelled, slot, first).consultation_id
    before = purse(cancelled.kirill), journal(number), letters(number), moved(number)

    second = buys(cancelled, slot, again)

    assert second == Bought(number, is_new=False)
    assert (purse(cancelled.kirill), journal(number), letters(number), moved(number)) == before
    assert errors_in_the_book() == []


def test_a_balance_that_is_too_low_books_nothing_either(cancelled):
    slot = offered(cancelled, PRICE + 1)

    with pytest.raises(BalanceTooLow) as refusal:
        buys(cancelled, slot, BALANCE)

    assert refusal.value.facts == {"free": rub(PRICE), "lacking": rub(1)}
    assert_nothing_happened(cancelled, slot, (PRICE, 0, 0))


@pytest.mark.parametrize("way", [BALANCE, GIFT])
def test_what_costs_nothing_is_neither_paid_nor_given(cancelled, way):
    slot = offered(cancelled, price=0)

    with pytest.raises(NotPayable):
        buys(cancelled, slot, way)

    assert_nothing_happened(cancelled, slot, (PRICE, 0, 0))


def test_a_gift_without_a_reason_is_not_given(cancelled):
    slot = offered(cancelled)

    with pytest.raises(GiftWithoutReason):
        buys(cancelled, slot, GIFT, reason="")

    assert_nothing_happened(cancelled, slot, (PRICE, 0, 0))


@pytest.mark.parametrize("way", [LINK, BALANCE, GIFT])
def test_for_whoever_works_here_or_is_disabled_nothing_is_bought(cancelled, way):
    slot = offered(cancelled)
    with transaction() as session:
        session.get_one(User, cancelled.kirill).is_active = False

    for client in (cancelled.kirill, cancelled.anna.user_id):
        with pytest.raises(NotAClient):
            buys(cancelled, slot, way, client=client)

    assert_nothing_happened(cancelled, slot, (PRICE, 0, 0))


@pytest.mark.parametrize("way", [LINK, BALANCE, GIFT])
def test_a_slot_that_somebody_else_was_faster_for_is_gone(cancelled, way):
    slot, zoya = offered(cancelled), builders.customer("zoya@example.test")
    taken = take_slot(
        Taking(slot, zoya, Currency.RUB, timedelta(minutes=30)), actor=person(zoya), now=NOW
    )

    with pytest.raises(SlotGone) as refusal:
        buys(cancelled, slot, way)

    assert refusal.value.status is SlotStatus.TAKEN
    with transaction() as session:
        assert holder_of(session, slot).id == taken
    assert purse(cancelled.kirill) == (PRICE, 0, 0)
    assert errors_in_the_book() == []


def test_a_withdrawn_slot_and_a_price_that_is_not_there_are_refused(cancelled):
    slot = offered(cancelled)
    with pytest.raises(NotFound):
        buys(cancelled, slot, BALANCE, currency=Currency.KZT)
    withdraw_slot(slot, actor=cancelled.anna, now=NOW)

    with pytest.raises(SlotGone):
        buys(cancelled, slot, BALANCE)

    assert_nothing_happened(cancelled, slot, (PRICE, 0, 0))
