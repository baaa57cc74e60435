"""Staff buy for a client in three steps: who, when, how it is paid (A10, G1)."""

import re

import pytest
from sqlalchemy import select

from portal.banks.registry import build_banks
from portal.domain.permissions import Permission
from portal.store.consultations import Consultation
from portal.store.db import transaction
from portal.store.slots import Slot
from tests import builders
from tests.builders import PRICE, purse
from tests.conftest import TOCHKA
from tests.web.conftest import disable, entrust

REASON = "Клиент попросил по телефону"
HTMX = {"HX-Request": "true", "HX-Target": "results"}
#: Зоя has free what the slot costs, and as much on its way back.
UNTOUCHED = (PRICE, 0, PRICE)
EARLY, LATE = "?from=2026-11-25", "?from=2026-11-26"


@pytest.fixture
def anna(world):
    return world.browser_of("anna")


def bought(world):
    """Return the consultation that has taken the slot, None while it is free."""
    with world.app.app_context(), transaction() as session:
        return session.scalars(
            select(Consultation).where(Consultation.slot_id == world.slot)
        ).one_or_none()


def place(world, name="zoya"):
    """Return the address of the third step; Зоя has as much free as the slot costs."""
    return f"/consultations/buy/{world.people[name]}/{world.slot}"


def form(way, reason=REASON):
    return {"way": f"{way}-rub", "reason": reason}


def held(world, name="zoya"):
    """Return free, reserved and travelling kopecks, and what does not hold in the book."""
    with world.app.app_context():
        return purse(world.people[name]), builders.errors_in_the_book()


def plain(answer):
    return answer.text.replace("\u00a0", " ")


def test_the_lists_lead_to_the_steps_and_each_step_to_the_next(world, anna):
    zoya = world.people["zoya"]
    assert 'href="/consultations/buy"' in anna.get("/consultations").text
    assert f'href="/consultations/buy/{zoya}"' in anna.get(f"/users/{zoya}").text

    assert f'href="/consultations/buy/{zoya}"' in anna.get("/consultations/buy").text
    assert f'href="{place(world)}"' in anna.get(f"/consultations/buy/{zoya}").text
    assert "Зоя Канарейкина" in anna.get(place(world)).text
    assert bought(world) is None


def test_only_clients_are_found_and_a_part_of_the_page_is_enough_for_htmx(anna):
    whole, part = (
        anna.get("/consultations/buy"),
        anna.get("/consultations/buy?q=Канарейкина", headers=HTMX),
    )

    assert "Кирилл Клиентов" in whole.text
    assert "Вера Смотрящая" not in whole.text
    assert ("Зоя Канарейкина" in part.text, "Кирилл" in part.text) == (True, False)
    assert "<html" not in part.text
    assert part.headers["HX-Push-Url"].startswith("/consultations/buy?q=")


def test_time_is_narrowed_by_specialist_and_day(world, anna):
    step = f"/consultations/buy/{world.people['zoya']}"

    assert "Доктор Седов, 3 000 ₽" in plain(anna.get(step + EARLY))
    assert place(world) not in anna.get(step + LATE).text
    assert "Показать всё время" in anna.get(f"{step}?specialist=Никто").text
    part = anna.get(f"{step}?specialist=Доктор+Седов", headers=HTMX)
    assert (place(world) in part.text, "<html" in part.text) == (True, False)


def test_a_price_is_told_in_every_currency_and_only_a_bank_that_takes_it_is_paid(world, anna):
    with world.app.app_context(), transaction() as session:
        session.get_one(Slot, world.slot).price_kzt_minor = 20_000_00

    listed = plain(anna.get(f"/consultations/buy/{world.people['zoya']}"))
    page = plain(anna.get(place(world)))

    assert "3 000 ₽ или 20 000 ₸" in listed
    assert ('value="link-rub"' in page, 'value="link-kzt"' in page) == (True, False)
    assert "По ссылке 20 000 ₸: нет счёта в банке, который примет оплату." in page
    assert anna.post(place(world), {"way": "link-kzt", "reason": REASON}).status_code == 422
    assert bought(world) is None


