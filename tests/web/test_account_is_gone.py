"""An account that left the settings while its payments live: words, never a crash (F1)."""

import pytest

from portal.banks.registry import Banks
from portal.domain.payments import PaymentMethod, PaymentStatus
from portal.jobs import payments, refunds
from portal.usecases.checkouts import Checkout, create_payment
from tests.builders import NOW, PRICE, errors_in_the_book, payment, purse, refund
from tests.web.payers import pays, starts


def loses_account(world) -> None:
    """Take the account out of the settings."""
    world.app.extensions["banks"] = Banks({})


def test_the_end_of_a_payment_still_tells_where_the_receipt_comes(world, payer):
    pays(world, starts(world))
    loses_account(world)

    page = payer.get(f"/pay/{world.pay_token}/done")

    assert page.status_code == 200
    assert "Чек придёт на z…\u2060@example.test." in page.text


def test_the_code_stays_readable_and_offers_no_card(world, payer):
    starts(world)
    loses_account(world)

    page = payer.get(f"/pay/{world.pay_token}/sbp")

    assert page.status_code == 200
    assert "Отсканируйте код" in page.text
    assert "Оплатить картой" not in page.text


@pytest.mark.parametrize("method", [PaymentMethod.SBP, PaymentMethod.CARD])
def test_a_link_that_was_wanted_there_is_given_up_in_words(world, now, method):
    loses_account(world)
    with world.app.app_context():
        checkout = Checkout("tochka", method)
        number = create_payment(world.pay_token, checkout, actor=world.actor("anna"), now=NOW)

        payments.create_link(number)
        waiting = payment(number)
        now.shift(1860)
        payments.create_link(number)

        assert (waiting.status, waiting.failure) == ("created", "счёта tochka нет в настройках")
        assert payment(number).status is PaymentStatus.FAILED


def test_neither_payment_nor_refund_moves_while_nobody_can_ask(world):
    loses_account(world)
    with world.app.app_context():
        payments.read(world.payment)
        refunds.reconcile(world.refund)
        refunds.submit(world.refund)

        assert refund(world.refund).status == "unknown"
        assert (purse(world.people["zoya"]), errors_in_the_book()) == ((PRICE, 0, PRICE), [])
