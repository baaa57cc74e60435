"""«Отправить ссылку на почту» and «Отправить СМС»: on the card of a consultation and its link."""

import pytest

from portal.sms import SmsRu
from portal.store.db import transaction
from portal.store.users import User
from tests.conftest import NOWHERE
from tests.web.payers import pays, starts


def pressed(world, name):
    browser = world.browser_of(name)
    browser.post(f"/consultations/{world.scheduled}/link")
    return browser.get(f"/consultations/{world.scheduled}").text.replace("\xa0", " ")


def test_the_card_says_that_the_letter_leaves_and_a_second_press_that_it_has_left(world):
    assert "Ссылка на оплату отправляется клиенту на почту." in pressed(world, "anna")
    again = pressed(world, "anna")

    assert "Эту ссылку отправили меньше 10 минут назад." in again
    assert "Письмо со ссылкой отправляется с 24 нояб, 15:00." in again


def test_whoever_may_only_look_has_no_button(world):
    card = world.browser_of("vera").get(f"/consultations/{world.scheduled}").text

    assert "Ссылка на оплату для клиента" in card
    assert "Отправить ссылку на почту" not in card


def test_the_page_of_the_link_waits_for_the_payment_by_itself(world):
    anna, address = world.browser_of("anna"), f"/consultations/{world.scheduled}/link"
    poll = f"{address}?awaited=1"
    assert f'hx-get="{poll}"' in anna.get(address).text

    waiting = anna.get(poll, headers={"HX-Request": "true"})
    pays(world, starts(world))
    paid = anna.get(poll, headers={"HX-Request": "true"})

    assert (waiting.status_code, "HX-Redirect" in waiting.headers) == (204, False)
    assert (paid.status_code, paid.headers["HX-Redirect"]) == (204, address)


@pytest.fixture
def link(world):
    """Let SMS be carried; give where Зоя's link is sent."""
    world.app.extensions["sms"] = SmsRu(f"{NOWHERE}/sms/send", "key")
    return f"/consultations/{world.scheduled}/link"


def test_without_a_provider_no_sms_is_offered(world):
    anna, address = world.browser_of("anna"), f"/consultations/{world.scheduled}/link"

    assert ("СМС" in anna.get(address).text, anna.post(f"{address}/sms").status_code) == (
        False,
        404,
    )
    assert "Отправить ссылку на почту" in anna.get(address).text


def test_the_page_of_the_link_sends_an_sms_and_says_so_beside_it(world, link):
    set_phone(world, "+7 916 765-43-21")
    anna = world.browser_of("anna")
    before = " ".join(anna.get(link).text.split())

    sent = anna.post(f"{link}/sms")
    page = anna.get(sent.location).text
    anna.post(f"{link}/sms")

    assert (
        'Отправить ссылку по СМС</button> <span class="soft nowrap">на +7 9•• •••-43-21</span>'
        in before
    )
    assert (sent.status_code, sent.location) == (303, link)
    assert "Ссылка на оплату отправляется клиенту по СМС." in page
    assert "СМС со ссылкой отправляется с 24 нояб, 15:00." in page.replace("\xa0", " ")
    assert "второе СМС не отправлено" in anna.get(link).text


def test_a_client_without_a_telephone_is_explained(world, link):
    set_phone(world, None)
    anna = world.browser_of("anna")
    page = anna.get(link).text
    anna.post(f"{link}/sms")

    assert ("СМС не отправить: у клиента не записан телефон." in page) is True
    assert f'action="{link}/sms"' not in page
    assert "У клиента не записан телефон для СМС" in anna.get(link).text


def set_phone(world, phone):
    with world.app.app_context(), transaction() as session:
        session.get_one(User, world.people["zoya"]).phone = phone
