"""A client's cards on their pages: bound, checked, unbound, told honestly (B1-B4)."""

import pytest

from portal.store.card_checks import checks_of
from portal.store.cards import cards_of
from portal.store.db import transaction
from portal.store.payments import latest_payment
from tests.builders import errors_in_the_book, payment
from tests.usecases.card_checks import MOODS, Walk, does_not_tick, start, ticks

CARDS, NEW = "/account/cards", "/account/cards/new"
NBSP = "\N{NO-BREAK SPACE}"
NAME = f"Мир{NBSP}••{NBSP}0792"
SENTENCES = {
    "returned": f"2,00{NBSP}₽ возвращены на карту.",
    "swallowed": f"Банк не ответил, вернул ли он 2,00{NBSP}₽.",
    "refused": f"Банк не вернул 2,00{NBSP}₽. Они у нас, на баланс не попали.",
    "settling": f"2,00{NBSP}₽ возвращаются на карту",
}


def check_of(world, step=ticks, mood="returned") -> Walk:
    """Let Зоя bind a card, and the bank answer as it likes."""
    with world.app.app_context():
        walk = start(world.bank, world.people["zoya"])
        step(walk)
        MOODS[mood](walk)
        walk.give_back()
        return walk


def address_of_card(world) -> str:
    with world.app.app_context(), transaction() as session:
        return f"{CARDS}/{cards_of(session, world.people['zoya'])[0].id}/unbind"


def checks(world) -> list[int]:
    with world.app.app_context(), transaction() as session:
        return [check.payment.id for check in checks_of(session, world.people["zoya"])]


def test_without_cards_the_page_says_what_a_card_is_good_for(world):
    page = world.browser_of("zoya").get(CARDS).text

    assert "Карт пока нет" in page
    assert f'href="{NEW}"' in page


def test_the_client_is_told_of_the_sum_before_they_leave(world):
    page = world.browser_of("zoya").get(NEW).text

    assert f"Банк спишет 2{NBSP}₽, чтобы проверить карту, и мы сразу их вернём." in page
    assert checks(world) == []


def test_pressing_twice_starts_one_check_and_leads_to_its_page(world):
    zoya = world.browser_of("zoya")

    first, second = zoya.post(NEW), zoya.post(NEW)

    (number,) = checks(world)
    assert (first.status_code, first.location) == (303, f"{CARDS}/checks/{number}?link=1")
    assert second.location == first.location
    assert "Готовим страницу банка. Деньги не списаны." in zoya.get(first.location).text


def test_the_page_that_waits_leads_on_to_the_bank(world):
    with world.app.app_context():
        walk = start(world.bank, world.people["zoya"])
    zoya, address = world.browser_of("zoya"), f"{CARDS}/checks/{walk.number}?link=1"

    page = zoya.get(address)
    poll = zoya.get(address, headers={"HX-Request": "true"})

    link = poll.headers["HX-Redirect"]
    assert link.startswith("https://bank.test/pay/op-")
    assert f'content="0; url={link}"' in page.text
    assert f'href="{link}"' in page.text


def test_who_comes_back_from_the_bank_is_not_led_there_again(world):
    with world.app.app_context():
        walk = start(world.bank, world.people["zoya"])

    zoya, address = world.browser_of("zoya"), f"{CARDS}/checks/{walk.number}"
    page, declined = zoya.get(address).text, zoya.get(f"{address}?declined=1").text

    assert "Ждём, пока вы введёте карту на странице банка. Деньги не списаны." in page
    assert "Похоже, банк не принял карту." in declined
    assert f'hx-get="{address}?declined=1"' in declined
    assert "url=https://bank.test" not in page + declined


@pytest.mark.parametrize("mood", SENTENCES)
def test_the_return_is_told_as_it_is(world, mood):
    walk = check_of(world, mood=mood)
    zoya = world.browser_of("zoya")

    card, check = zoya.get(CARDS).text, zoya.get(f"{CARDS}/checks/{walk.number}").text

    assert NAME in card
    assert SENTENCES[mood] in check
    assert SENTENCES[mood] in card


def test_a_card_that_the_bank_did_not_keep_is_not_shown_as_bound(world):
    number, zoya = check_of(world, does_not_tick).number, world.browser_of("zoya")

    page, check = zoya.get(CARDS).text, zoya.get(f"{CARDS}/checks/{number}").text

    assert "Карт пока нет" in page
    assert '<li class="problem"> <span>Банк не сохранил карту' in " ".join(page.split())
    assert f'href="{NEW}">Начать снова<' in check


