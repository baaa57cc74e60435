"""A suspended account takes nothing new, whoever asks and whenever; the rest goes on (F2)."""

import pytest
from sqlalchemy import func, select

from portal.domain.bindings import BindingStatus
from portal.domain.errors import AccountSuspended
from portal.domain.payments import SUSPENDED_MEANWHILE, PaymentStatus
from portal.domain.purchases import PurchaseWay
from portal.domain.refunds import RefundStatus
from portal.jobs import cards, charges, payments, refunds
from portal.store.bank_states import TURN, require_taking
from portal.store.bindings import Binding
from portal.store.consultations import Consultation
from portal.store.db import db, transaction
from portal.store.letters import Letter
from portal.store.method_signs import lost_links
from portal.store.payments import Payment
from portal.store.refunds import Refund
from portal.usecases.balances import pay_from_balance
from portal.usecases.banks import resume_account, suspend_account
from portal.usecases.bindings import start_binding
from portal.usecases.card_checks import NewCheck, bind_card
from portal.usecases.payment_links import send_payment_link
from tests import builders
from tests.builders import NOW, PRICE, errors_in_the_book, payment, person, purse, rub
from tests.usecases.test_charged_purchases import buys
from tests.usecases.test_purchases import offered


def suspends(scene, account="tochka"):
    suspend_account(account, "Сверяем", actor=scene.anna, now=NOW)


def checks(scene):
    check = NewCheck("tochka", rub(200))
    return bind_card(scene.kirill, check, actor=person(scene.kirill), now=NOW)


def binds(scene):
    return start_binding(scene.kirill, "tochka", actor=person(scene.kirill), now=NOW)


def sends_link(scene, tills=("tochka",)):
    send_payment_link(builders.book(scene.kirill), actor=scene.anna, now=NOW, tills=tills)


#: Everything by which a payment begins.
STARTS = {
    "link": lambda scene: scene.begins(builders.book(scene.kirill), card_id=None),
    "binding": lambda s: s.begins(builders.book(s.kirill), card_id=None, binds_card=True),
    "charge": lambda scene: scene.begins(builders.book(scene.kirill)),
    "purchase": lambda scene: buys(scene, offered(scene)),
    "check": checks,
    "page of a card": binds,
    "letter": sends_link,
}


def counts():
    """Count what a start would leave behind; the consultation to be paid is not one of them."""
    with transaction() as session:
        tables = (Payment, Letter, Refund, Binding)
        return [session.scalar(select(func.count()).select_from(one)) for one in tables]


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_nothing_begins_at_a_suspended_account(scene, start):
    suspends(scene)
    before, calls = counts(), list(scene.bank.calls)

    with pytest.raises(AccountSuspended):
        start(scene)

    assert (counts(), scene.bank.calls) == (before, calls)


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_everything_begins_while_another_account_is_suspended_or_once_it_is_resumed(scene, start):
    suspends(scene, "kazakh")
    suspends(scene)
    resume_account("tochka", "Сошлось", actor=scene.anna, now=NOW)
    before = counts()

    start(scene)

    assert counts() != before


def test_a_purchase_that_is_refused_leaves_its_slot_free(scene):
    slot = offered(scene)
    suspends(scene)
    with pytest.raises(AccountSuspended):
        buys(scene, slot)

    resume_account("tochka", "Сошлось", actor=scene.anna, now=NOW)
    assert buys(scene, slot).is_new


#: What began before, by the job that then asks the bank.
MEANWHILE = {
    "link": (STARTS["link"], payments.create_link),
    "check": (checks, payments.create_link),
    "charge": (STARTS["charge"], charges.send),
}


@pytest.mark.parametrize(("start", "job"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_is_asked_for_in_the_instant_of_a_suspension_is_not_made(scene, start, job):
    number = start(scene)
    suspends(scene)
    asked = [scene.bank.calls.count(call) for call in ("create", "charge")]

    job(number)

    row = payment(number)
    assert (row.status, row.failure) == (PaymentStatus.FAILED, SUSPENDED_MEANWHILE)
    assert (row.link_url, row.next_read_at, row.create_attempts) == (None, None, 0)
    assert [scene.bank.calls.count(call) for call in ("create", "charge")] == asked
    with transaction() as session:
        assert not any(lost_links(session, "tochka", now=NOW))


def test_a_card_page_asked_for_in_that_instant_is_not_made(scene):
    number = binds(scene)
    suspends(scene)

    cards.open_page(number)

    with transaction() as session:
        row = session.get_one(Binding, number)
    assert (row.status, row.failure) == (BindingStatus.FAILED, SUSPENDED_MEANWHILE)
    assert (row.page_url, row.next_look_at) == (None, None)


def test_what_was_taken_before_is_read_and_returned_the_sums_of_checks_too(scene):
    number, check = STARTS["link"](scene), checks(scene)
    payments.create_link(number)
    payments.create_link(check)
    scene.bank.pay(builders.operation_of(number))
    scene.bank.pay_by_new_card(builders.operation_of(check))
    suspends(scene)

    payments.read(number)
    payments.read(check)
    with transaction() as session:
        back = session.scalars(select(Refund.id).where(Refund.payment_id == check)).one()
    refunds.submit(back)
    builders.cancel(scene.anna, payment(number).consultation_id)
    asked = scene.returns(number)

    assert [payment(one).status for one in (number, check)] == [PaymentStatus.PAID] * 2
    sums = [amount for _, amount in scene.bank.refunds]
    assert sums == [rub(200), rub(PRICE)]
    assert builders.refund(asked).status is RefundStatus.SUBMITTED
    assert errors_in_the_book() == []


def test_the_balance_pays_while_no_bank_does(scene):
    builders.cancel(scene.anna, payment(scene.first).consultation_id)
    number = builders.book(scene.kirill)
    suspends(scene)

    pay_from_balance(number, actor=person(scene.kirill), now=NOW)
    bought = buys(scene, offered(scene), PurchaseWay.GIFT)

    assert purse(scene.kirill) == (0, PRICE, 0)
    assert bought.is_new
    with transaction() as session:
        assert session.get_one(Consultation, number).is_paid


@pytest.mark.parametrize("tills", [(), ("tochka", "kazakh")])
def test_a_letter_goes_out_while_one_of_its_tills_takes_payments(scene, tills):
    suspends(scene)
    before = counts()

    sends_link(scene, tills)

    assert counts() == [before[0], before[1] + 1, *before[2:]]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_suspension_waits_for_payments_that_begin_and_they_not_for_each_other(scene):
    with db.engine.connect() as other, transaction() as session:
        require_taking(session, "tochka")

        assert other.scalar(select(func.pg_try_advisory_xact_lock_shared(TURN))) is True
        other.rollback()
        assert other.scalar(select(func.pg_try_advisory_xact_lock(TURN))) is False
