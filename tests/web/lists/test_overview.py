"""The first page of staff: every line leads to what it counts (1.3)."""

import re
from datetime import timedelta

import pytest

from portal.domain.payments import Incident, PaymentMethod
from portal.domain.refunds import RefundStatus
from portal.store.db import transaction
from portal.store.payments import Payment
from portal.store.refunds import Refund
from portal.web.overview_words import age
from tests import builders
from tests.builders import NOW, PRICE, STARTS_AT

ROW = re.compile(r'<tr id="p(\d+)"')
LINE = re.compile(r'<a class="quiet" href="([^"]*)"><span class="badge[^>]*>([^<]*)<')
BAR = re.compile(r'<rect x="\d+"\s+y="(\d+)"\s+width="14"\s+height="(\d+)"><title>([^<]*)<')
AGES = {
    0: "меньше минуты",
    1: "1 мин",
    5: "5 мин",
    59: "59 мин",
    60: "1 ч",
    47 * 60: "47 ч",
    48 * 60: "2 дн",
}


def _lines(desk):
    page = desk.browser(desk.anna).get("/").text
    return {words: url.replace("&amp;", "&") for url, words in LINE.findall(page)}


def _change(model, number, **values):
    with transaction() as session:
        row = session.get_one(model, number)
        for name, value in values.items():
            setattr(row, name, value)


def _refund(desk):
    with desk.app.app_context():
        refund = builders.ask(builders.person(desk.anna), desk.payment)
        builders.send(desk.bank, refund)
        return refund


@pytest.mark.parametrize(("minutes", "words"), AGES.items())
def test_an_age_is_told_in_its_largest_unit(minutes, words):
    assert age(timedelta(minutes=minutes)) == words


def test_a_quiet_day_says_so(desk):
    with desk.app.app_context():
        _change(Payment, desk.payment, refunded_minor=PRICE)

    page = desk.browser(desk.anna).get("/").text

    assert "Всё спокойно" in page
    assert _lines(desk) == {}


def test_what_was_taken_leads_to_the_payments_that_sum_to_it(desk):
    page = desk.browser(desk.anna).get("/?days=7").text
    link = re.search(r'href="(/payments\?[^"]*)">1 платёж<', page)[1].replace("&amp;", "&")

    assert link == "/payments?currency=RUB&from=-6d"
    assert "3\u00a0000\u00a0₽" in page
    assert ROW.findall(desk.browser(desk.anna).get(link).text) == [str(desk.payment)]


def test_what_was_returned_leads_to_the_payments_it_came_from(desk):
    desk.pays("Пётр Первый")
    refund = _refund(desk)
    with desk.app.app_context():
        _change(Refund, refund, status=RefundStatus.SUCCEEDED, finished_at=NOW - timedelta(days=6))
    anna = desk.browser(desk.anna)
    link = re.search(r'href="(/payments\?[^"]*)">1 возврат<', anna.get("/?days=7").text)[1]

    assert link == "/payments?currency=RUB&amp;returned=-6d"
    seen = anna.get(link.replace("&amp;", "&")).text
    assert (ROW.findall(seen), "возвращено с" in seen) == ([str(desk.payment)], True)
    assert ROW.findall(anna.get("/payments?returned=-5d").text) == []


def test_today_begins_at_midnight_in_moscow(desk):
    with desk.app.app_context():
        _change(Payment, desk.payment, paid_at=NOW - timedelta(hours=16))

    page = desk.browser(desk.anna).get("/?days=1").text

    assert "За этот период оплат и возвратов не было" in page


def test_a_refund_that_travels_for_a_week_waits_for_somebody(desk):
    refund = _refund(desk)
    with desk.app.app_context():
        _change(Refund, refund, sent_at=NOW - timedelta(days=7, minutes=1))

    url = _lines(desk)["1 возврат в пути дольше недели"]

    assert ROW.findall(desk.browser(desk.anna).get(url).text) == [str(desk.payment)]


@pytest.mark.parametrize(("minutes", "seen"), [(60, []), (61, ["1"])])
def test_a_refund_that_is_not_sent_within_an_hour_waits_for_somebody(desk, minutes, seen):
    with desk.app.app_context():
        refund = builders.ask(builders.person(desk.anna), desk.payment)
        _change(Refund, refund, requested_at=NOW - timedelta(minutes=minutes))

    url = _lines(desk).get("1 возврат не отправлен дольше часа", "/payments?refund=unknown")

    assert ROW.findall(desk.browser(desk.anna).get(url).text) == seen


def test_a_refund_that_staff_make_by_hand_is_found_by_its_line(desk):
    with desk.app.app_context():
        _change(Payment, desk.payment, is_returned_by_hand=True)
    desk.pays("Пётр Первый")
    _refund(desk)

    url = _lines(desk)["1 возврат нужно сделать в кабинете банка"]

    assert url == "/payments?flag=hand"
    assert ROW.findall(desk.browser(desk.anna).get(url).text) == [str(desk.payment)]
    assert desk.bank.refunds == []


def test_a_surplus_payment_is_found_by_its_line(desk):
    desk.pays("Пётр Первый")
    with desk.app.app_context():
        _change(Payment, desk.payment, is_surplus=True)

    url = _lines(desk)["1 лишняя оплата"]

    assert url == "/payments?flag=surplus"
    assert ROW.findall(desk.browser(desk.anna).get(url).text) == [str(desk.payment)]


