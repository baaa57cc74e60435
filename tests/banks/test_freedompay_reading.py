"""Reading an operation at Freedom Pay: states, refunds, sums, and what is doubted (§§7, 18)."""

from datetime import UTC, datetime

import pytest
import time_machine

from portal.banks.freedompay import mapping
from portal.banks.freedompay.words import status_word
from portal.domain.money import Currency, Money
from portal.domain.payments import Decline, PaymentMethod, PaymentStatus
from portal.domain.ports import BankRefused, BankUnavailable, LineKind
from tests.banks.freedompay_answers import OPERATION, REFERENCE, Bank, Each, child, error, status

NOW = datetime(2026, 7, 22, 11, 50, tzinfo=UTC)
PENDING, PAID = PaymentStatus.PENDING, PaymentStatus.PAID
FAILED, EXPIRED = PaymentStatus.FAILED, PaymentStatus.EXPIRED


def kzt(tenge: int) -> Money:
    return Money(tenge * 100, Currency.KZT)


def read(told: object, **settings: object):
    return Bank(get_status3=told).connector(**settings).read_operation(OPERATION)


STATES = {
    "new": ({"pg_payment_status": "new", "pg_captured": None}, PENDING),
    "pending": ({"pg_payment_status": "pending", "pg_captured": None}, PENDING),
    "process": ({"pg_payment_status": "process", "pg_captured": None}, PENDING),
    "partial": ({"pg_payment_status": "partial", "pg_captured": "0"}, PENDING),
    "3-D Secure": ({"pg_payment_status": "waiting_3ds", "pg_captured": None}, PENDING),
    "a hold": ({"pg_captured": "0"}, PENDING),
    "no word of capture": ({"pg_captured": None}, PENDING),
    "captured": ({}, PAID),
    "refunded": ({"pg_payment_status": "refunded"}, PAID),
    "revoked before capture": ({"pg_payment_status": "revoked", "pg_captured": "0"}, FAILED),
    "cancelled": ({"pg_payment_status": "cancelled", "pg_captured": None}, FAILED),
    "revoked after capture, unlisted": ({"pg_payment_status": "revoked"}, None),
    "expired": ({"pg_payment_status": "incomplete", "pg_captured": None}, EXPIRED),
    "a new word": ({"pg_payment_status": "under_review"}, None),
}


@pytest.mark.parametrize(("changes", "expected"), STATES.values(), ids=STATES.keys())
@time_machine.travel(NOW, tick=False)
def test_every_state_of_the_bank_has_one_of_ours(changes, expected):
    found = read(status(**changes))

    assert found.status is expected
    word = changes.get("pg_payment_status", "success")
    assert (found.bank_word, found.is_ours) == (status_word(word), True)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(29, PaymentStatus.PENDING), (31, PaymentStatus.FAILED)]
)
def test_a_declined_card_leaves_the_page_payable_until_its_time_is_over(minutes, expected):
    moment = datetime(2026, 7, 22, 11, 39, tzinfo=UTC).timestamp() + minutes * 60
    with time_machine.travel(moment, tick=False):
        found = read(status(pg_payment_status="error", pg_captured="0"))

    assert (found.status, found.lines) == (expected, ())


@pytest.mark.parametrize(("minutes", "expected"), [(29, PENDING), (31, EXPIRED)])
def test_what_nobody_has_begun_in_its_time_is_over(minutes, expected):
    moment = datetime(2026, 7, 22, 11, 39, tzinfo=UTC).timestamp() + minutes * 60
    with time_machine.travel(moment, tick=False):
        assert read(status(pg_payment_status="new", pg_captured=None)).status is expected


MIR = {"pg_card_pan": "2204-04XX-XXXX-0004"}
DECLINES = {
    "a number of Mir": ({"pg_payment_status": "error", **MIR}, Decline.RUSSIAN_CARD),
    "the bank's word for Mir": (
        {"pg_payment_status": "rejected", "pg_card_brand": "МИР"},
        Decline.RUSSIAN_CARD,
    ),
    "a number beside Mir": (
        {"pg_payment_status": "error", "pg_card_pan": "2205-04XX-XXXX-0004"},
        Decline.BY_BANK,
    ),
    "another card": ({"pg_payment_status": "failed"}, Decline.BY_BANK),
    "its code": ({"pg_payment_status": "error", "pg_failure_code": "10004"}, Decline.BAD_CODE),
    "its limit": ({"pg_payment_status": "error", "pg_error_code": "10012"}, Decline.LIMIT),
    "a code that nobody knows": (
        {"pg_payment_status": "error", "pg_failure_code": "77"},
        Decline.BY_BANK,
    ),
    "no card named": ({"pg_payment_status": "error", "pg_card_pan": None}, Decline.BY_BANK),
    "Mir that has paid": (MIR, None),
    "Mir that still waits": ({"pg_payment_status": "waiting_3ds", **MIR}, None),
}


@pytest.mark.parametrize(("changes", "expected"), DECLINES.values(), ids=DECLINES.keys())
@time_machine.travel(NOW, tick=False)
def test_only_a_declined_card_is_told_of_and_a_russian_one_by_its_number(changes, expected):
    assert read(status(**changes)).decline is expected


