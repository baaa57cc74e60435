"""The payer's way: no form ends at the bank by redirects, and money is never told of wrongly."""

import re
from datetime import timedelta

import pytest

from portal.banks.registry import Account, Banks, build_banks
from portal.domain.payments import PaymentMethod
from portal.domain.refunds import AccountMode
from portal.jobs import payments
from portal.store.db import transaction
from portal.store.payments import Payment
from tests import builders
from tests.codes import read_code
from tests.conftest import TOCHKA
from tests.web.payers import bank_page, cancels, pays, starts


def small_print(page):
    """Return what stands under the button."""
    return re.search(r'<p class="soft">([^<]*)</p>\s*</form>', page.text)[1].replace("\u00a0", " ")


def offers(page):
    """Return the ways to pay in their order, with what is chosen beforehand."""
    return re.findall(r'value="(sbp|card)"\s+required\s+(checked)?', page.text)


def test_sbp_stands_first_and_is_chosen_and_the_sum_is_the_same(world, payer):
    page = payer.get(f"/pay/{world.pay_token}/method")

    assert offers(page) == [("sbp", "checked"), ("card", "")]
    assert "Быстрее всего" in page.text
    assert '<span class="of-sbp">Оплатить 3\u00a0000\u00a0₽ через СБП</span>' in page.text
    assert '<span class="of-card">Перейти к оплате картой</span>' in page.text


def test_after_three_lost_links_the_card_moves_first_and_the_page_says_why(world, payer):
    with world.app.app_context():
        for _ in range(3):
            builders.loses_link(world.scheduled)

    page = payer.get(f"/pay/{world.pay_token}/method")

    assert offers(page) == [("card", "checked"), ("sbp", "")]
    assert "СБП сейчас отвечает с перебоями: надёжнее оплатить картой." in page.text
    assert "Быстрее всего" not in page.text


@pytest.mark.parametrize(
    ("vat", "words"),
    [
        ("none", "Цена окончательная, НДС не облагается."),
        ("vat22", "НДС 22 % включён в стоимость."),
        ("vat122", "НДС 22 % включён в стоимость."),
        ("vat105", "НДС 5 % включён в стоимость."),
        ("vat0", "НДС 0 % включён в стоимость."),
    ],
)
@pytest.mark.parametrize(
    ("receipt", "issuer"), [("bank", "Чек выдаст партнёр банка"), ("us", "Чек выдадим мы")]
)
def test_tax_and_receipt_are_told_as_the_account_is_set(world, payer, vat, words, receipt, issuer):
    account = {**TOCHKA, "vat_type": vat, "receipt": receipt}
    world.app.extensions["banks"] = build_banks({"tochka": account})

    said = small_print(payer.get(f"/pay/{world.pay_token}/method"))

    assert said == f"{words} {issuer}, он придёт на z…\u2060@example.test."


def test_an_account_without_sbp_offers_the_card_and_takes_nothing_else(world, payer):
    account = {**TOCHKA, "payment_modes": "card"}
    world.app.extensions["banks"] = build_banks({"tochka": account})

    page = payer.get(f"/pay/{world.pay_token}/method")
    refusal = payer.post(f"/pay/{world.pay_token}/method", {"method": "sbp"})

    assert offers(page) == [("card", "checked")]
    assert "СБП сейчас недоступна, оплатите картой." in page.text
    assert refusal.status_code == 422
    assert "Выберите способ оплаты. Деньги не списаны." in refusal.text
    assert payer.get(f"/pay/{world.pay_token}/wait").location.endswith("/method")


def test_a_payer_who_comes_back_is_led_on_by_a_page_and_no_redirect(world, payer, wait):
    payment = starts(world, PaymentMethod.CARD)
    link = bank_page(world, payment)

    sent = payer.post(f"/pay/{world.pay_token}/method", {"method": "card"})
    page = payer.get(sent.location)

    assert (sent.status_code, sent.location) == (303, f"{wait}?link=1&payment={payment}")
    assert (page.status_code, page.location) == (200, None)
    assert f'<meta http-equiv="refresh" content="0; url={link}">' in page.text
    assert f'href="{link}">Перейти к оплате' in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]


