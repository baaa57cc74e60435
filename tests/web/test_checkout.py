"""The payer's way: no form ends at the bank by redirects, and money is never told of wrongly."""

import pytest

from portal.domain.payments import PaymentMethod
from tests import builders


@pytest.fixture
def payer(world):
    """Give the browser of somebody who has only the link to pay."""
    return world.browser_of()


@pytest.fixture
def wait(world):
    """Give the address of the page that a payer waits on."""
    return f"/pay/{world.pay_token}/wait"


def starts(world, method=PaymentMethod.SBP):
    """Get a link of the bank for the scheduled consultation."""
    with world.app.app_context():
        return builders.start_to_pay(world.bank, world.scheduled, method)


def pays(world, payment):
    """Let the bank take the money."""
    with world.app.app_context():
        builders.pay(world.bank, payment)


def bank_page(world, payment):
    """Return where the bank takes this payment."""
    with world.app.app_context():
        return builders.payment(payment).link_url


def cancels(world):
    """Cancel the scheduled consultation."""
    with world.app.app_context():
        builders.cancel(world.actor("anna"), world.scheduled)


def test_a_payer_who_comes_back_is_led_on_by_a_page_and_no_redirect(world, payer, wait):
    link = bank_page(world, starts(world))

    sent = payer.post(f"/pay/{world.pay_token}/method", {"method": "sbp"})
    page = payer.get(sent.location)

    assert (sent.status_code, sent.location) == (303, f"{wait}?link=1")
    assert (page.status_code, page.location) == (200, None)
    assert f'<meta http-equiv="refresh" content="0; url={link}">' in page.text
    assert f'href="{link}">Перейти к оплате' in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]


def test_a_poll_leads_on_to_the_bank(world, payer, wait):
    link = bank_page(world, starts(world))

    answer = payer.get(f"{wait}?link=1", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == link


def test_who_comes_back_from_the_bank_is_not_sent_there_again(world, payer, wait):
    starts(world)

    checking, declined = payer.get(wait), payer.get(f"{wait}?declined=1")

    assert "Проверяем оплату. Обычно" in checking.text
    assert 'content="0; url=' not in checking.text
    assert "Другой способ" not in checking.text
    assert "Другой способ" in declined.text


def test_money_for_a_cancelled_consultation_is_told_to_be_on_the_balance(world, payer, wait):
    payment = starts(world)
    cancels(world)
    pays(world, payment)

    answer = payer.get(wait)
    poll = payer.get(wait, headers={"HX-Request": "true"})

    assert "3\u00a0000,00\u00a0₽ на вашем балансе" in answer.text
    assert "hx-trigger" not in answer.text
    assert poll.status_code == 286


def test_who_paid_twice_is_told_where_the_second_payment_is(world, payer):
    first, second = starts(world), starts(world, PaymentMethod.CARD)
    pays(world, first)
    once = payer.get(f"/pay/{world.pay_token}/done")
    pays(world, second)

    twice = payer.get(f"/pay/{world.pay_token}/done")

    assert "Вы оплатили дважды" not in once.text
    assert "Вы оплатили дважды. Второй платёж на вашем балансе" in twice.text