def test_an_incident_is_named_because_no_list_of_paid_payments_has_it(desk):
    with desk.app.app_context():
        _change(Payment, desk.payment, incident=Incident.WRONG_AMOUNT)

    page = desk.browser(desk.anna).get("/").text

    assert "1 расхождение с банком" in page
    assert f'href="/payments/{desk.payment}"' in page


def test_a_consultation_that_nobody_closed_is_counted_as_its_tab_counts_it(desk, clock):
    clock.move_to(STARTS_AT + timedelta(hours=1, minutes=1))

    url = _lines(desk)["1 консультация не закрыта"]
    page = desk.browser(desk.anna).get(url).text

    assert re.findall(r'<tr id="c(\d+)"', page) == [str(desk.scheduled)]
    assert "Через 120 мин после конца портал сам запишет" in page


def test_the_chart_has_a_bar_for_every_day_and_its_tallest_fills_it(desk):
    desk.pays_for(desk.zoya, at=NOW - timedelta(days=1))
    desk.pays_for(desk.zoya, at=NOW - timedelta(days=1))

    page = desk.browser(desk.anna).get("/?days=7").text

    assert BAR.findall(page) == [
        ("100", "0", "18 нояб: 0,00\u00a0₽"),
        ("100", "0", "19 нояб: 0,00\u00a0₽"),
        ("100", "0", "20 нояб: 0,00\u00a0₽"),
        ("100", "0", "21 нояб: 0,00\u00a0₽"),
        ("100", "0", "22 нояб: 0,00\u00a0₽"),
        ("0", "100", "23 нояб: 6\u00a0000,00\u00a0₽"),
        ("50", "50", "24 нояб: 3\u00a0000,00\u00a0₽"),
    ]


def test_a_payment_after_midnight_in_moscow_stands_on_the_new_day(desk):
    desk.pays_for(desk.zoya, at=NOW.replace(hour=21, minute=30) - timedelta(days=1))

    page = desk.browser(desk.anna).get("/?days=7").text

    assert BAR.findall(page)[-2:] == [
        ("100", "0", "23 нояб: 0,00\u00a0₽"),
        ("0", "100", "24 нояб: 6\u00a0000,00\u00a0₽"),
    ]


def test_a_day_of_the_chart_leads_to_its_payments(desk):
    page = desk.browser(desk.anna).get("/?days=7").text
    link = "/payments?currency=RUB&from=2026-11-24&to=2026-11-24"

    assert link.replace("&", "&amp;") in page
    assert ROW.findall(desk.browser(desk.anna).get(link).text) == [str(desk.payment)]


def test_a_payment_is_found_by_the_state_of_its_refund(desk):
    _refund(desk)
    browser = desk.browser(desk.anna)

    assert ROW.findall(browser.get("/payments?q=refund:submitted").text) == [str(desk.payment)]
    assert ROW.findall(browser.get("/payments?refund=submitted").text) == [str(desk.payment)]
    assert ROW.findall(browser.get("/payments?q=refund:succeeded").text) == []


def test_what_waits_for_a_refund_is_one_query_for_line_list_and_file(desk):
    browser = desk.browser(desk.anna)

    url = _lines(desk)["1 платёж ждёт возврата"]

    assert url == "/payments?flag=owed"
    assert ROW.findall(browser.get(url).text) == [str(desk.payment)]
    rows = browser.get(f"{url}&format=csv").text.splitlines()[1:]
    assert [row.split(";")[0] for row in rows] == [str(desk.payment)]
    assert "ждут возврата" in browser.get(url).text


def test_what_is_on_its_way_no_longer_waits(desk):
    _refund(desk)

    assert "1 платёж ждёт возврата" not in _lines(desk)
    assert ROW.findall(desk.browser(desk.anna).get("/payments?flag=owed").text) == []


def test_the_choice_of_sbp_and_its_completion_are_shown_to_who_may_see_payments(desk):
    with desk.app.app_context():
        builders.start_to_pay(desk.bank, builders.book(desk.zoya), PaymentMethod.CARD)

    page = desk.browser(desk.anna).get("/").text
    shares = re.findall(r'data-label="[^"]+">(\d+) \((\d+) %\)</td>', page)

    assert shares == [("1", "50"), ("1", "100"), ("1", "50"), ("0", "0")]


def test_the_ways_to_pay_are_drawn_and_told_in_a_table(desk):
    with desk.app.app_context():
        number = builders.book(desk.zoya)
        builders.start_to_pay(desk.bank, number, PaymentMethod.CARD)

    part = (
        desk.browser(desk.anna).get("/").text.partition('id="ways"')[2].partition("</section>")[0]
    )
    bars = re.findall(r'width="(\d+)" height="20"><title>([^<]*)<', part)
    cells = [
        cell.replace("\u00a0", " ") for cell in re.findall(r'data-label="[^"]*">([^<]*)<', part)
    ]

    assert bars == [
        ("50", "СБП, выбрали: 50 %"),
        ("50", "СБП, дошли до оплаты: 50 % всех начатых"),
        ("50", "Карта, выбрали: 50 %"),
        ("0", "Карта, дошли до оплаты: 0 % всех начатых"),
    ]
    assert cells == ["1 (50 %)", "1 (100 %)", "1 (50 %)", "0 (0 %)"]
    assert part.count('scope="col"') == 3
    assert part.count('scope="row"') == 2
