"""A role may hold any rights: whoever lacks one gets neither its links nor its figures (I-39)."""

import re

import pytest

from portal.domain.permissions import Permission
from portal.usecases import access
from portal.usecases.access import RoleEdit
from tests.builders import NOW

CARDS = {
    Permission.PAYMENTS_READ: "/payments/{payment}",
    Permission.CONSULTATIONS_READ: "/consultations/{consultation}",
    Permission.USERS_READ: "/users/{kirill}",
}
LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"]*)"')


@pytest.fixture
def vera(house):
    """Let Вера's role hold exactly one right; return her browser after ``vera(right)``."""

    def with_only(permission):
        edits = {"viewer": RoleEdit(0, frozenset({permission}))}
        access.save_matrix(edits, "Узкая роль", actor=house.gleb, now=NOW)
        return house.browser(house.vera.user_id)

    return with_only


def card(house, permission):
    """Return the address of the card that the right opens."""
    return CARDS[permission].format(
        payment=house.payment, consultation=house.consultation, kirill=house.kirill
    )


@pytest.mark.parametrize("permission", sorted(CARDS))
def test_every_link_that_is_shown_opens(house, vera, permission):
    browser = vera(permission)
    pages = ["/", card(house, permission), f"/{permission.partition(':')[0]}"]
    links = {link for page in pages for link in LINK.findall(browser.get(page).text)}

    refused = [link for link in sorted(links) if browser.get(link).status_code >= 400]

    assert len(links) > 4
    assert refused == []


@pytest.mark.parametrize("permission", sorted(CARDS))
def test_the_cards_of_other_rights_are_closed(house, vera, permission):
    browser = vera(permission)
    others = [card(house, other) for other in CARDS if other is not permission]

    assert [browser.get(path).status_code for path in others] == [403, 403]


def test_the_overview_shows_only_the_figures_of_ones_rights(vera):
    page = vera(Permission.CONSULTATIONS_READ).get("/").text

    assert [words in page for words in ("Принято", "Балансы клиентов")] == [False, False]


def test_a_persons_card_hides_payments_without_their_right(house, vera):
    browser = vera(Permission.USERS_READ)
    page = browser.get(card(house, Permission.USERS_READ)).text
    listed = browser.get("/users?bound=1").text

    assert ("привязанная карта" in listed, f'id="u{house.kirill}"' in listed) == (False, True)
    assert "Платежи, новые сверху" not in page
    assert "?tab=consultations" not in page
    assert f'id="p{house.payment}"' not in page


def test_the_tab_of_consultations_is_closed_without_their_right(house, vera):
    path = card(house, Permission.USERS_READ)
    page = vera(Permission.USERS_READ).get(f"{path}?tab=consultations").text

    assert "Доктор Орлова" not in page
