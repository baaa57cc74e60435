"""Free money pays for the next consultation and still goes back by the payment behind it (C1)."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.inside import assert_book_holds, books
from tests.browser.people import Person
from tests.browser.test_circle import cancels, pays, refunds
from tests.stacks import Stack


def cancels_only(anna: Person, number: int) -> None:
    """Cancel the consultation; its money stays on the balance."""
    anna.opens(f"/consultations/{number}/cancel")
    anna.page.get_by_label("Клиент").check()
    anna.presses("Отменить консультацию")
    anna.page.wait_for_url(f"**/consultations/{number}")


def pays_from_balance(maria: Person, number: int) -> None:
    """Pay the consultation by one press; no bank is seen."""
    maria.opens("/account")
    maria.page.locator(f"#c{number}").get_by_role("link", name="Оплатить").click()
    maria.page.wait_for_url("**/method")
    wide = maria.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    maria.presses("с баланса")
    maria.page.wait_for_url("**/done")
    maria.sees("Оплачено с баланса")


def test_money_of_a_cancelled_consultation_pays_the_next_and_goes_back(
    enter: Callable[[str], Person], stack: Stack, *, scripted: bool
) -> None:
    maria, anna = enter("ivanova"), enter("admin")
    if not scripted:
        maria.page.set_viewport_size({"width": 390, "height": 844})
    first, second = books(stack, "ivanova"), books(stack, "ivanova")
    pays(maria, first)
    maria.sees("Оплачено 321")
    cancels_only(anna, first)

    pays_from_balance(maria, second)
    anna.opens(f"/consultations/{second}")
    expect(anna.page.get_by_text("из платежа")).to_be_visible()
    cancels(anna, second)
    refunds(anna)

    anna.sees("Банк подтвердил возврат")
    maria.opens("/account")
    card = maria.page.locator(f"#c{second}")
    expect(card.get_by_role("link", name=re.compile("^оплата"))).to_be_visible()
    expect(maria.page.get_by_text("Свободно")).to_have_count(0)
    assert_book_holds(stack)