@time_machine.travel(NOW, tick=False)
def test_a_paid_operation_is_read_whole():
    found = read(status(pg_card_token="ef741cfc-f85e-41a0-84e6-2ba964912182", pg_card_brand="VI"))

    (line,) = found.lines
    assert (found.operation_id, found.reference) == (OPERATION, REFERENCE)
    assert found.bank_word == "проведён (success)"
    assert (found.amount, found.method) == (kzt(1500), PaymentMethod.CARD)
    assert (line.kind, line.amount, line.line_id) == (LineKind.CAPTURE, kzt(1500), OPERATION)
    assert found.paid_at == datetime(2026, 7, 22, 11, 40, 2, tzinfo=UTC)
    assert (found.card_last4, found.card.brand, found.card.last4) == ("1981", "Visa", "1981")


REFUNDS = [child("1814725599", "-500.00"), child("1814725600", "-100.00")]


@time_machine.travel(NOW, tick=False)
def test_each_refund_is_a_line_under_its_own_name():
    found = read(status(pg_refund_amount="-600.00", pg_refund_payments=REFUNDS))

    lines = [(line.line_id, line.amount) for line in found.lines if line.kind is LineKind.REFUND]
    assert lines == [("1814725599", kzt(500)), ("1814725600", kzt(100))]
    assert (found.status, found.refund_in_progress) == (PAID, False)


@pytest.mark.parametrize(("word", "is_open"), [("pending", True), ("odd", True), ("error", False)])
@time_machine.travel(NOW, tick=False)
def test_a_refund_that_is_not_done_is_no_money(word, is_open):
    listed = [child("1814725599", "-500.00"), child("1814725600", "-100.00", word)]

    found = read(status(pg_refund_amount="-500.00", pg_refund_payments=listed))

    refunds = [line.amount for line in found.lines if line.kind is LineKind.REFUND]
    assert (refunds, found.refund_in_progress) == ([kzt(500)], is_open)


@time_machine.travel(NOW, tick=False)
def test_older_names_of_refunds_are_read_too():
    found = read(status(pg_revoked_amount="-100.00", pg_revoked_payments=[REFUNDS[1]]))

    assert [line.amount for line in found.lines] == [kzt(1500), kzt(100)]


UNREADABLE = {
    "more returned than listed": {"pg_refund_amount": "-600.00"},
    "a refund twice": {"pg_refund_payments": [REFUNDS[0], REFUNDS[0]]},
    "a refund without a sum": {"pg_refund_payments": [child("1814725599", "")]},
    "a refund of nothing": {"pg_refund_payments": [child("1814725599", "0.00")]},
    "a refund without a name": {"pg_refund_payments": [child("", "-1.00")]},
    "no sum": {"pg_amount": None},
    "an exponent": {"pg_amount": "15e2"},
    "not a number": {"pg_amount": "NaN"},
    "three decimals": {"pg_amount": "1500.001"},
    "another operation": {"pg_payment_id": "1814725569"},
}


@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE.keys())
@time_machine.travel(NOW, tick=False)
def test_money_that_cannot_be_read_for_certain_is_not_guessed(changes):
    with pytest.raises(BankUnavailable) as lost:
        read(status(**changes))

    assert lost.value.sent is False


@pytest.mark.parametrize(("amount", "minor"), [("1500", 150_000), ("97.1", 9_710), ("0.01", 1)])
def test_zeros_at_the_end_may_be_missing(amount, minor):
    assert mapping.money(amount, Currency.KZT) == Money(minor, Currency.KZT)


@pytest.mark.parametrize("changes", [{"pg_currency": "RUB"}, {"pg_testing_mode": "1"}])
@time_machine.travel(NOW, tick=False)
def test_money_of_another_currency_or_mode_is_not_ours(changes):
    assert read(status(**changes)).is_ours is False


@time_machine.travel(NOW, tick=False)
def test_a_second_card_is_found_by_the_order():
    declined = status(pg_payment_status="error", pg_captured="0")
    bank = Bank(get_status3=Each(declined, status(pg_payment_id="1814725570")))

    found = bank.connector().read_operation(OPERATION)

    assert (found.operation_id, found.status) == ("1814725570", PAID)
    assert "pg_order_id" in bank.sent()


@pytest.mark.parametrize("word", ["waiting_3ds", "process", "incomplete", "canceled"])
@time_machine.travel(NOW, tick=False)
def test_a_second_card_is_found_after_a_first_that_was_left(word):
    left = status(pg_payment_status=word, pg_captured="0")
    bank = Bank(get_status3=Each(left, status(pg_payment_id="1814725570")))

    found = bank.connector().read_operation(OPERATION)

    assert (found.operation_id, found.status) == ("1814725570", PAID)


@time_machine.travel(NOW, tick=False)
def test_an_order_that_the_bank_does_not_find_changes_nothing():
    left = status(pg_payment_status="process", pg_captured="0")
    bank = Bank(get_status3=Each(left, error("340")))

    found = bank.connector().read_operation(OPERATION)

    assert (found.operation_id, found.status) == (OPERATION, PENDING)


@pytest.mark.parametrize("wanted", ["", "abc", "1 or 1", "1" * 20])
def test_what_cannot_be_an_id_of_the_bank_is_not_asked(wanted):
    bank = Bank()

    with pytest.raises(BankRefused):
        bank.connector().read_operation(wanted)

    assert bank.requests == []


@pytest.mark.parametrize("code", ["340", "11068"])
def test_an_unknown_operation_is_a_definite_no(code):
    with pytest.raises(BankRefused):
        read(error(code, "Платёж не найден"))
