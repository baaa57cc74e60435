"""The heart: pay by SBP, cancel, refund, the bank confirms, and the ledger verifies."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.inside import assert_book_holds, books, pays_unseen
from tests.browser.people import Person
from tests.stacks import Stack, eventually


def goes_from_code_to_bank(kirill: Person) -> None:
    """Follow the code of SBP to the bank's page, by the link that this screen shows."""
    kirill.page.wait_for_url("**/sbp*", timeout=30_000)
    kirill.page.get_by_role("link", name=re.compile("^Открыть")).click()
    kirill.page.wait_for_url("**/tochka/order/**", timeout=30_000)


def pays(kirill: Person, number: int) -> None:
    """Pay a consultation by SBP on the bank's page."""
    kirill.opens("/account")
    kirill.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    kirill.page.get_by_label("СБП").check()
    kirill.page.locator(".methods button[type=submit]").click()
    goes_from_code_to_bank(kirill)
    kirill.presses("Оплатить по СБП")
    kirill.page.wait_for_url("**/pay/**", timeout=30_000)


def cancels(anna: Person, number: int) -> None:
    """Cancel the consultation and go straight to the refund."""
    anna.opens(f"/consultations/{number}/cancel?refund=1")
    anna.page.get_by_label("Клиент").check()
    anna.presses("Отменить консультацию")
    anna.page.wait_for_url(re.compile("/payments/[0-9]+/refund"))


def refunds(anna: Person) -> None:
    """Send the refund form."""
    anna.page.get_by_label("Причина").select_option("cancelled_by_client")
    anna.page.locator("main button.danger").click()


def refund_calls(stack: Stack, amount: str = "321.0") -> int:
    """Count the refunds of this sum that the bank has really executed."""
    entries = stack.control.get("journal", params={"call": "refund"}).json()["entries"]
    return sum(e["executed"] and str(float(e["amount"])) == amount for e in entries)


@pytest.fixture(autouse=True)
def _clean_faults(stack: Stack) -> None:
    stack.control.delete("faults")


def whole_circle(both: tuple[Person, Person], stack: Stack) -> None:
    """Play it from the payment to the verified ledger."""
    kirill, anna = both
    number, before = books(stack), refund_calls(stack)

    pays(kirill, number)
    kirill.sees("Оплачено 321")
    anna.opens("/payments?q=321")
    anna.sees("Кириллов Кирилл Сергеевич")
    cancels(anna, number)
    refunds(anna)

    anna.sees("Банк подтвердил возврат")
    assert refund_calls(stack) == before + 1
    assert_book_holds(stack)


def test_a_client_pays_and_gets_the_money_back(both: tuple[Person, Person], stack: Stack) -> None:
    whole_circle(both, stack)


def test_a_lost_webhook_is_made_good_by_reading(both: tuple[Person, Person], stack: Stack) -> None:
    stack.control.post("faults", json={"bank": "tochka", "call": "webhook", "fault": "lost"})

    whole_circle(both, stack)


def test_a_lost_answer_to_a_refund_is_read_and_not_resent(
    both: tuple[Person, Person], stack: Stack
) -> None:
    stack.control.post("faults", json={"bank": "tochka", "call": "refund", "fault": "lost_after"})

    whole_circle(both, stack)


def has_cancelled(anna: Person, stack: Stack) -> None:
    """Let Анна cancel what was paid by SBP, which goes back at once."""
    number = books(stack)
    pays_unseen(stack, number)
    cancels(anna, number)


def sent(stack: Stack) -> int:
    """Count the refunds that the bank was asked for."""
    return len(stack.control.get("journal", params={"call": "refund"}).json()["entries"])


def test_a_double_click_is_one_refund(anna: Person, stack: Stack) -> None:
    before = len(stack.control.get("journal", params={"call": "refund"}).json()["entries"])
    anna.opens("/payments?consultation=cancelled&status=paid")
    anna.page.locator("a[data-refund]").first.click()
    anna.page.get_by_label("Причина").select_option("complaint")

    anna.page.locator("#dlg button.danger").dblclick()

    anna.sees("Банк подтвердил возврат")
    entries = stack.control.get("journal", params={"call": "refund"}).json()["entries"]
    assert len(entries) == before + 1
    expect(anna.page.locator("#dlg")).to_be_visible()


def test_a_form_in_two_tabs_is_one_refund(anna: Person, stack: Stack) -> None:
    anna.opens("/payments?consultation=cancelled&status=paid")
    address = anna.page.locator("a[data-refund]").first.get_attribute("href")
    tabs = [anna.page.context.new_page() for _ in range(2)]
    before = refund_calls(stack, "100.0")
    for tab in tabs:
        tab.goto(f"{stack.portal_url}{address}")
        tab.get_by_label("Часть суммы").check()
        tab.get_by_label("Сумма", exact=True).fill("100")
        tab.get_by_label("Причина").select_option("complaint")

    tabs[0].locator("main button.danger").click()
    expect(tabs[0].get_by_text("Банк подтвердил возврат").first).to_be_visible(timeout=20_000)
    with tabs[1].expect_response(f"**{address}") as second:
        tabs[1].locator("main button.danger").click()

    assert second.value.status == 409
    expect(tabs[1].get_by_role("alert").first).to_contain_text(
        "Сумма изменилась: Петрова Анна Игоревна, возврат 100,00\u00a0₽"
    )
    expect(tabs[1].locator("main button.danger")).to_be_visible()
    assert refund_calls(stack, "100.0") == before + 1


def test_the_worker_dies_at_the_bank_and_nothing_is_sent_twice(anna: Person, stack: Stack) -> None:
    has_cancelled(anna, stack)
    fault = {"bank": "tochka", "call": "refund", "fault": "hang_after", "seconds": 8}
    stack.control.post("faults", json=fault)
    anna.opens("/payments?consultation=cancelled&status=paid")
    anna.page.locator("a[data-refund]").first.click()
    anna.page.get_by_label("Причина").select_option("complaint")
    before = sent(stack)
    anna.page.locator("#dlg button.danger").click()

    assert eventually(lambda: sent(stack) > before, 20)
    stack.kill_worker()

    expect(anna.page.get_by_text("Банк подтвердил возврат").first).to_be_visible(timeout=45_000)
    assert sent(stack) == before + 1


#: Escape, pressed before htmx has set going what it has just brought.
CLOSE_AT_ONCE = """() => document.addEventListener("htmx:afterSwap", () => {
  const dialog = document.querySelector("#dlg");
  if (dialog.querySelector(".steps")) setTimeout(() => dialog.close());
})"""


def test_a_dialog_that_was_closed_early_still_tells_the_end(anna: Person, stack: Stack) -> None:
    has_cancelled(anna, stack)
    stack.control.post(
        "faults", json={"bank": "tochka", "call": "refund", "fault": "slow", "seconds": 1}
    )
    anna.opens("/payments?consultation=cancelled&status=paid&method=sbp")
    row = anna.page.locator("tbody tr").first
    row.locator("a[data-refund]").click()
    anna.page.get_by_label("Причина").select_option("complaint")
    anna.page.evaluate(CLOSE_AT_ONCE)

    anna.page.locator("#dlg button.danger").click()

    expect(row).to_contain_text("Возвращён")
    expect(anna.page.locator("#toasts")).to_contain_text("Банк подтвердил возврат")
    expect(anna.page.locator("#dlg")).to_be_hidden()
