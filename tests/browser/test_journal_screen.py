"""The journal on screen: who tried what they may not is found by their name, read, and taken."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.people import Person

Enter = Callable[[str], Person]
VERA = "Смирнова Вера Павловна"


def lines_of(person: Person, link: str) -> list[list[str]]:
    """Take the file that a link gives; return its lines."""
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name=link).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_denied_attempt_is_found_read_and_taken_as_a_file(enter: Enter) -> None:
    vera, gleb = enter("viewer"), enter("super")
    expect(vera.page.get_by_role("link", name="Журнал")).to_have_count(0)
    # The console of a browser calls a refused page a fault; a request of the page is none.
    assert vera.page.request.get(f"{vera.stack.portal_url}/access").status == 403

    gleb.presses("Журнал")
    gleb.page.fill("#q", "Смирнова")
    gleb.page.get_by_label("Итог").select_option(label="Отказано")
    gleb.page.get_by_role("button", name="Найти").click()
    row = gleb.page.locator("table.journal tbody tr").first
    expect(row).to_contain_text(VERA)
    row.locator("summary").click()
    expect(row).to_contain_text("/access")

    lines = lines_of(gleb, "CSV для Excel")
    assert {line[lines[0].index("Кто")] for line in lines[1:]} == {VERA}
    assert {line[lines[0].index("Итог")] for line in lines[1:]} == {"Отказано"}