@pytest.mark.parametrize("mood", ["returned", "refused"])
def test_the_sum_is_on_no_balance_and_in_no_list(world, mood):
    check_of(world, mood=mood)
    zoya, anna = world.browser_of("zoya"), world.browser_of("anna")

    pages = [zoya.get("/account/balance"), anna.get("/payments"), anna.get("/")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert [page.text.count(f"2,00{NBSP}₽") for page in pages] == [0, 0, 0]


def test_unbinding_says_what_it_is_and_forgets_the_card(world):
    check_of(world)
    zoya, address = world.browser_of("zoya"), address_of_card(world)

    asked = zoya.get(address).text
    answer = zoya.post(address)

    assert "Удалить карту у банка мы не можем" in asked
    assert (answer.status_code, answer.location) == (303, CARDS)
    assert NAME not in zoya.get(CARDS).text
    assert zoya.post(address).status_code == 404
    with world.app.app_context():
        assert errors_in_the_book() == []


def test_nobody_sees_or_unbinds_the_card_of_another(world):
    walk = check_of(world)
    kirill, address = world.browser_of("kirill"), address_of_card(world)

    answers = [
        kirill.get(f"{CARDS}/checks/{walk.number}").status_code,
        kirill.get(address).status_code,
        kirill.post(address).status_code,
    ]

    assert answers == [404, 404, 404]
    assert NAME not in kirill.get(CARDS).text
    assert NAME in world.browser_of("zoya").get(CARDS).text


STAFF = "/card-checks"
KEY = {"intent_key": "22222222-2222-4222-8222-222222222222"}


def test_staff_see_only_the_checks_that_wait_for_them(world):
    owed = check_of(world, mood="refused")
    world.bank.recovers()
    unknown = check_of(world, mood="swallowed")
    world.bank.recovers()
    done = check_of(world)

    page = world.browser_of("gleb").get(STAFF).text

    assert [f'id="check{walk.number}"' in page for walk in (owed, unknown, done)] == [
        True,
        True,
        False,
    ]
    assert f"{STAFF}/{owed.number}/return" in page
    assert f"{STAFF}/{unknown.number}/return" not in page
    assert "2 проверки карты без возврата" in world.browser_of("anna").get("/").text


def test_staff_ask_the_bank_once_more_for_what_it_refused(world):
    walk = check_of(world, mood="refused")
    anna = world.browser_of("anna")

    first, again = (anna.post(f"{STAFF}/{walk.number}/return", KEY) for _ in range(2))

    assert (first.status_code, again.status_code) == (303, 303)
    assert "Все проверки карт закончены" in anna.get(STAFF).text
    with world.app.app_context():
        assert (walk.states[1], errors_in_the_book()) == ("on_its_way", [])


def test_what_is_unknown_is_never_asked_for_again(world):
    walk = check_of(world, mood="swallowed")

    answer = world.browser_of("anna").post(f"{STAFF}/{walk.number}/return", KEY)

    assert answer.status_code == 409
    assert "Ничего не отправлено" in answer.text
    with world.app.app_context():
        assert (walk.states[1], walk.bank.calls.count("refund")) == ("unknown", 2)


def test_a_person_ends_an_unknown_return_by_the_banks_lines(world):
    walk = check_of(world, mood="swallowed")
    with world.app.app_context():
        number = payment(walk.number).last_refund_id
    form = {"line": "none", "reason": "По выписке возврата нет"}

    answer = world.browser_of("gleb").post(f"/refunds/{number}/resolve", form)

    assert world.browser_of("gleb").get(answer.location).location == STAFF
    with world.app.app_context():
        assert (walk.states[1], walk.held, errors_in_the_book()) == ("owed", 200, [])


def test_a_form_without_a_key_returns_nothing(world):
    walk = check_of(world, mood="refused")

    answer = world.browser_of("anna").post(f"{STAFF}/{walk.number}/return")

    assert (answer.status_code, walk.bank.refunds) == (422, [])


def test_before_paying_the_client_is_offered_to_keep_the_card_and_others_are_not(world):
    address = f"/pay/{world.pay_token}/method"

    pages = [world.browser_of(name).get(address).text for name in ("zoya", "kirill", "")]

    assert ['name="save_card"' in page for page in pages] == [True, False, False]
    assert [f'href="{NEW}"' in page for page in pages] == [True, False, False]


def test_a_bound_card_is_named_before_paying_to_its_owner_alone(world):
    check_of(world)
    address = f"/pay/{world.pay_token}/method"

    pages = [world.browser_of(name).get(address).text for name in ("zoya", "kirill", "")]

    assert [f"{NAME} — выберете на странице банка" in page for page in pages] == [
        True,
        False,
        False,
    ]
    assert ["0792" in page for page in pages] == [True, False, False]


@pytest.mark.parametrize(("name", "is_kept"), [("zoya", True), ("kirill", False), ("", False)])
def test_the_tick_is_heard_from_the_client_alone(world, name, is_kept):
    form = {"method": "card", "save_card": "y"}

    world.browser_of(name).post(f"/pay/{world.pay_token}/method", form)

    with world.app.app_context(), transaction() as session:
        assert latest_payment(session, world.scheduled).save_card is is_kept


@pytest.mark.parametrize(
    ("mood", "line"),
    [
        ("returned", f"Карта привязана · 2,00{NBSP}₽ возвращены"),
        ("refused", f"Карта привязана · 2,00{NBSP}₽ пока не возвращены"),
    ],
)
def test_staff_read_on_the_clients_card_what_became_of_a_check(world, mood, line):
    check_of(world, mood=mood)
    zoya = f"/users/{world.people['zoya']}"

    page, of_another = (
        world.browser_of("anna").get(path).text
        for path in (zoya, f"/users/{world.people['kirill']}")
    )

    assert (NAME in page, line in page) == (True, True)
    assert ("Разобраться" in page) == (mood == "refused")
    assert 'id="cards"' not in of_another
