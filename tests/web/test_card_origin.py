"""Whose card: asked in Kazakhstan and of the unknown, remembered, changeable, never a lie (A6)."""

import pytest

from portal.domain.payments import PaymentMethod
from tests.web.payers import starts

ALMATY, MOSCOW, BERLIN, NOWHERE = "2.132.0.1", "95.165.0.1", "84.128.0.1", "192.88.99.1"


@pytest.fixture
def pages(world):
    """Give the addresses of the question and of the ways to pay."""
    return f"/pay/{world.pay_token}/card", f"/pay/{world.pay_token}/method"


def at(address, **headers):
    """Be a visitor from there."""
    return {"environ_base": {"REMOTE_ADDR": address}, "headers": headers}


@pytest.mark.parametrize("address", [ALMATY, "2a03:32c0::1", NOWHERE])
def test_kazakhstan_and_the_unknown_are_asked_before_anything_else(world, payer, pages, address):
    card, method = pages

    shown = payer.get(method, **at(address))
    sent = payer.post(method, {"method": "sbp"}, **at(address))
    question = payer.get(card, **at(address))

    assert (shown.location, sent.location) == (card, card)
    assert question.text.count('type="radio"') == 2
    assert "checked" not in question.text
    assert payer.get(f"/pay/{world.pay_token}/wait", **at(address)).location == method


@pytest.mark.parametrize("address", [MOSCOW, BERLIN, "127.0.0.1"])
def test_elsewhere_the_russian_way_opens_with_a_quiet_way_to_change(payer, pages, address):
    card, method = pages

    page = payer.get(method, **at(address))

    assert page.status_code == 200
    assert f'<a href="{card}?change=1">Карта иностранного банка?</a>' in page.text


def test_without_an_answer_the_question_says_what_is_missing(payer, pages):
    card, _ = pages

    refusal = payer.post(card, **at(ALMATY))

    assert refusal.status_code == 422
    assert "Выберите, какого банка ваша карта" in refusal.text
    assert "Мы видим, что вы в Казахстане." in refusal.text
    assert "17:00 (Алматы)" in refusal.text


def test_a_russian_card_is_remembered_and_can_be_changed(payer, pages):
    card, method = pages

    sent = payer.post(card, {"origin": "russian"}, **at(ALMATY))
    page = payer.get(method, **at(ALMATY))
    again = payer.get(f"{card}?change=1", **at(ALMATY))

    assert sent.location == method
    assert f'Карта российского банка · <a href="{card}?change=1">Изменить</a>' in page.text
    assert "checked" not in again.text


def test_a_client_is_remembered_in_every_browser_and_may_change_their_mind(world, pages):
    card, method = pages
    telephone, desktop = world.browser_of("zoya"), world.browser_of("zoya")

    telephone.post(card, {"origin": "foreign"}, **at(ALMATY))
    foreign = desktop.get(method, **at(ALMATY))
    desktop.post(card, {"origin": "russian"}, **at(ALMATY))
    russian = telephone.get(method, **at(ALMATY))

    assert foreign.location == card
    assert russian.status_code == 200


def test_staff_who_look_at_a_checkout_answer_for_nobody(world, pages):
    card, method = pages
    world.browser_of("anna").post(card, {"origin": "foreign"}, **at(ALMATY))

    assert world.browser_of("zoya").get(method, **at(MOSCOW)).status_code == 200


def test_a_foreign_card_is_told_honestly_and_starts_no_payment(world, payer, pages):
    card, method = pages
    payer.post(card, {"origin": "foreign"}, **at(MOSCOW))

    page = payer.get(card, **at(MOSCOW))
    sent = payer.post(method, {"method": PaymentMethod.CARD.value}, **at(MOSCOW))

    assert "Карты иностранных банков пока не принимаем" in page.text
    assert "Деньги не списаны." in page.text
    assert sent.location == card
    assert payer.get(f"/pay/{world.pay_token}/wait", **at(MOSCOW)).location == method


def test_a_header_is_believed_only_of_a_proxy_that_the_settings_name(world, payer, pages):
    card, method = pages
    settings, told = world.app.config["PORTAL"], {"X-Country": "KZ"}
    plain = payer.get(method, **at(MOSCOW, **told))
    settings.country_header = "X-Country"
    no_proxy = payer.get(method, **at(MOSCOW, **told))
    settings.trusted_proxies = 1

    believed = payer.get(method, **at(MOSCOW, **told))
    unknown = payer.get(method, **at(MOSCOW, **{"X-Country": "XX"}))

    assert (plain.status_code, no_proxy.status_code) == (200, 200)
    assert believed.location == card
    assert unknown.status_code == 200


def test_a_started_payment_is_not_led_astray_by_the_question(world, payer):
    starts(world)

    page = payer.get(f"/pay/{world.pay_token}/sbp", **at(ALMATY))

    assert page.status_code == 200
