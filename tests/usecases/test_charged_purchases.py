"""Staff buy with the client's bound card: booked at once, charged by a job (A10, B3)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.domain.charges import CardBusy
from portal.domain.errors import NotFound, NotPayable
from portal.domain.letters import LetterKind
from portal.domain.money import Currency
from portal.domain.payments import PaymentStatus
from portal.domain.purchases import CardWish, ChargeWithoutConsent, NotAClient, PurchaseWay
from portal.jobs import charges, payments
from portal.store.audit import AuditEntry
from portal.store.cards import BoundCard
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.payments import Payment
from portal.store.slot_lists import holder_of
from portal.store.users import User
from portal.usecases.bookings import Bought, Taking, buy_slot
from portal.usecases.card_checks import unbind_card
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, payment, person, purse
from tests.usecases.charges import binds
from tests.usecases.test_purchases import REASON, offered

CARD = PurchaseWay.CARD


def taking(scene, slot, **changes):
    """Wish to buy a slot for Кирилл by his card, to which he has agreed."""
    wish = CardWish("tochka", scene.card, is_agreed=True, by_hand=True)
    made = Taking(slot, scene.kirill, Currency.RUB, timedelta(), REASON, wish)
    return replace(made, **changes)


def buys(scene, slot, way=CARD, **changes):
    return buy_slot(taking(scene, slot, **changes), way, actor=scene.anna, now=NOW)


def works(number):
    """Let the jobs charge and read."""
    charges.send(number)
    payments.read(number)
    return payment(number)


def is_paid(bought):
    with transaction() as session:
        return session.get_one(Consultation, bought.consultation_id).is_paid


def written():
    """Return the letters, and who is named in them."""
    with transaction() as session:
        found = session.scalars(select(Letter).order_by(Letter.id))
        return [(one.kind, one.facts["row"], one.facts.get("by")) for one in found]


def rows():
    """Count consultations, payments and entries of the journal."""
    with transaction() as session:
        tables = (Consultation, Payment, AuditEntry)
        return [session.scalar(select(func.count()).select_from(one)) for one in tables]


def assert_nothing_moved(scene, slot, before):
    with transaction() as session:
        assert holder_of(session, slot) is None
    assert (rows(), scene.bank.charges) == (before, [])
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_the_press_books_and_begins_and_the_job_charges(scene):
    bought = buys(scene, offered(scene))
    begun = payment(bought.charge_id)

    assert (begun.status, begun.is_charge, begun.is_returned_by_hand) == ("created", True, True)
    assert (begun.created_by_id, begun.bound_card_id) == (scene.anna.user_id, scene.card)
    assert (is_paid(bought), scene.bank.charges) == (False, [])

    done = works(begun.id)

    assert (done.status, done.captured_minor, is_paid(bought)) == ("paid", PRICE, True)
    assert [amount.minor for _, amount in scene.bank.charges] == [PRICE]
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, 2 * PRICE, 0), [])


def test_the_journal_keeps_who_heard_the_consent_when_and_on_what_ground(scene):
    number = buys(scene, offered(scene)).charge_id
    works(number)

    with transaction() as session:
        about = (AuditEntry.object_type == "payments", AuditEntry.object_id == number)
        kept = session.scalars(select(AuditEntry).where(*about).order_by(AuditEntry.id)).all()

    consent = kept[0]
    assert [one.action for one in kept] == ["payment.agreed", "payment.charge", "payment.paid"]
    assert (consent.actor_id, consent.at, consent.reason) == (scene.anna.user_id, NOW, REASON)
    assert consent.changes["amount"] == PRICE
    assert (consent.changes["binding"], consent.changes["client"]) == (scene.card, scene.kirill)


def test_the_letter_of_the_payment_names_who_has_charged(scene):
    number = buys(scene, offered(scene)).charge_id
    works(number)

    assert written()[-1] == (LetterKind.PAID, number, scene.anna.user_id)
    assert written()[0] == (LetterKind.PAID, scene.first, None)


@pytest.mark.parametrize("call", ["charge", "read"])
def test_a_charge_that_took_nothing_is_written_to_its_client_once(scene, call):
    number = buys(scene, offered(scene)).charge_id
    if call == "charge":
        scene.bank.refuses("charge")
    else:
        scene.bank.is_down()

    works(number)
    works(number)

    told = [one for one in written() if one[0] is LetterKind.CHARGE_FAILED]
    assert told == [(LetterKind.CHARGE_FAILED, number, scene.anna.user_id)]


@pytest.mark.parametrize("way", [CARD, PurchaseWay.LINK, PurchaseWay.GIFT])
def test_a_second_press_finds_the_consultation_and_its_one_charge(scene, way):
    slot = offered(scene)
    first = buys(scene, slot)
    before = rows()

    second = buys(scene, slot, way)
    works(first.charge_id)
    charges.send(first.charge_id)

    assert second == Bought(first.consultation_id, is_new=False)
    assert (before[:2], len(scene.bank.charges)) == (rows()[:2], 1)


def test_a_refused_charge_leaves_it_booked_and_unpaid(scene):
    scene.bank.refuses("charge")
    bought = buys(scene, offered(scene))

    assert works(bought.charge_id).status is PaymentStatus.FAILED
    assert (is_paid(bought), scene.bank.charges) == (False, [])
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_a_lost_charge_keeps_the_card_busy_and_the_next_slot_is_not_booked(scene):
    scene.bank.swallows("charge")
    bought = buys(scene, offered(scene))
    assert works(bought.charge_id).status is PaymentStatus.PENDING
    slot = offered(scene, hour=1)
    before = rows()

    with pytest.raises(CardBusy):
        buys(scene, slot)

    assert is_paid(bought) is False
    assert_nothing_moved(scene, slot, before)


UNAGREED = {
    "no tick": {"card": CardWish("tochka", 1, is_agreed=False, by_hand=True)},
    "no card": {"card": None},
    "no ground": {"reason": ""},
}


@pytest.mark.parametrize("changes", UNAGREED.values(), ids=UNAGREED)
def test_without_the_clients_word_nothing_is_booked(scene, changes):
    slot = offered(scene)
    before = rows()

    with pytest.raises(ChargeWithoutConsent):
        buys(scene, slot, **changes)

    assert_nothing_moved(scene, slot, before)


def test_a_card_that_was_unbound_and_the_card_of_another_are_refused(scene):
    slot, zoya = offered(scene), builders.customer("zoya@example.test")
    before = rows()
    with pytest.raises(NotFound):
        buys(scene, slot, client_id=zoya)
    assert_nothing_moved(scene, slot, before)
    unbind_card(scene.card, actor=person(scene.kirill), owner_id=scene.kirill, now=NOW)
    before = rows()

    with pytest.raises(NotFound):
        buys(scene, slot)

    assert_nothing_moved(scene, slot, before)


def test_another_account_charges_no_such_card(scene):
    slot = offered(scene)
    before = rows()

    with pytest.raises(NotFound):
        buys(scene, slot, card=CardWish("other", scene.card, is_agreed=True, by_hand=True))

    assert_nothing_moved(scene, slot, before)


def test_a_card_let_before_staff_could_charge_waits_for_its_clients_press(scene):
    slot, own = offered(scene), builders.book(scene.kirill)
    with transaction() as session:
        session.get_one(BoundCard, scene.card).allows_staff = False
    before = rows()

    with pytest.raises(NotFound):
        buys(scene, slot)
    assert_nothing_moved(scene, slot, before)

    assert payment(scene.charges(own)).captured_minor == PRICE
    let = payment(binds(scene.bank, scene.kirill)).bound_card_id
    wish = CardWish("tochka", let, is_agreed=True, by_hand=True)
    assert works(buys(scene, slot, card=wish).charge_id).captured_minor == PRICE


def test_what_costs_nothing_and_a_disabled_client_charge_nothing(scene):
    free, slot = offered(scene, price=0), offered(scene, hour=1)
    with transaction() as session:
        session.get_one(User, scene.kirill).is_active = False
    before = rows()

    with pytest.raises(NotPayable):
        buys(scene, free)
    with pytest.raises(NotAClient):
        buys(scene, slot)

    assert_nothing_moved(scene, slot, before)
