"""A link of the bank that shows a client's kept cards is for them alone, signed in (B2)."""

import re

import pytest

from portal.domain.payments import PaymentMethod
from portal.usecases.checkouts import Checkout, create_payment, order_of, record_link
from tests.builders import NOW, payment, person
from tests.web.payers import bank_page, pays, starts

HTMX = {"HX-Request": "true"}


def own_link(world) -> int:
    """Let Зоя, signed in, begin to pay by card, and the bank answer with her cards' link."""
    with world.app.app_context():
        checkout, zoya = Checkout("tochka", PaymentMethod.CARD), person(world.people["zoya"])
        number = create_payment(world.pay_token, checkout, actor=zoya, now=NOW)
        order = order_of(number, success_url="-", failure_url="-", item_name="Консультация")
        assert order.consumer_id
        record_link(number, world.bank.create_payment(order), now=NOW)
        return number


@pytest.mark.parametrize("said", ["", "?link=1", "?declined=1"])
@pytest.mark.parametrize("who", ["", "kirill", "anna"])
def test_whoever_has_only_the_address_never_reads_the_link(world, wait, who, said):
    link, browser = bank_page(world, own_link(world)), world.browser_of(who)

    page, poll = browser.get(f"{wait}{said}"), browser.get(f"{wait}{said}", headers=HTMX)

    assert page.status_code == poll.status_code == 200
    assert link not in page.text + poll.text
    assert "HX-Redirect" not in poll.headers
    assert f'href="/pay/{world.pay_token}/method">Другой способ</a>' in page.text


@pytest.mark.parametrize("said", ["", "?link=1", "?declined=1"])
def test_the_client_themselves_is_given_it(world, wait, said):
    link = bank_page(world, own_link(world))

    assert f'href="{link}"' in world.browser_of("zoya").get(f"{wait}{said}").text


def test_another_payer_gets_a_link_without_cards_however_often_they_ask(world, payer):
    own = own_link(world)
    sent = payer.post(f"/pay/{world.pay_token}/method", {"method": "card"})
    number = int(re.search(r"payment=(\d+)", sent.location)[1])
    with world.app.app_context():
        order = order_of(number, success_url="-", failure_url="-", item_name="Консультация")
        record_link(number, world.bank.create_payment(order), now=NOW)
        link = payment(number).link_url

    again = payer.post(f"/pay/{world.pay_token}/method", {"method": "card"})

    assert (number != own, order.consumer_id, again.location) == (True, None, sent.location)
    assert f'content="0; url={link}"' in payer.get(sent.location).text
    pays(world, own)
    assert payer.get(sent.location).location == f"/pay/{world.pay_token}/done"


def test_who_changes_the_way_twice_is_led_by_the_way_chosen_last(world, payer, wait):
    code, card = starts(world), starts(world, PaymentMethod.CARD)

    by_code = payer.post(f"/pay/{world.pay_token}/method", {"method": "sbp"})
    by_card = payer.post(f"/pay/{world.pay_token}/method", {"method": "card"})

    assert by_code.location == f"{wait}?link=1&payment={code}"
    page = f"/pay/{world.pay_token}/sbp?payment={code}"
    assert payer.get(by_code.location).location == page
    assert bank_page(world, code) in payer.get(page).text
    assert f'content="0; url={bank_page(world, card)}"' in payer.get(by_card.location).text


@pytest.mark.parametrize("odd", ["0", "-1", "x", "9" * 18, "9" * 400])
def test_a_number_that_is_no_payment_of_this_consultation_means_the_last(world, payer, wait, odd):
    link = bank_page(world, starts(world, PaymentMethod.CARD))

    assert f'href="{link}"' in payer.get(f"{wait}?payment={odd}").text


def test_a_payment_of_another_consultation_is_not_shown(world, payer, wait):
    starts(world)

    page = payer.get(f"{wait}?payment={world.payment}")

    assert "Проверяем оплату" in page.text
