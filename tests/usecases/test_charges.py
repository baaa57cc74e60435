"""A client's press charges their bound card once, whatever the bank answers (B3, I-13)."""

import pytest
from sqlalchemy import select

from portal.domain.charges import CardBusy
from portal.domain.errors import AlreadyPaid, NotFound
from portal.domain.letters import LetterKind
from portal.domain.payments import Incident, PaymentMethod, PaymentStatus
from portal.domain.ports import LineKind
from portal.jobs import charges, payments
from portal.store.audit import AuditEntry
from portal.store.cards import own_card
from portal.store.db import transaction
from portal.store.letters import Letter
from portal.store.payments import find_payment_of
from portal.store.user_lists import UserFilter, list_users
from portal.usecases.card_checks import unbind_card
from portal.usecases.checkouts import Checkout, create_payment
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, payment, person, purse, rub
from tests.usecases.charges import LESS, pay_token


def test_the_first_payment_binds_the_card_and_pays_its_consultation(scene):
    first = payment(scene.first)

    assert (first.status, first.captured_minor) == (PaymentStatus.PAID, PRICE)
    assert (first.binds_card, first.is_returned_by_hand) == (True, True)
    with transaction() as session:
        assert own_card(session, scene.card, scene.kirill).charged_operation == scene.operation
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_who_has_a_bound_card_is_found_until_it_is_unbound(scene):
    def found():
        with transaction() as session:
            return [row.id for row in list_users(session, UserFilter(has_card=True)).items]

    before = found()
    unbind_card(scene.card, actor=person(scene.kirill), owner_id=scene.kirill, now=NOW)

    assert (before, found()) == ([scene.kirill], [])


def test_a_press_charges_the_price_and_pays_the_consultation(scene, owed):
    number = scene.charges(owed)

    found = payment(number)
    assert (found.status, found.captured_minor) == (PaymentStatus.PAID, LESS)
    assert (found.operation_id, found.bank_operation) == (None, scene.operation)
    assert (found.card_last4, found.bound_card_id) == ("0792", scene.card)
    assert scene.taken == [LESS]
    payments.read(scene.first)
    first = payment(scene.first)
    assert (first.incident, first.captured_minor) == (None, PRICE)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE + LESS, 0), [])


def test_two_presses_and_two_jobs_are_one_charge(scene, owed):
    first, second = scene.begins(owed), scene.begins(owed)

    for _ in range(2):
        charges.send(first)
    payments.read(first)

    assert (first, scene.taken) == (second, [LESS])
    with pytest.raises(AlreadyPaid):
        scene.begins(owed)


def test_a_bank_that_says_no_has_taken_nothing(scene, owed):
    scene.bank.refuses("charge")

    number = scene.charges(owed)

    found = payment(number)
    assert (found.status, found.failure) == (PaymentStatus.FAILED, "Банк отказал")
    assert (scene.taken, purse(scene.kirill)) == ([], (0, PRICE, 0))


@pytest.mark.parametrize("call", ["read", "charge"])
def test_a_bank_that_nobody_reaches_was_sent_nothing_and_will_not_be(scene, owed, call):
    scene.bank.is_down(call)
    number = scene.charges(owed)
    scene.bank.recovers()

    charges.send(number)
    payments.read(number)

    assert payment(number).status is PaymentStatus.FAILED
    assert (scene.taken, purse(scene.kirill)) == ([], (0, PRICE, 0))


def test_a_swallowed_charge_stays_unknown_and_keeps_the_card_busy(scene, owed):
    scene.bank.swallows("charge")
    number = scene.charges(owed)
    scene.bank.recovers()
    other = builders.book(scene.kirill)

    charges.send(number)
    with pytest.raises(CardBusy):
        scene.begins(other)

    assert (payment(number).status, scene.begins(owed)) == (PaymentStatus.PENDING, number)
    assert (scene.taken, scene.bank.calls.count("charge")) == ([], 1)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_a_charge_that_staff_ask_for_beside_the_clients_is_the_same_one(scene, owed):
    first = scene.begins(owed)
    checkout = Checkout("tochka", PaymentMethod.CARD, card_id=scene.card, by_hand=True)

    again = create_payment(pay_token(owed), checkout, actor=scene.anna, now=NOW)

    assert again == first


def test_the_press_is_kept_as_the_clients_consent(scene, owed):
    number = scene.charges(owed)

    with transaction() as session:
        about = (AuditEntry.object_type == "payments", AuditEntry.object_id == number)
        kept = session.scalars(select(AuditEntry).where(*about).order_by(AuditEntry.id)).all()

    told = [(entry.action, entry.actor_id) for entry in kept]
    assert told[0] == ("payment.consent", scene.kirill)
    assert [action for action, _ in told] == ["payment.consent", "payment.charge", "payment.paid"]


def test_a_charge_that_the_bank_shows_twice_is_for_a_person(scene, owed):
    scene.bank.goes_silent("charge")
    number = scene.begins(owed)
    charges.send(number)
    scene.bank.payments[scene.operation].add_line(LineKind.CAPTURE, rub(LESS))

    payments.read(number)

    found = payment(number)
    assert (found.status, found.incident) == (PaymentStatus.PENDING, Incident.UNKNOWN_STATUS)
    assert (purse(scene.kirill), errors_in_the_book()) == ((0, PRICE, 0), [])


def test_what_was_paid_or_unbound_before_the_job_is_not_charged(scene, owed):
    number = scene.begins(owed)
    unbind_card(scene.card, actor=person(scene.kirill), owner_id=scene.kirill, now=NOW)

    charges.send(number)

    assert (payment(number).status, scene.taken) == (PaymentStatus.FAILED, [])
    with pytest.raises(NotFound):
        scene.begins(owed)


def test_a_consultation_that_was_called_off_before_the_job_is_not_charged(scene, owed):
    number = scene.begins(owed)
    builders.cancel(scene.anna, owed)

    charges.send(number)

    assert (payment(number).status, scene.taken) == (PaymentStatus.FAILED, [])
    with transaction() as session:
        kinds = session.scalars(select(Letter.kind)).all()
    assert kinds == [LetterKind.PAID, LetterKind.CONSULTATION_CANCELLED]


def test_nobody_charges_the_card_of_another(scene):
    other = builders.customer("other@example.test")
    theirs = builders.book(other)

    with pytest.raises(NotFound):
        scene.begins(theirs)

    assert scene.taken == []


def test_an_account_that_no_longer_allows_it_charges_nothing(scene, owed):
    number = scene.begins(owed)
    scene.bank.allows_charges(is_on=False)

    charges.send(number)

    assert (payment(number).status, scene.bank.calls.count("charge")) == (PaymentStatus.FAILED, 0)


def test_a_webhook_of_a_charge_leads_to_the_charge(scene, owed):
    number = scene.begins(owed)
    charges.send(number)

    with transaction() as session:
        waiting = find_payment_of(session, "tochka", scene.operation, None)
    payments.read(number)
    with transaction() as session:
        settled = find_payment_of(session, "tochka", scene.operation, None)

    assert (waiting, settled) == (number, scene.first)
