"""The second step in the middle of a refund: nothing typed is lost, and the money goes back."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import update

from portal.domain import clock
from portal.store.sessions import UserSession
from tests import stacks
from tests.browser.conftest import STILL
from tests.browser.inside import beside, inside
from tests.browser.people import Person, watched
from tests.stacks import Stack, eventually

#: What the browser itself writes down about a step that is asked for, and one that is refused.
ASKED_AGAIN = "Failed to load resource: the server responded with a status of 401 (UNAUTHORIZED)"
REFUSED = "Failed to load resource: the server responded with a status of 403 (FORBIDDEN)"
POLICY = "content-security-policy"
EMAIL = "admin@ponimayu.test"


def a_day_passes(guarded: Stack) -> None:
    """Let everybody's second step be a whole working day ago."""
    with inside(guarded) as session:
        session.execute(update(UserSession).values(yandex_at=clock.now() - timedelta(hours=13)))
        session.commit()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give a local stack that asks for the second step."""
    data_dir = tmp_path_factory.mktemp("guarded") / "var"
    started = stacks.start(data_dir, PORTAL_SWEEP_SECONDS="1", PORTAL_YANDEX_REQUIRED="true")
    yield started
    assert started.stop() == 0


@pytest.fixture
def anna(
    browser: Browser, guarded: Stack, faults: list[str], *, scripted: bool
) -> Iterator[Person]:
    """Анна, bound to petrova.pay, who has signed in by her password alone."""
    with browser.new_context(**STILL, java_script_enabled=scripted) as context:
        yield Person(watched(context, faults), guarded).signs_in("admin")


def passes_the_step(anna: Person, login: str = "petrova.pay") -> None:
    """Go to Yandex from the page that asks for it, and choose an account there."""
    expect(anna.page.locator("h1")).to_have_text("Подтвердите вход через Яндекс")
    anna.presses("Войти с Яндекс ID")
    anna.presses(login)


def test_the_step_in_the_middle_of_a_refund_loses_nothing(
    anna: Person, guarded: Stack, faults: list[str], *, scripted: bool
) -> None:
    before = refunds_of(guarded, "123.45")
    anna.opens("/payments?consultation=cancelled&status=paid")
    passes_the_step(anna)
    anna.page.locator("a[data-refund]").first.click()
    types_a_part(anna)
    if scripted:
        expect(anna.page.locator("#dlg button.danger")).to_contain_text("123,45")
    a_day_passes(guarded)
    anna.page.locator("button.danger").click()

    goes_to_confirm(anna, faults, scripted=scripted)
    passes_the_step(anna)

    shows_what_was_typed(anna)
    anna.page.locator("main button.danger").click()
    anna.sees("Банк подтвердил возврат")
    assert refunds_of(guarded, "123.45") == before + 1


def types_a_part(anna: Person) -> None:
    """Fill the refund form in, as a page or as a dialog."""
    anna.page.get_by_label("Часть суммы").check()
    anna.page.locator("#amount").fill("123,45")
    anna.page.get_by_label("Причина").select_option("complaint")
    anna.page.get_by_label("Комментарий").fill("Связь обрывалась трижды")


def goes_to_confirm(anna: Person, faults: list[str], *, scripted: bool) -> None:
    """Press on in the dialog; without a script the page is there already."""
    if scripted:
        expect(anna.page.locator("#dlg h2")).to_have_text("Подтвердите вход ещё раз")
        assert faults == [ASKED_AGAIN]
        faults.clear()
        anna.page.locator("#dlg a.main").click()


def shows_what_was_typed(anna: Person) -> None:
    """Find the form of the same payment with everything in it."""
    expect(anna.page).to_have_url(re.compile("/payments/[0-9]+/refund$"))
    expect(anna.page.get_by_label("Часть суммы")).to_be_checked()
    expect(anna.page.locator("#amount")).to_have_value("123,45")
    expect(anna.page.get_by_label("Причина")).to_have_value("complaint")
    expect(anna.page.get_by_label("Комментарий")).to_have_value("Связь обрывалась трижды")


def refunds_of(stack: Stack, amount: str) -> int:
    """Count the refunds of this sum that the bank has really executed."""
    entries = stack.control.get("journal", params={"call": "refund"}).json()["entries"]
    return sum(entry["executed"] and str(entry["amount"]) == amount for entry in entries)


def test_another_account_is_named_and_the_code_opens_instead(
    anna: Person, guarded: Stack, faults: list[str]
) -> None:
    anna.opens("/payments")
    passes_the_step(anna, "ivanov")
    anna.sees("Вы вошли в Яндекс как ivanov, а к учётной записи привязан petrova.pay")
    is_refused_without_other_faults(faults)

    said = beside(guarded, "-m", "flask", "--app", "app", "users", "yandex-code", EMAIL)
    anna.presses("Начать ещё раз")
    anna.page.get_by_label("Одноразовый код").fill(said.splitlines()[0])
    anna.presses("Войти по коду")

    expect(anna.page.locator("h1")).to_have_text("Платежи")


def is_refused_without_other_faults(faults: list[str]) -> None:
    """Find the refused page among the faults of the browser, and nothing else."""
    assert faults == [REFUSED]
    faults.clear()


def test_a_refusal_at_yandex_says_so(anna: Person, faults: list[str]) -> None:
    anna.opens("/payments")
    passes_the_step(anna, "Отказать")

    anna.sees("Вы отменили вход")
    is_refused_without_other_faults(faults)
    expect(anna.page.get_by_role("link", name="Начать ещё раз")).to_be_visible()


def without_yandex(route: Route) -> None:
    """Serve the page with the policy that every other page has."""
    answer = route.fetch()
    policy = re.sub("form-action [^;]*", "form-action 'self'", answer.headers[POLICY])
    route.fulfill(response=answer, headers={**answer.headers, POLICY: policy})


def test_it_is_the_policy_of_the_page_that_lets_its_form_lead_to_yandex(
    anna: Person, guarded: Stack, faults: list[str]
) -> None:
    page = "/confirm/yandex?next=%2Fpayments"
    anna.page.route("**/confirm/yandex?*", without_yandex, times=1)
    anna.opens(page)
    anna.presses("Войти с Яндекс ID")
    assert eventually(lambda: anna.page.wait_for_timeout(50) or bool(faults))
    assert "form-action" in faults.pop()
    assert anna.page.url == guarded.portal_url + page

    anna.opens(page)
    anna.presses("Войти с Яндекс ID")
    expect(anna.page).to_have_url(re.compile(f"^{re.escape(guarded.sandbox_url)}/yandex/authorize"))
