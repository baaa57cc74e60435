"""An account that left the settings is closed: its payments are shown and cannot be refunded."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from portal.domain.permissions import Permission
from tests import builders
from tests.builders import PRICE
from tests.conftest import TOCHKA
from tests.web.conftest import entrust

ROW = re.compile(r'<tr id="p(\d+)"')


@pytest.fixture
def accounts() -> Mapping[str, Mapping[str, Any]]:
    """Give another account: the one that took the desk's payment has been removed."""
    return {"new": TOCHKA}


def test_its_payments_are_listed_and_filtered_by_its_name(desk):
    browser = desk.browser(desk.anna)

    assert ROW.findall(browser.get("/payments").text) == [str(desk.payment)]
    assert ROW.findall(browser.get("/payments?bank=tochka").text) == [str(desk.payment)]
    assert ROW.findall(browser.get("/payments?bank=other").text) == []


@pytest.mark.parametrize(
    "path", ["/payments/{0.payment}", "/users/{0.zoya}", "/consultations/{0.cancelled}"]
)
def test_every_card_that_shows_its_payment_opens(desk, path):
    answer = desk.browser(desk.anna).get(path.format(desk))

    assert answer.status_code == 200
    assert "Почему нельзя?" in answer.text


def test_its_card_calls_it_by_the_name_that_the_payment_remembers(desk):
    page = desk.browser(desk.anna).get(f"/payments/{desk.payment}").text

    assert 'СБП, <span translate="no">tochka</span>' in page


def test_its_refund_says_that_the_account_is_closed_and_whom_to_ask(desk):
    page = desk.browser(desk.anna).get(f"/payments/{desk.payment}/refund").text

    assert "Счёт в банке закрыт, возвраты через него остановлены." in page
    assert "Обратитесь к супер-администратору" in page


def test_the_client_sees_their_consultations_and_whom_to_write_to(desk):
    entrust(desk.zoya, Permission.OWN_REFUND)

    page = desk.browser(desk.zoya).get("/account").text

    assert "Счёт в банке закрыт, сам возврат не пройдёт." in page
    assert builders.purse(desk.zoya) == (PRICE, 0, 0)
