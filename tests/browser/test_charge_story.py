"""A bound card is charged by one confirmed press, and its money goes back by hand (B3, D6)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests import stacks
from tests.browser.people import Person
from tests.browser.test_screens import AXE, WIDTHS, foreign_words, overflow, violations
from tests.stacks import Stack, eventually

ON = {"PORTAL_ACCOUNTS__TOCHKA__CHARGEABLE_CARDS": "true", "PORTAL_ACCOUNTS__TOCHKA__RECEIPT": "us"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give a stack whose account lets its clients be charged by a press."""
    data_dir = tmp_path_factory.mktemp("charges") / "var"
    started = stacks.start(data_dir, PORTAL_SWEEP_SECONDS="1", **ON)
    yield started
    assert started.stop() == 0


def binds(kirill: Person, number: int) -> None:
    """Pay a consultation by a card, and let us charge it later."""
    kirill.opens("/account")
    kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    kirill.page.locator("label[for=method-card]").click()
    kirill.page.get_by_label("Платить этой картой в одно нажатие").check()
    kirill.page.locator(".methods button[type=submit]").click()
    kirill.page.wait_for_url("**/tochka/order/**", timeout=30_000)
    kirill.presses("Оплатить картой")
    kirill.page.wait_for_url("**/done", timeout=30_000)


def binds_by(kirill: Person, slot: int) -> None:
    """Book an hour and pay it by a card that may be charged later."""
    kirill.opens(f"/account/book/{slot}")
    kirill.presses("Записаться и оплатить")
    kirill.page.locator("label[for=method-card]").click()
    kirill.page.get_by_label("Платить этой картой в одно нажатие").check()
    kirill.page.locator(".methods button[type=submit]").click()
    kirill.page.wait_for_url("**/tochka/order/**", timeout=30_000)
    kirill.presses("Оплатить картой")
    kirill.page.wait_for_url("**/done", timeout=30_000)


def books(kirill: Person) -> str:
    """Take a free hour; return the address where it is paid."""
    kirill.opens("/account/book/2")
    kirill.presses("Записаться и оплатить")
    kirill.page.wait_for_url("**/method")
    return kirill.page.url


def opens_charge(kirill: Person, checkout: str) -> None:
    """Open the page that asks once more."""
    kirill.page.goto(checkout)
    kirill.presses("Списать 3 500 ₽ с карты")
    kirill.page.wait_for_url("**/charge/*")


def booked(kirill: Person) -> str:
    """Return the number of the consultation that he has booked himself."""
    kirill.opens("/account")
    section = kirill.page.locator("section[id^=c]", has_text="Седова Анна").first
    return str(section.get_attribute("id")).removeprefix("c")


def refunds(anna: Person, consultation: str) -> str:
    """Cancel the consultation and ask for its money; return the refund's number."""
    anna.opens(f"/consultations/{consultation}/cancel?refund=1")
    anna.page.get_by_label("Клиент").check()
    anna.presses("Отменить консультацию")
    anna.page.wait_for_url("**/payments/*/refund")
    anna.page.get_by_label("Причина").select_option("cancelled_by_client")
    anna.page.locator("main button.danger").click()
    return anna.page.locator("[id^=rp-]").get_attribute("id").removeprefix("rp-")


@pytest.mark.parametrize("scripted", [True])
def test_a_card_is_bound_charged_and_its_money_returned_by_hand(
    both: tuple[Person, Person], stack: Stack
) -> None:
    kirill, anna = both
    stack.control.post("settings", json={"card_refund_seconds": 0}).raise_for_status()
    binds(kirill, 15)
    opens_charge(kirill, books(kirill))
    kirill.page.evaluate(AXE)
    faults = violations(kirill.page, "light", 360) + violations(kirill.page, "dark", 1366)
    wide = {width: overflow(kirill.page, width) for width in WIDTHS}
    strange = foreign_words(kirill.page)

    kirill.presses("Списать 3 500 ₽")
    kirill.page.wait_for_url("**/done", timeout=30_000)
    expect(kirill.page.locator("h1")).to_have_text(re.compile("Оплачено"))
    refund = refunds(anna, booked(kirill))
    expect(anna.page.get_by_text("Ждём возврата в кабинете банка")).to_be_visible()

    stack.control.post(
        f"tochka/operations/{bound(stack)}/refund", json={"amount": "3500"}
    ).raise_for_status()
    anna.presses("Спросить банк")
    assert eventually(lambda: says(anna, refund, "Деньги возвращены"), 30)
    assert (faults, wide, strange) == ([], dict.fromkeys(WIDTHS, 0), set())
    assert stacks.command(stack, "ledger", "verify")[0] == 0


@pytest.mark.parametrize("scripted", [True])
def test_staff_buy_with_the_clients_card_once_the_client_has_agreed(
    both: tuple[Person, Person], stack: Stack
) -> None:
    kirill, anna = both
    binds_by(kirill, slot=5)
    anna.opens("/consultations/buy?q=client@ponimayu.test")
    anna.page.locator("main tbody a").first.click()
    anna.page.locator("main li", has_text="3 500").get_by_role("link").first.click()
    anna.page.get_by_label("С привязанной карты").first.check()
    anna.page.evaluate(AXE)
    anna.page.fill("#reason", "Согласие по телефону")
    anna.page.get_by_label("Клиент согласился на списание").check()
    faults = violations(anna.page, "light", 360) + violations(anna.page, "dark", 1366)
    wide = {width: overflow(anna.page, width) for width in WIDTHS}
    anna.presses("Купить")
    anna.sees("ссылка больше не нужна")
    assert (faults, wide) == ([], dict.fromkeys(WIDTHS, 0))
    assert stacks.command(stack, "ledger", "verify")[0] == 0


def bound(stack: Stack) -> str:
    """Return the bank's operation whose card has been charged."""
    entries = stack.control.get("journal", params={"call": "charge"}).json()["entries"]
    return str(entries[-1]["operationId"])


def says(anna: Person, refund: str, words: str) -> bool:
    """Look how far the refund is."""
    anna.opens(f"/refunds/{refund}")
    return words in anna.page.locator("h2").first.inner_text()
