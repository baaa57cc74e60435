"""Builds what the tests of use cases start from: people, a consultation, a link, a payment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from portal.domain import clock, ledger
from portal.domain.actors import SYSTEM, Actor
from portal.domain.consultations import CancelledBy, ConsultationStatus
from portal.domain.money import Currency, Money
from portal.domain.payments import PaymentMethod
from portal.domain.permissions import Role
from portal.domain.refunds import ALL_RIGHTS, AccountMode, RefundReason
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.ledger import balance
from portal.store.payment_rows import payment_row
from portal.store.payments import Payment
from portal.store.refunds import Refund
from portal.store.users import User
from portal.store.verifications import verify
from portal.usecases.bookings import Booking, book_consultation
from portal.usecases.checkouts import (
    Checkout,
    create_payment,
    order_of,
    record_link,
    record_no_link,
)
from portal.usecases.consultations import (
    Cancellation,
    cancel_consultation,
    complete_consultation,
)
from portal.usecases.payments import apply_operation
from portal.usecases.reconciliations import reconcile_refunds
from portal.usecases.refunds import RefundWish, request_refund
from portal.usecases.sessions import Browser, begin_session
from portal.usecases.submissions import submit_refund
from portal.usecases.users import NewUser, create_user
from tests.fakes import FakeBank

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WORKDAY = timedelta(hours=12)
STARTS_AT = NOW + timedelta(days=1)
DURING = STARTS_AT + timedelta(minutes=10)
PRICE = 300_000


def rub(minor: int) -> Money:
    """Return kopecks as Money."""
    return Money(minor, Currency.RUB)


def staff(role: str = Role.ADMIN, name: str = "Анна", email: str = "anna@example.test") -> Actor:
    """Make somebody who works here, Анна by default, and return them as the one who acts."""
    return Actor(create_user(NewUser(email, name, role), actor=SYSTEM, now=NOW), name)


def person(user_id: int) -> Actor:
    """Return somebody as the one who acts."""
    return Actor(user_id, "Гость")


def open_session(user_id: int, now: datetime = NOW, lasts: timedelta = WORKDAY) -> str:
    """Begin a session for a person, as after their password has matched; return its token.

    Who is disabled by now began it before that.
    """
    with transaction() as session:
        user = session.get_one(User, user_id)
    was_active = user.is_active
    if not was_active:
        _set_active(user_id, is_active=True)
    token = begin_session(user, Browser("127.0.0.1", "Test browser"), now=now, lasts=lasts)
    if not was_active:
        _set_active(user_id, is_active=False)
    return token


def _set_active(user_id: int, *, is_active: bool) -> None:
    with transaction() as session:
        session.get_one(User, user_id).is_active = is_active


def sign_in(client: FlaskClient, user_id: int) -> FlaskClient:
    """Sign a person in at this browser, as after their password has matched."""
    with client.application.app_context():
        return come_in(client, open_session(user_id, clock.now()))


def come_in(client: FlaskClient, token: str) -> FlaskClient:
    """Let this browser carry on a session that has begun."""
    with client.session_transaction() as cookie:
        cookie.update(_user_id=token, _fresh=True)
    return client


def customer(email: str = "kirill@example.test") -> int:
    """Make a customer and return their number."""
    new = NewUser(email, "Кирилл", Role.CLIENT, "+7 916 123-45-67")
    return create_user(new, actor=SYSTEM, now=NOW)


def book(client_id: int, price: int = PRICE) -> int:
    """Book an hour of tomorrow and return the consultation's number; ``price`` is in kopecks."""
    ends_at = STARTS_AT + timedelta(hours=1)
    booking = Booking(client_id, "Доктор Орлова", STARTS_AT, ends_at, rub(price))
    return book_consultation(booking, actor=SYSTEM, now=NOW)


def start_to_pay(
    bank: FakeBank, consultation_id: int, method: PaymentMethod = PaymentMethod.SBP
) -> int:
    """Get a link of the bank and return the payment's number."""
    with transaction() as session:
        token = session.get_one(Consultation, consultation_id).pay_token
    checkout = Checkout("tochka", method)
    payment_id = create_payment(token, checkout, actor=SYSTEM, now=NOW)
    order = order_of(
        payment_id, success_url="https://p.test/{token}", failure_url="-", item_name="Консультация"
    )
    record_link(payment_id, bank.create_payment(order), now=NOW)
    return payment_id


