"""The refund form: what is typed is read exactly or refused; a refusal moves nothing (D1-D6)."""

from uuid import UUID

import pytest
from sqlalchemy import select

from portal.store.db import transaction
from portal.store.refunds import Refund
from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import PRICE, purse

KEY, OTHER_KEY = str(UUID(int=7, version=4)), str(UUID(int=8, version=4))
WHOLE = {
    "intent_key": KEY,
    "expected_remaining": str(PRICE),
    "mode": "all",
    "amount": "",
    "reason": "complaint",
    "comment": "Клиент недоволен",
}
PART = WHOLE | {"mode": "part"}


@pytest.fixture
def ask(world):
    """Give a way to send the form as Анна, with some fields changed."""
    anna = world.browser_of("anna")

    def send(form=WHOLE, payment=world.payment, query="", **more):
        return anna.post(f"/payments/{payment}/refund{query}", form, **more)

    return send


def refunds(world, payment=None):
    """Return the sums of the payment's refunds in kopecks, in the order of asking."""
    with world.app.app_context(), transaction() as session:
        query = select(Refund.amount_minor).where(Refund.payment_id == (payment or world.payment))
        return list(session.scalars(query.order_by(Refund.id)))


def assert_nothing_moved(world):
    """The payment has no refund; of Зоя's two payments one is free and the other travels."""
    assert refunds(world) == []
    with world.app.app_context():
        assert purse(world.people["zoya"]) == (PRICE, 0, PRICE)
        assert builders.errors_in_the_book() == []


def test_the_whole_sum_is_asked_for_once(world, ask):
    answer = ask()

    assert (answer.status_code, answer.location) == (303, f"/refunds/{world.refund + 1}")
    assert refunds(world) == [PRICE]
    with world.app.app_context():
        assert purse(world.people["zoya"]) == (0, 0, 2 * PRICE)