def test_each_way_says_what_it_means_and_a_card_why_not(world, anna):
    page = plain(anna.get(place(world)))

    assert "По ссылке: клиент оплатит 3 000 ₽" in page
    assert "Баланс: свободно 3 000,00 ₽ → 0,00 ₽." in page
    assert "Подарок вместо 3 000 ₽" in page
    assert "С привязанной карты без клиента: банк так не списывает." in page
    assert re.findall(r'<input [^>]*checked id="way[^>]*value="([^"]+)"', page) == ["link-rub"]


def test_what_two_currencies_have_in_common_is_said_once(world, anna):
    kazakh = {"connector": "freedompay", "merchant_id": "1", "secret_key": "s"}
    kazakh["callback_url"] = "https://pay.example.test/webhooks/kazakh"
    world.app.extensions["banks"] = build_banks({"tochka": TOCHKA, "kazakh": kazakh})
    with world.app.app_context(), transaction() as session:
        session.get_one(Slot, world.slot).price_kzt_minor = 20_000_00

    page = plain(anna.get(place(world)))

    assert 'value="link-kzt"' in page
    assert page.count("С привязанной карты без клиента: банк так не списывает.") == 1


ACCOUNTS = {
    "charges cards": (
        {"chargeable_cards": True, "receipt": "us"},
        ["link-rub", "balance-rub", "gift-rub"],
        "у клиента нет карты, которую портал может списать сам",
    ),
    "takes nothing": (
        {"mode": "refund_only"},
        ["balance-rub", "gift-rub"],
        "По ссылке 3 000 ₽: нет счёта в банке, который примет оплату.",
    ),
}