def loses_link(consultation_id: int, method: PaymentMethod = PaymentMethod.SBP) -> int:
    """Start to pay and hear a definite no of the bank; return the payment's number."""
    with transaction() as session:
        token = session.get_one(Consultation, consultation_id).pay_token
    checkout = Checkout("tochka", method)
    payment_id = create_payment(token, checkout, actor=SYSTEM, now=NOW)
    record_no_link(payment_id, "Банк отказал", now=NOW, is_final=True)
    return payment_id


def operation_of(payment_id: int) -> str:
    """Return the bank's number of the payment."""
    return payment(payment_id).operation_id


def pay(bank: FakeBank, payment_id: int) -> None:
    """Let the client pay, and hear of it from the bank."""
    bank.pay(operation_of(payment_id))
    hear(bank, payment_id)


def hear(bank: FakeBank, payment_id: int, now: datetime = NOW) -> None:
    """Read the operation and apply everything that it says."""
    operation = bank.read_operation(operation_of(payment_id))
    apply_operation(payment_id, operation, now=now)
    reconcile_refunds(payment_id, operation, now=now)


def cancel(actor: Actor, consultation_id: int) -> None:
    """Cancel a consultation by the client's wish."""
    cancellation = Cancellation(CancelledBy.CLIENT, "Заболел")
    cancel_consultation(consultation_id, cancellation, actor=actor, now=NOW)


def complete(actor: Actor, consultation_id: int) -> None:
    """Complete a consultation ten minutes after it began."""
    outcome = ConsultationStatus.COMPLETED
    complete_consultation(consultation_id, outcome, "Прошла", actor=actor, now=DURING)


def wish(payment_id: int, **changes: object) -> RefundWish:
    """Return a wish for the whole remainder of an untouched payment, apart from ``changes``."""
    plain = RefundWish(
        intent_key="11111111-1111-4111-8111-111111111111",
        payment_id=payment_id,
        expected_remaining=rub(PRICE),
        expected_from_revenue=False,
        amount=None,
        reason=RefundReason.CANCELLED_BY_CLIENT,
        comment="",
        mode=AccountMode.ACTIVE,
        undo=timedelta(),
    )
    return replace(plain, **changes)


def ask(actor: Actor, payment_id: int, **changes: object) -> int:
    """Ask for a refund once the consultation's hour has come, and return the refund's number.

    The form that was looked at tells who pays now, apart from ``changes``.
    """
    with transaction() as session:
        row = payment_row(session, payment_id, now=DURING)
    seen = {"expected_from_revenue": row.facts(ALL_RIGHTS, AccountMode.ACTIVE).is_from_revenue}
    return request_refund(wish(payment_id, **(seen | changes)), actor=actor, now=DURING)


def send(bank: FakeBank, refund_id: int, now: datetime = DURING) -> None:
    """Read the baseline and send the refund, as the job does."""
    baseline = bank.read_operation(operation_of(refund(refund_id).payment_id))
    submit_refund(refund_id, bank, mode=AccountMode.ACTIVE, baseline=baseline, now=now)


def payment(payment_id: int) -> Payment:
    """Load a payment as it is now."""
    with transaction() as session:
        return session.get_one(Payment, payment_id)


def refund(refund_id: int) -> Refund:
    """Load a refund as it is now."""
    with transaction() as session:
        return session.get_one(Refund, refund_id)


def purse(client_id: int) -> tuple[int, int, int]:
    """Return the client's free, reserved and travelling kopecks."""
    free, reserved = account(ledger.available(client_id)), account(ledger.reserved(client_id))
    return free, reserved, account(ledger.in_transit(client_id))


def account(code: ledger.AccountCode) -> int:
    """Return the balance of an account of the book in kopecks."""
    with transaction() as session:
        return balance(session, code, Currency.RUB).minor


def errors_in_the_book() -> list[str]:
    """Add everything up again and return what does not hold."""
    with transaction() as session:
        return [str(wrong) for wrong in verify(session)]
