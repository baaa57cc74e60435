"""What a person gave to others stays when they lose their own right, and is shown (adr 0015)."""

from datetime import timedelta

import pytest

from portal.domain.permissions import Permission, Role
from portal.usecases import access
from tests.builders import NOW, rub

READ, OWN_REFUND = Permission.PAYMENTS_READ, Permission.OWN_REFUND
HEADING = "Что выдал(а) другим"


def page(house, path, actor=None):
    return house.browser((actor or house.gala).user_id).get(path).text


def passed(house, path, actor=None):
    """Return the list of a page, in one line; nothing when it has none."""
    section = page(house, path, actor).partition('id="handed-on">')[2].partition("</section>")[0]
    return " ".join(section.split())


def test_the_card_of_the_giver_lists_what_others_hold(house):
    house.hands(house.kirill, OWN_REFUND, until=NOW + timedelta(days=1), limit=rub(500_00))

    shown = passed(house, f"/users/{house.gleb.user_id}")

    assert HEADING in shown
    assert f'<a href="/users/{house.kirill}#access">Кирилл</a>' in shown
    assert "Возвращать деньги за свои консультации" in shown
    assert "до 25 ноября 2026 г., 15:00, лимит 500,00 ₽ · Так решили" in shown.replace("\xa0", " ")


def test_it_is_there_when_the_giver_has_lost_the_right(house):
    house.hands(house.kirill, READ)

    access.change_role(house.gleb.user_id, Role.CLIENT, "Уходит", actor=house.gala, now=NOW)

    assert READ not in house.rights(house.gleb.user_id)
    assert READ in house.rights(house.kirill)
    assert "Кирилл" in passed(house, f"/users/{house.gleb.user_id}")


def test_what_has_ended_is_not_listed(house):
    house.hands(house.kirill, READ, until=NOW + timedelta(microseconds=1))
    taken = house.hands(house.kirill, OWN_REFUND)
    access.revoke(taken, "Больше не нужно", actor=house.gala, now=NOW)
    with_one = passed(house, f"/users/{house.gleb.user_id}")
    again = house.hands(house.kirill, READ)
    access.revoke(again, "Больше не нужно", actor=house.gala, now=NOW)

    assert ("Смотреть платежи" in with_one, "Возвращать" in with_one) == (True, False)
    assert passed(house, f"/users/{house.gleb.user_id}") == ""


@pytest.mark.parametrize(
    ("act", "is_shown"),
    [("admission", True), ("role", True), ("grants/{grant}/revoke", True), ("grants", False)],
)
def test_who_takes_something_from_the_giver_sees_it(house, act, is_shown):
    granted = house.hands(house.anna.user_id, Permission.ACCESS_GRANT)
    offer = access.Offer(READ, None, None)
    access.hand_over(house.kirill, offer, "Помогает", actor=house.anna, now=NOW)

    shown = passed(house, f"/users/{house.anna.user_id}/{act.format(grant=granted)}")

    assert ("Кирилл" in shown) is is_shown


def test_who_may_not_look_at_rights_does_not_see_it(house):
    house.hands(house.kirill, READ)
    house.hands(house.anna.user_id, Permission.ACCESS_GRANT)
    card = f"/users/{house.gleb.user_id}"

    assert HEADING not in page(house, card, house.vera)
    assert HEADING not in page(house, f"{card}/role", house.anna)


def test_who_may_not_open_cards_is_given_names_and_no_links(house):
    narrow = access.create_role("Права", actor=house.gleb, now=NOW)
    rights = frozenset({Permission.ACCESS_READ, Permission.ACCESS_GRANT})
    access.save_matrix({narrow: access.RoleEdit(0, rights)}, "Нужно", actor=house.gleb, now=NOW)
    access.change_role(house.vera.user_id, narrow, "Нужно", actor=house.gleb, now=NOW)
    house.hands(house.kirill, OWN_REFUND)

    shown = passed(house, f"/users/{house.gleb.user_id}/role", house.vera)

    assert ("<strong>Кирилл</strong>" in shown, "/users/" in shown) == (True, False)
