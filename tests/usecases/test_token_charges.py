"""Charging a card by its token: what its own operation says, and who may press (B3, A10, I-13)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.charges import PRESS_TOO_OLD
from portal.domain.errors import NotFound
from portal.domain.letters import LetterKind
from portal.domain.money import Currency, Money
from portal.domain.payments import (
    SUSPENDED_MEANWHILE,
    Decline,
    Incident,
    PaymentMethod,
    PaymentStatus,
)
from portal.domain.ports import BankLine, LineKind, Operation
from portal.domain.purchases import CardWish, ChargeWithoutConsent, PurchaseWay
from portal.domain.slots import SlotOffer, Span
from portal.store.audit import AuditEntry
from portal.store.cards import BoundCard
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.payments import Payment
from portal.usecases.banks import suspend_account
from portal.usecases.bookings import Booking, Taking, book_consultation, buy_slot
from portal.usecases.card_checks import unbind_card
from portal.usecases.charges import claim_charge, postpone_charge, record_prepared, token_order_of
from portal.usecases.checkouts import Checkout, create_payment, order_of
from portal.usecases.payments import apply_operation
from portal.usecases.slots import offer_slots
from tests import builders
from tests.builders import NOW, STARTS_AT, person

KZT = Currency.KZT
TENGE = Money(2_100_000, KZT)
OPERATION = "2300000007"
CREATED, PENDING, PAID = PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.PAID
FAILED, EXPIRED = PaymentStatus.FAILED, PaymentStatus.EXPIRED


@pytest.fixture
def kirill(app):
    with app.app_context():
        yield builders.customer()


def card_of(client, token="token-1981"):
    """Let a client have a card at the account for tenge; return its number."""
    with transaction() as session:
        card = BoundCard(
            user_id=client,
            account="kazakh",
            token_id=token,
            brand="Visa",
            last4="1981",
            bound_at=NOW,
            allows_staff=True,
        )
        session.add(card)
        session.flush()
        return card.id


def meeting(client):
    """Book a consultation for tenge; return the name of its checkout."""
    booking = Booking(client, "Седова", STARTS_AT, STARTS_AT + timedelta(hours=1), TENGE)
    number = book_consultation(booking, actor=person(client), now=NOW)
    with transaction() as session:
        return session.get_one(Consultation, number).pay_token


def presses(client, token, card, **changes):
    fields = {"card_id": card, "by_token": True, **changes}
    wish = Checkout("kazakh", PaymentMethod.CARD, KZT, **fields)
    return create_payment(token, wish, actor=person(client), now=NOW)


def sent(client):
    """Press, prepare and claim a charge; return the payment's number."""
    number = presses(client, meeting(client), card_of(client))
    record_prepared(number, OPERATION)
    assert claim_charge(number, None, now=NOW)
    return number


def told(status, **changes):
    """Return the operation as the bank tells it."""
    lines = (BankLine(OPERATION, LineKind.CAPTURE, TENGE, NOW),) if status is PAID else ()
    plain = {
        "operation_id": OPERATION,
        "reference": None,
        "status": status,
        "amount": TENGE,
        "is_ours": True,
        "method": PaymentMethod.CARD,
        "lines": lines,
        "paid_at": NOW if status is PAID else None,
        "bank_word": str(status),
        "refund_in_progress": False,
    }
    return Operation(**(plain | changes))


def letters():
    with transaction() as session:
        return session.scalars(select(Letter.kind).order_by(Letter.id)).all()


READINGS = {
    "paid": ([told(PAID)], PAID, [LetterKind.PAID]),
    "paid, read twice": ([told(PAID), told(PAID)], PAID, [LetterKind.PAID]),
    "not begun": ([told(PENDING)], PENDING, []),
    "declined": ([told(PENDING, decline=Decline.BY_BANK)], FAILED, [LetterKind.CHARGE_FAILED]),
    "declined, read twice": (
        [told(PENDING, decline=Decline.BY_BANK)] * 2,
        FAILED,
        [LetterKind.CHARGE_FAILED],
    ),
    "never begun": ([told(EXPIRED)], FAILED, [LetterKind.CHARGE_FAILED]),
    "paid late": ([told(EXPIRED), told(PAID)], PAID, [LetterKind.CHARGE_FAILED, LetterKind.PAID]),
    "a word that nobody knows": ([told(None)], PENDING, []),
    "another sum": ([told(PAID, amount=Money(1, KZT))], PENDING, []),
}


@pytest.mark.parametrize(("readings", "status", "written"), READINGS.values(), ids=READINGS.keys())
def test_a_charge_ends_as_its_own_operation_says(kirill, readings, status, written):
    number = sent(kirill)

    for operation in readings:
        apply_operation(number, operation, now=NOW)

    found, is_paid = builders.payment(number), status is PAID
    assert (found.status, letters()) == (status, written)
    assert (found.captured, found.is_returned_by_hand) == (
        TENGE if is_paid else Money(0, KZT),
        False,
    )
    assert builders.errors_in_the_book() == []


OPEN, HOUR, DAYS = told(PENDING), timedelta(minutes=61), timedelta(days=9)
#: What the bank says, and how long after it was sent; how it stands then, and what staff see.
LEFT_OPEN = {
    "under way, soon": ([(timedelta(minutes=59), OPEN)], PENDING, None, 0),
    "under way for days": ([(HOUR, OPEN), (DAYS, OPEN)], PENDING, Incident.UNKNOWN_STATUS, 1),
    "paid after all": ([(HOUR, OPEN), (DAYS, told(PAID))], PAID, None, 1),
    "given up after all": ([(HOUR, OPEN), (DAYS, told(EXPIRED))], FAILED, None, 1),
}


