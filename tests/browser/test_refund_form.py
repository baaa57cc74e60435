"""The refund form at a real screen: the typed part is what goes back, however one presses."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.inside import books, pays_unseen
from tests.browser.people import Person
from tests.browser.test_circle import cancels
from tests.stacks import Stack


@pytest.fixture
def anna(enter: Callable[[str], Person], stack: Stack) -> Person:
    """Give Анна at the page of the refund of a paid and cancelled consultation."""
    anna, number = enter("admin"), books(stack)
    pays_unseen(stack, number)
    cancels(anna, number)
    return anna


def opens_dialog(anna: Person) -> None:
    """Open the same form above the list."""
    anna.opens("/payments?consultation=cancelled&status=paid")
    anna.page.locator("main a[data-refund]").first.click()
    expect(anna.page.locator("dialog h2")).to_have_text("Вернуть деньги")


@pytest.mark.parametrize("scripted", [True])
def test_a_press_while_the_sum_is_reckoned_sends_the_typed_part(anna: Person) -> None:
    opens_dialog(anna)
    page, button = anna.page, anna.page.locator("#dlg button.danger")
    page.get_by_label("Причина").select_option("cancelled_by_client")
    expect(button).to_contain_text("321,00")

    with page.expect_response("**/refund/preview**"):
        page.locator("#amount").fill("100")
        expect(button).not_to_contain_text("321")
        button.hover()
        page.mouse.down()
    expect(button).to_contain_text("100,00")
    page.mouse.up()

    expect(page.locator("#dlg-title")).to_contain_text("Возврат 100,00")


@pytest.mark.parametrize("scripted", [True])
def test_the_choice_follows_what_is_typed_and_the_sum_the_choice(anna: Person) -> None:
    page = anna.page
    part, whole = page.get_by_label("Часть суммы"), page.get_by_label("Всю сумму")
    page.locator("#amount").fill("много")
    expect(part).to_be_checked()
    expect(page.locator("main button.danger")).to_have_text("Вернуть деньги")

    whole.check()

    expect(page.locator("#amount")).to_have_value("")
    expect(page.locator("main button.danger")).to_contain_text("321,00")


@pytest.mark.parametrize("scripted", [False])
def test_without_scripts_the_button_names_no_sum_and_the_part_goes_back(anna: Person) -> None:
    page = anna.page
    page.get_by_label("Причина").select_option("cancelled_by_client")
    page.locator("#amount").fill("100")
    expect(page.locator("main button.danger")).to_have_text("Вернуть деньги", use_inner_text=True)

    page.get_by_label("Часть суммы").check()
    page.locator("main button.danger").click()

    anna.sees("Возврат 100,00")