def test_a_poll_leads_on_to_the_bank(world, payer, wait):
    link = bank_page(world, starts(world, PaymentMethod.CARD))

    answer = payer.get(f"{wait}?link=1", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == link


def test_who_comes_back_from_the_bank_is_not_sent_there_again(world, payer, wait):
    starts(world)

    checking, declined = payer.get(wait), payer.get(f"{wait}?declined=1")

    assert "Проверяем оплату. Обычно" in checking.text
    assert 'content="0; url=' not in checking.text
    assert "Другой способ" not in checking.text
    assert "Другой способ" in declined.text
    assert 'class="button main"' not in checking.text
    assert "Ещё не платили?" in checking.text


def test_money_for_a_cancelled_consultation_is_told_to_be_on_the_balance(world, payer, wait):
    payment = starts(world)
    cancels(world)
    pays(world, payment)

    own, others = world.browser_of("zoya").get(wait), payer.get(wait)
    poll = payer.get(wait, headers={"HX-Request": "true"})

    assert "3\u00a0000,00\u00a0₽ на вашем балансе" in own.text
    assert "баланс" not in others.text.lower()
    assert "Деньги не пропали" in others.text
    assert "hx-trigger" not in own.text
    assert poll.status_code == 286


def decoded(page):
    """Read the first code on a page as a telephone does."""
    path = re.search(r'<svg viewBox="0 0 (\d+) \d+" class="qr">.*?</svg>', page.text, re.DOTALL)
    return read_code(path[0], int(path[1]))


def test_sbp_leads_to_our_page_whose_code_is_the_link_of_the_bank(world, payer, wait):
    payment = starts(world)
    link = bank_page(world, payment)

    sent = payer.post(f"/pay/{world.pay_token}/method", {"method": "sbp"})
    onwards = payer.get(sent.location)
    poll = payer.get(sent.location, headers={"HX-Request": "true"})
    page = payer.get(onwards.location)

    code = f"/pay/{world.pay_token}/sbp?payment={payment}"
    assert onwards.location == poll.headers["HX-Redirect"] == code
    assert decoded(page) == link
    assert f'href="{link}">Открыть приложение банка</a>' in page.text
    assert "Код действует до 15:30 по Москве." in page.text
    assert f'hx-get="{wait}?code=1&amp;payment={payment}"' in page.text


def test_a_code_whose_time_is_over_is_made_anew_by_one_press(world, payer, now, wait):
    payment = starts(world)
    first = bank_page(world, payment)
    now.shift(timedelta(minutes=30))

    poll = payer.get(f"{wait}?code=1", headers={"HX-Request": "true"})
    page = payer.get(poll.headers["HX-Redirect"])
    sent = payer.post(f"/pay/{world.pay_token}/method", {"method": "sbp"})

    assert "Код истёк. Если приложение банка показало, что оплата прошла" in page.text
    assert "Получить новый код" in page.text
    assert "Оплатить картой" in page.text
    assert first not in page.text
    assert sent.location == f"{wait}?link=1&payment={payment + 1}"
    assert "Готовим оплату. Сейчас покажем код." in payer.get(sent.location).text


def test_money_is_said_to_be_untouched_only_when_the_bank_has_closed_the_code(world, payer):
    payment = starts(world)
    with world.app.app_context():
        world.bank.expire(builders.operation_of(payment))
        builders.hear(world.bank, payment)

    page = payer.get(f"/pay/{world.pay_token}/sbp")

    assert "Код истёк. Деньги не списаны." in page.text


def test_a_late_success_leads_from_the_code_to_the_end(world, payer, wait, now):
    payment = starts(world)
    now.shift(timedelta(minutes=31))
    pays(world, payment)

    poll = payer.get(f"{wait}?code=1", headers={"HX-Request": "true"})

    assert poll.headers["HX-Redirect"] == f"/pay/{world.pay_token}/done"
    assert payer.get(f"/pay/{world.pay_token}/sbp").location == wait


def test_a_code_of_a_card_payment_is_not_shown(world, payer, wait):
    starts(world, PaymentMethod.CARD)

    assert payer.get(f"/pay/{world.pay_token}/sbp").location == wait


def test_a_page_that_waits_asks_more_seldom_as_time_goes_by(world, payer, wait, now):
    starts(world)
    polls, pages = [], []
    for seconds in (0, 5, 25, 90):
        now.shift(timedelta(seconds=seconds))
        for asked, headers in ((pages, None), (polls, {"HX-Request": "true"})):
            page = payer.get(wait, headers=headers).text
            asked.append(re.search(r"every (\d+)s", page)[1])

    assert polls == ["1", "2", "5", "15"]
    assert pages == ["1"] * 4, "who comes back from the bank is answered at once"


def test_r158_the_bank_sends_payers_to_our_settings_whatever_the_request_says(world, payer):
    account = Account("tochka", "Точка", world.bank, AccountMode.ACTIVE, "Консультация")
    evil = {"next": "//evil.test", "redirectUrl": "https://evil.test", "success_url": "//evil.test"}
    form = {"method": "sbp", "account": "tochka", **evil}
    headers = {"X-Forwarded-Host": "evil.test", "Referer": "https://evil.test/"}
    payer.post(f"/pay/{world.pay_token}/method", form, headers=headers)

    with world.app.app_context():
        world.app.extensions["banks"] = Banks({"tochka": account})
        number = max(each.id for each in payments_of(world.scheduled))
        payments.create_link(number)
        order = world.bank.payments[builders.operation_of(number)].order

    ours = f"http://127.0.0.1:8000/pay/{world.pay_token}/wait"
    assert (order.success_url, order.failure_url) == (ours, f"{ours}?declined=1")


def payments_of(consultation_id):
    with transaction() as session:
        return session.query(Payment).filter_by(consultation_id=consultation_id).all()
