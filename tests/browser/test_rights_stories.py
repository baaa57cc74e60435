"""Rights on screen: the matrix is edited and felt; a client is given a right, uses it, loses it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute

from portal.domain import clock
from portal.store.access import PersonalGrant
from portal.store.sessions import UserSession
from tests.browser.inside import books, inside, pays_unseen
from tests.browser.people import PASSWORD, Person
from tests.stacks import Stack

Enter = Callable[[str], Person]
BOX = "Возвращать деньги, роль Наблюдатель"
OWN = "Возвращать деньги за свои консультации"


def passes(stack: Stack, moment: InstrumentedAttribute[datetime]) -> None:
    """Let time pass: what a kind of rows says of a moment is an hour ago."""
    with inside(stack) as session:
        session.execute(update(moment.class_).values({moment: clock.now() - timedelta(hours=1)}))
        session.commit()


def previews(gleb: Person, *, ticked: bool) -> None:
    """Set the box of the viewers' right to refund, and look at the change."""
    gleb.opens("/access")
    gleb.page.get_by_label(BOX, exact=True).set_checked(ticked)
    gleb.presses("Предпросмотр изменений")
    gleb.sees("Смирнова Вера Павловна")


def applies(gleb: Person, reason: str) -> None:
    """Say why, and save."""
    gleb.page.get_by_label("Причина").fill(reason)
    gleb.presses("Применить изменения")


def confirms(person: Person) -> None:
    """Type the password once more."""
    person.page.fill("#password", PASSWORD)
    person.page.click("main button[type=submit]")


def refund_buttons(person: Person) -> int:
    """Count the buttons of the list of payments that belong to refunds."""
    person.opens("/payments?consultation=cancelled&status=paid")
    return person.page.locator("main a[data-refund]").count()


def test_the_matrix_is_edited_and_felt_by_another_person(enter: Enter) -> None:
    gleb, vera = enter("super"), enter("viewer")
    assert refund_buttons(vera) == 0

    previews(gleb, ticked=True)
    assert refund_buttons(vera) == 0
    applies(gleb, "Вера на смене одна")
    gleb.sees("Права сохранены: Наблюдатель")
    assert refund_buttons(vera) > 0

    previews(gleb, ticked=False)
    applies(gleb, "Смена кончилась")
    gleb.sees("Права сохранены: Наблюдатель")
    assert refund_buttons(vera) == 0


def test_a_step_up_before_saving_loses_nothing(enter: Enter, stack: Stack) -> None:
    gleb, vera = enter("super"), enter("viewer")
    previews(gleb, ticked=True)
    passes(stack, UserSession.password_at)

    applies(gleb, "Вера замещает Анну")
    confirms(gleb)

    expect(gleb.page.get_by_label("Причина")).to_have_value("Вера замещает Анну")
    assert refund_buttons(vera) == 0
    gleb.presses("Применить изменения")
    gleb.sees("Права сохранены: Наблюдатель")
    assert refund_buttons(vera) > 0
    previews(gleb, ticked=False)
    applies(gleb, "Анна вернулась")
    gleb.sees("Права сохранены: Наблюдатель")


def gives(gleb: Person) -> None:
    """Hand Кирилл the right to his own money until a day, up to a sum."""
    gleb.opens("/users?q=Кириллов")
    gleb.presses("Кириллов Кирилл Сергеевич")
    gleb.presses("Выдать право")
    gleb.page.get_by_label("Право", exact=True).select_option(label=OWN)
    gleb.page.get_by_label("Последний день").fill("2099-12-31")
    gleb.page.get_by_label("Лимит суммы").fill("5 000")
    gleb.page.get_by_label("Причина").fill("Постоянный клиент")
    gleb.page.locator("main button[type=submit]").click()
    gleb.sees("Право выдано")


def pays_and_cancels(kirill: Person, stack: Stack) -> int:
    """Pay a new consultation and cancel it; return its number."""
    number = books(stack)
    pays_unseen(stack, number)
    kirill.opens(f"/account/consultations/{number}/cancel")
    kirill.page.locator("main button.danger").click()
    kirill.page.wait_for_url("**/account")
    return number


def button(kirill: Person, number: int) -> object:
    """Return the button that returns the money of a consultation."""
    kirill.opens("/account")
    return kirill.page.locator(f"#c{number}").get_by_role("link", name="Вернуть деньги")


def test_a_client_is_given_a_right_refunds_and_loses_it(enter: Enter, stack: Stack) -> None:
    gleb, kirill = enter("super"), enter("client")
    number = pays_and_cancels(kirill, stack)
    expect(button(kirill, number)).to_have_count(0)
    kirill.sees("нажмите «Попросить возврат»")

    gives(gleb)
    button(kirill, number).click()
    kirill.sees("Самому вам можно вернуть ещё")
    kirill.page.locator("main button.danger").click()
    kirill.sees("Банк подтвердил возврат")

    other = pays_and_cancels(kirill, stack)
    expect(button(kirill, other)).to_have_count(1)
    gleb.page.get_by_role("link", name=f"Отозвать право «{OWN}»").click()
    gleb.page.get_by_label("Причина").fill("Больше не нужно")
    gleb.page.locator("main button.danger").click()
    gleb.sees("Право отозвано")
    expect(button(kirill, other)).to_have_count(0)


def test_a_right_given_until_a_day_ends_by_itself(enter: Enter, stack: Stack) -> None:
    gleb, kirill = enter("super"), enter("client")
    number = pays_and_cancels(kirill, stack)
    gives(gleb)
    expect(button(kirill, number)).to_have_count(1)

    passes(stack, PersonalGrant.expires_at)

    expect(button(kirill, number)).to_have_count(0)
    gleb.page.reload()
    gleb.sees("Срок вышел")