@pytest.mark.parametrize(("settings", "ways", "said"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_what_the_bank_can_decides_what_is_offered(world, anna, settings, ways, said):
    world.app.extensions["banks"] = build_banks({"tochka": {**TOCHKA, **settings}})

    page = plain(anna.get(place(world)))

    assert re.findall(r'name="way"[^>]* value="([^"]+)"', page) == ways
    assert said in page


def test_a_balance_that_is_too_low_is_not_offered_and_says_what_is_lacking(world, anna):
    page = plain(anna.get(place(world, "kirill")))

    assert "balance-rub" not in page
    assert "С баланса: свободно 0,00 ₽, не хватает 3 000,00 ₽." in page
    answer = anna.post(place(world, "kirill"), form("balance"))
    assert (answer.status_code, "Этого способа больше нет" in answer.text) == (422, True)
    assert bought(world) is None


def test_a_link_leads_to_what_is_handed_over(world, anna):
    answer = anna.post(place(world), form("link"))

    found = bought(world)
    assert answer.location == f"/consultations/{found.id}/link"
    page = plain(anna.get(answer.location))
    assert "Деньги не двигались: передайте ему ссылку на оплату." in page
    assert f'value="http://127.0.0.1:8000/pay/{found.pay_token}"' in page
    assert 'aria-label="QR-код ссылки на оплату 3 000 ₽"' in page
    assert (found.client_id, found.pay_until) == (world.people["zoya"], None)
    assert held(world) == (UNTOUCHED, [])


def test_the_balance_pays_at_once(world, anna):
    answer = anna.post(place(world), form("balance"))

    found = bought(world)
    assert (answer.location, found.is_paid) == (f"/consultations/{found.id}", True)
    page = plain(anna.get(answer.location))
    assert "Клиент записан, консультация оплачена с его баланса." in page
    assert "Консультация оплачена с баланса" in page
    assert held(world) == ((0, PRICE, PRICE), [])
    again = anna.get(f"/consultations/{found.id}/link")
    assert "Консультация оплачена, ссылка больше не нужна." in again.text


def test_a_gift_stands_on_the_card_with_its_reason_and_asks_for_nothing(world, anna):
    answer = anna.post(place(world), form("gift", "Подарок  к юбилею "))

    page = plain(anna.get(answer.location))
    assert answer.location == f"/consultations/{bought(world).id}"
    assert "вместо 3 000,00 ₽: Подарок к юбилею" in " ".join(page.split())
    assert ("Ссылка на оплату" in page, "Не оплачено" in page) == (False, False)
    assert held(world) == (UNTOUCHED, [])
    own = plain(world.browser_of("zoya").get("/account"))
    assert ("Доктор Седов, бесплатно" in own, "юбилею" in own) == (True, False)
    card = f"/users/{world.people['zoya']}?tab=consultations"
    read = [plain(anna.get(path)) for path in ("/consultations", "/consultations?format=csv", card)]
    assert ["Подарена" in each for each in (page, own, *read)] == [True] * 5
    journal = plain(world.browser_of("gleb").get("/audit"))
    assert "Консультация подарена, 3 000,00 ₽" in journal


@pytest.mark.parametrize("way", ["link", "balance", "gift"])
def test_a_second_press_and_the_way_back_find_what_was_bought(world, anna, way):
    first = anna.post(place(world), form(way)).location
    before = bought(world).id, held(world)

    second = anna.post(place(world), form("balance"))
    told, back = anna.get(second.location), anna.get(place(world))

    assert second.location == first
    assert "Второй раз ничего не записано" in told.text
    assert (back.status_code, "Клиент уже записан на это время" in back.text) == (409, True)
    assert f"/consultations/{before[0]}" in back.text
    assert (bought(world).id, held(world)) == before


@pytest.mark.parametrize("way", ["link", "balance", "gift"])
def test_time_that_is_gone_is_told_with_a_way_back(world, anna, way):
    world.browser_of("kirill").post(f"/account/book/{world.slot}")

    answers = anna.get(place(world)), anna.post(place(world), form(way))

    assert [answer.status_code for answer in answers] == [409, 409]
    for answer in answers:
        assert "Это время только что занял другой клиент." in answer.text
        assert "Клиент не записан, деньги не двигались. Выберите другое время." in answer.text
        assert f'action="/consultations/buy/{world.people["zoya"]}"' in answer.text
    assert bought(world).client_id == world.people["kirill"]
    assert held(world) == (UNTOUCHED, [])


WRONG = {
    "no reason": ({"way": "gift-rub", "reason": "  "}, "Напишите, на каком основании"),
    "no way": ({"reason": REASON}, "Выберите, как оплатить"),
    "another way": ({"way": "card-rub", "reason": REASON}, "Этого способа больше нет"),
    "a long reason": ({"way": "gift-rub", "reason": "а" * 501}, "Не больше 500 знаков"),
}


@pytest.mark.parametrize(("wrong", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_form_says_so_and_buys_nothing(world, anna, wrong, said):
    answer = anna.post(place(world), wrong)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert bought(world) is None
    assert held(world) == (UNTOUCHED, [])


@pytest.mark.parametrize("name", ["vera", "oleg"])
def test_for_whom_nothing_is_bought_is_told(world, anna, name):
    step = f"/consultations/buy/{world.people[name]}"

    answers = (
        anna.get(step),
        anna.get(place(world, name)),
        anna.post(place(world, name), form("gift")),
    )

    assert [answer.status_code for answer in answers] == [409] * 3
    assert all("он работает здесь или отключён" in answer.text for answer in answers)
    assert "Купить консультацию" not in anna.get(f"/users/{world.people[name]}").text
    assert bought(world) is None


def test_a_disabled_client_is_named_and_leads_nowhere(world, anna):
    with world.app.app_context():
        disable(world.people["kirill"])

    page = anna.get("/consultations/buy?q=Клиентов").text

    assert "отключён" in page
    assert f"/consultations/buy/{world.people['kirill']}" not in page


def test_who_may_only_book_sees_no_balance_and_spends_none(world):
    with world.app.app_context():
        entrust(world.people["kirill"], Permission.CONSULTATIONS_BOOK)
    kirill = world.browser_of("kirill")

    listed, page = kirill.get("/consultations/buy").text, plain(kirill.get(place(world)))

    assert ("Свободно" in listed, "свободно" in page) == (False, False)
    assert "С баланса: нужно право «Смотреть пользователей»" in page
    assert kirill.post(place(world), form("balance")).status_code == 422
    assert kirill.post(place(world), form("gift")).location == "/consultations/buy"
    assert held(world) == (UNTOUCHED, [])


def test_who_may_only_look_is_led_nowhere_and_buys_nothing(world):
    vera = world.browser_of("vera")

    answers = vera.get(place(world)), vera.post(place(world), form("gift"))

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "/consultations/buy" not in vera.get("/consultations").text
    assert "/consultations/buy" not in vera.get(f"/users/{world.people['zoya']}").text
    assert bought(world) is None
