"""Somebody stops taking payments, the payer is told so at once, and then it goes on (F2)."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.inside import books
from tests.browser.people import Person
from tests.browser.test_screens import AXE, WIDTHS, foreign_words, overflow, violations
from tests.stacks import Stack, eventually

CARD = "#bank-tochka"
SAYS_SO = "Оплата в рублях через банк сейчас недоступна"


def asks_the_bank(gleb: Person) -> None:
    """Ask how the bank is; without scripts the page is opened again until the answer is there."""
    gleb.opens("/banks/tochka")
    gleb.page.locator("#check-tochka").click()
    gleb.page.locator("#settings-table summary").click()
    assert eventually(lambda: is_told(gleb.page), 30)


def is_told(page: Page) -> bool:
    """Tell whether the answer of the bank is on the page."""
    words = page.locator("#bank").inner_text()
    if "Ещё не проверяли" not in words and "Спрашиваем банк" not in words:
        return True
    if not page.evaluate("'htmx' in window"):
        page.reload()
    return False


def changes(gleb: Person, link: str, reason: str) -> None:
    """Suspend or resume with a reason."""
    gleb.opens("/banks")
    gleb.page.locator(CARD).get_by_role("link", name=link).click()
    gleb.page.get_by_label("Причина").fill(reason)
    gleb.page.locator(".dlg form button[type=submit]").click()
    expect(gleb.page.locator(".dlg")).to_have_count(0)
    gleb.page.wait_for_url("**/banks")


def faults_of(page: Page) -> list[str]:
    """Look at a page at every width and in both themes."""
    page.evaluate(AXE)
    found = violations(page, "light", 360) + violations(page, "dark", 1366)
    wide = [f"wide at {width}" for width in WIDTHS if overflow(page, width)]
    return [str(one) for one in [*found, *wide, *foreign_words(page)]]


def test_a_suspended_account_is_told_to_the_payer_until_it_is_resumed(
    enter: Callable[[str], Person], stack: Stack, *, scripted: bool
) -> None:
    gleb, maria = enter("super"), enter("ivanova")
    number = books(stack, "ivanova")
    asks_the_bank(gleb)
    expect(gleb.page.locator("#bank")).to_contain_text("Работает")
    if scripted:
        expect(gleb.page.get_by_text("задано, скрыто").first).to_be_visible()

    changes(gleb, "Приостановить приём платежей", "Банк предупредил о работах")
    maria.opens("/account")
    maria.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    expect(maria.page.locator("#suspended")).to_contain_text(SAYS_SO)
    expect(maria.page.locator(".methods")).to_have_count(0)
    faults = faults_of(maria.page) + faults_of(gleb.page) if scripted else []

    changes(gleb, "Возобновить", "Работы закончены")
    maria.page.reload()
    expect(maria.page.locator("#suspended")).to_have_count(0)
    expect(maria.page.locator(".methods")).to_have_count(1)
    assert faults == []