@pytest.mark.parametrize(
    ("readings", "status", "incident", "calls"), LEFT_OPEN.values(), ids=LEFT_OPEN.keys()
)
def test_staff_see_a_charge_that_the_bank_leaves_open(kirill, readings, status, incident, calls):
    number = sent(kirill)

    for later, operation in readings:
        apply_operation(number, operation, now=NOW + later)

    found = builders.payment(number)
    assert (found.status, found.incident) == (status, incident)
    with transaction() as session:
        query = select(AuditEntry).where(AuditEntry.action == "payment.incident")
        assert len(session.scalars(query).all()) == calls


def test_what_is_prepared_and_not_sent_is_not_moved_by_a_reading(kirill):
    number = presses(kirill, meeting(kirill), card_of(kirill))
    record_prepared(number, OPERATION)
    record_prepared(number, "another")

    apply_operation(number, told(PENDING), now=NOW)

    found = builders.payment(number)
    assert (found.status, found.operation_id) == (CREATED, OPERATION)
    assert claim_charge(number, None, now=NOW)
    assert not claim_charge(number, None, now=NOW)


def test_two_tabs_are_one_charge_and_another_consultation_does_not_wait_for_it(kirill):
    card, token = card_of(kirill), meeting(kirill)
    other = card_of(kirill, "token-2222")

    first, second = presses(kirill, token, card), presses(kirill, token, other)
    elsewhere = presses(kirill, meeting(kirill), card)

    assert (first == second, elsewhere == first) == (True, False)
    assert builders.payment(first).is_charge


def test_a_link_does_not_go_on_with_a_charge_nor_is_one_asked_for_it(kirill):
    token = meeting(kirill)
    charge = presses(kirill, token, card_of(kirill))
    link = presses(kirill, token, None)

    urls = {"success_url": "https://a.b", "failure_url": "https://a.b"}

    assert link != charge
    assert order_of(charge, item_name="К", **urls) is None
    assert order_of(link, item_name="К", **urls).reference == builders.payment(link).reference


def unbinds(client, card):
    unbind_card(card, actor=person(client), owner_id=client, now=NOW, at_bank=True)


def suspends(_client, _card):
    gleb = builders.staff("super_admin", "Глеб", "gleb@example.test")
    suspend_account("kazakh", "Сверяем", actor=gleb, now=NOW)


ENDS = {
    "the card is unbound": (unbinds, timedelta(), "the terms changed, nothing was sent"),
    "the press is old": (None, timedelta(minutes=11), PRESS_TOO_OLD),
    "the account is suspended": (suspends, timedelta(), SUSPENDED_MEANWHILE),
}


@pytest.mark.parametrize(("happens", "later", "why"), ENDS.values(), ids=ENDS.keys())
def test_what_is_no_longer_wanted_is_neither_prepared_nor_sent(kirill, happens, later, why):
    card = card_of(kirill)
    number = presses(kirill, meeting(kirill), card)
    if happens:
        happens(kirill, card)

    order = token_order_of(number, item_name="Консультация", now=NOW + later)

    found = builders.payment(number)
    assert (order, found.status, found.failure) == (None, FAILED, why)
    assert not claim_charge(number, None, now=NOW + later)


def test_the_order_names_the_card_and_the_client_as_the_bank_knows_them(kirill):
    number = presses(kirill, meeting(kirill), card_of(kirill))

    orders = [token_order_of(number, item_name="Консультация", now=NOW) for _ in range(2)]

    assert orders[0] == orders[1]
    assert (orders[0].token_id, orders[0].amount) == ("token-1981", TENGE)
    assert orders[0].reference == builders.payment(number).reference


@pytest.mark.parametrize(("minutes", "status"), [(0, CREATED), (10, CREATED), (11, FAILED)])
def test_a_silent_bank_is_asked_to_prepare_as_long_as_the_press_counts(kirill, minutes, status):
    number = presses(kirill, meeting(kirill), card_of(kirill))

    postpone_charge(number, "silence", now=NOW + timedelta(minutes=minutes))

    assert builders.payment(number).status is status


def test_the_card_of_another_and_one_without_a_token_are_not_charged(kirill):
    token, other = meeting(kirill), builders.customer("other@example.test")

    for card in (card_of(other), card_of(kirill, token=None)):
        with pytest.raises(NotFound):
            presses(kirill, token, card)

    with transaction() as session:
        assert session.scalars(select(Payment)).all() == []


def buying(client, card, *, is_agreed):
    """Let Анна buy an hour for tenge by the client's card."""
    anna = builders.staff()
    span = Span(STARTS_AT, STARTS_AT + timedelta(hours=1))
    (slot,) = offer_slots([SlotOffer("Седов", span, {KZT: TENGE})], actor=anna, now=NOW)
    wish = CardWish("kazakh", card, is_agreed=is_agreed, by_hand=False, by_token=True)
    taking = Taking(slot, client, KZT, timedelta(), "По телефону", wish)
    return buy_slot(taking, PurchaseWay.CARD, actor=anna, now=NOW)


def test_staff_charge_it_with_the_clients_consent_alone(kirill):
    card = card_of(kirill)
    with pytest.raises(ChargeWithoutConsent):
        buying(kirill, card, is_agreed=False)


def test_what_staff_buy_is_charged_by_token_and_returned_by_the_bank(kirill):
    bought = buying(kirill, card_of(kirill), is_agreed=True)

    found = builders.payment(bought.charge_id)
    assert (found.charges_token, found.is_returned_by_hand) == (True, False)
    assert (found.status, found.amount, found.charged_operation) == (CREATED, TENGE, None)