def test_for_htmx_the_progress_stands_in_the_dialog(world, ask):
    answer = ask(headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert refunds(world) == [PRICE]


READABLE = {
    "1": 100,
    "0,01": 1,
    "100.5": 10_050,
    "100,50": 10_050,
    " 1 000,00 ": 100_000,
    "1\u00a0000": 100_000,
    "1\u2009000,5": 100_050,
    "3000": PRICE,
}


@pytest.mark.parametrize("typed", READABLE)
def test_a_part_is_read_exactly(world, ask, typed):
    answer = ask(PART | {"amount": typed})

    assert (answer.status_code, refunds(world)) == (303, [READABLE[typed]])


UNREADABLE = [
    *("", " ", "0", "0.00", "-0", "-1", "+5", "0.001", "0.009", "1,2,3", "1.000,00"),
    *("1e3", "1E-2", "NaN", "sNaN", "Infinity", "1_000", "0x10", "0b1", "²", "½", "$5", "5руб"),
    *("١٢٣", "１２３", "12\u200b3", "9" * 20, "9" * 41, "9" * 5000, "3000.01", "<b>1</b>"),
]


def test_a_part_that_cannot_be_read_is_refused_and_moves_nothing(world, ask):
    answers = {typed: ask(PART | {"amount": typed}).status_code for typed in UNREADABLE}

    assert answers == dict.fromkeys(UNREADABLE, 422)
    assert_nothing_moved(world)


def test_a_refused_form_keeps_what_was_typed(world, ask):
    form = PART | {"amount": "<пять>", "comment": "Клиент <b>попросил</b>"}

    answer = ask(form)

    assert answer.status_code == 422
    assert 'value="&lt;пять&gt;"' in answer.text
    assert "Клиент &lt;b&gt;попросил&lt;/b&gt;</textarea>" in answer.text
    assert '<option selected value="complaint">' in answer.text
    assert f'value="{KEY}"' in answer.text
    assert "Введите сумму числом, например 1 500 или 1 500,50" in answer.text
    assert_nothing_moved(world)


@pytest.mark.parametrize("typed", ["100", "много", "3000"])
def test_a_sum_beside_the_whole_is_asked_about_and_moves_nothing(world, ask, typed):
    answer = ask(WHOLE | {"amount": typed})

    assert answer.status_code == 422
    assert "Вы ввели сумму, но выбрали «Всю сумму»." in answer.text
    assert "Деньги не отправлялись." in answer.text
    assert f'value="{typed}"' in answer.text
    assert_nothing_moved(world)


def test_more_than_is_left_says_how_much_is_left(world, ask):
    answer = ask(PART | {"amount": "3000,01"})

    assert answer.status_code == 422
    assert "Сумма должна быть от 0,01 до 3\u00a0000,00\u00a0₽" in answer.text
    assert_nothing_moved(world)


FIELDS = {
    "no reason": {"reason": ""},
    "a reason nobody knows": {"reason": "because"},
    "the bank's own reason": {"reason": "in_bank_cabinet"},
    "a mode nobody knows": {"mode": "double"},
    "another reason without words": {"reason": "other", "comment": "коротко"},
    "another reason in spaces": {"reason": "other", "comment": " " * 20},
    "a long comment": {"comment": "ы" * 1001},
    "no key": {"intent_key": ""},
    "a long key": {"intent_key": "1" * 10_000},
    "a key with a line after it": {"intent_key": KEY + "\n"},
    "an upper-case key": {"intent_key": KEY.upper().replace("0", "A")},
    "no remainder": {"expected_remaining": ""},
    "a remainder of letters": {"expected_remaining": "all"},
    "a negative remainder": {"expected_remaining": "-1"},
    "a remainder in other digits": {"expected_remaining": "３"},
    "an endless remainder": {"expected_remaining": "9" * 5000},
}


@pytest.mark.parametrize("changes", FIELDS.values(), ids=FIELDS.keys())
def test_a_field_that_cannot_be_right_is_refused_in_russian(world, ask, changes):
    answer = ask(WHOLE | changes)

    assert answer.status_code == 422
    assert "Проверьте форму" in answer.text
    assert "Not a valid" not in answer.text
    assert "Field" not in answer.text
    assert_nothing_moved(world)


@pytest.mark.parametrize("seen", ["0", "299999", "300001", "999999999999"])
def test_a_sum_that_has_changed_must_be_looked_at_again(world, ask, seen):
    answer = ask(WHOLE | {"expected_remaining": seen})

    assert answer.status_code == 409
    assert "Сумма изменилась. Деньги не отправлялись. Проверьте и отправьте ещё раз." in answer.text
    assert f'value="{PRICE}"' in answer.text
    assert f'value="{KEY}"' not in answer.text
    assert_nothing_moved(world)


def test_the_same_form_sent_twice_is_one_refund(world, ask):
    first, second = ask(), ask()

    assert first.location == second.location == f"/refunds/{world.refund + 1}"
    assert refunds(world) == [PRICE]


def test_the_same_key_with_another_sum_is_still_the_first_refund(world, ask):
    first, second = ask(PART | {"amount": "10"}), ask(PART | {"amount": "20"})

    assert first.location == second.location
    assert refunds(world) == [1000]


def test_a_key_of_another_person_opens_nothing(world, ask):
    ask(PART | {"amount": "10"})

    answer = world.browser_of("gleb").post(f"/payments/{world.payment}/refund", WHOLE)

    assert answer.status_code == 404
    assert refunds(world) == [1000]


def test_a_second_refund_waits_for_the_first(world, ask):
    ask(PART | {"amount": "10"})

    answer = ask(WHOLE | {"intent_key": OTHER_KEY, "expected_remaining": str(PRICE - 1000)})

    assert answer.status_code == 409
    assert refunds(world) == [1000]


def test_hidden_fields_and_the_address_carry_no_authority(world, ask):
    extra = {"currency": "KZT", "payment_id": "2", "bank": "x", "status": "succeeded", "id": "9"}
    extra |= {"requested_by_id": "1", "rights": "*", "source": "refunds", "user_id": "1"}

    answer = ask(PART | {"amount": "10"} | extra, query="?amount=3000&mode=all&payment_id=2")

    assert (answer.status_code, refunds(world)) == (303, [1000])


def test_of_two_amounts_in_one_form_the_first_counts(world, ask):
    answer = ask(PART | {"amount": ["10", "3000"]})

    assert (answer.status_code, refunds(world)) == (303, [1000])


def test_the_preview_reckons_and_stores_nothing(world):
    anna = world.browser_of("anna")
    typed = ["10", "", "0", "-1", "1e3", "9" * 5000, "3000.01", "<b>"]

    answers = [
        anna.get(f"/payments/{world.payment}/refund/preview?mode=part&amount={text}").status_code
        for text in typed
    ]

    assert answers == [200] * len(typed)
    assert_nothing_moved(world)


def test_money_that_was_spent_meanwhile_is_looked_at_again(world, ask):
    with world.app.app_context():
        zoya, anna = world.people["zoya"], builders.person(world.people["anna"])
        number = builders.book(zoya)
        pay_from_balance(number, actor=anna, now=builders.NOW)
        builders.complete(anna, number)

    answer = ask()
    unseen = refunds(world)
    again = ask(WHOLE | {"intent_key": OTHER_KEY, "from_revenue": "1"})

    assert (answer.status_code, unseen) == (409, [])
    assert "Изменилось, чьими деньгами платится возврат" in answer.text
    assert "Возврат уменьшит выручку" in answer.text
    assert 'name="from_revenue" type="hidden" value="1"' in answer.text
    assert (again.status_code, refunds(world)) == (303, [PRICE])
