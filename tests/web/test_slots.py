"""Staff offer and withdraw slots on their own pages (G1)."""

import pytest

from portal.domain.permissions import Permission
from portal.store.db import transaction
from portal.store.lists import PageRequest
from portal.store.slot_lists import list_slots
from tests.builders import NOW
from tests.web.conftest import entrust

FORM = {
    "specialist": " Доктор  Ким ",
    "day": "2026-11-26",
    "times": "10:00, 11.30; 9:05",
    "minutes": "50",
    "fee": "paid",
    "price": "3 500,50",
}


def slots(world):
    with world.app.app_context(), transaction() as session:
        rows = list_slots(session, PageRequest(), None, now=NOW).items
        return [(row.slot, row.status.value) for row in rows if row.slot.id != world.slot]


def test_a_row_of_times_is_a_row_of_slots(world):
    answer = world.browser_of("anna").post("/slots/new", FORM)

    assert (answer.status_code, answer.location) == (303, "/slots")
    assert [
        (slot.specialist, f"{slot.starts_at:%d %H:%M}", f"{slot.ends_at:%H:%M}")
        for slot, _ in slots(world)
    ] == [
        ("Доктор Ким", "26 08:30", "09:20"),
        ("Доктор Ким", "26 07:00", "07:50"),
        ("Доктор Ким", "26 06:05", "06:55"),
    ]
    assert {(slot.price_rub_minor, slot.price_kzt_minor) for slot, _ in slots(world)} == {
        (350_050, None)
    }


def test_a_slot_may_have_a_price_in_tenge_too(world):
    anna = world.browser_of("anna")

    anna.post("/slots/new", {**FORM, "times": "10:00", "price_kzt": "21 000"})

    (slot,) = [slot for slot, _ in slots(world)]
    assert (slot.price_rub_minor, slot.price_kzt_minor) == (350_050, 2_100_000)
    assert "21 000,00 ₸" in anna.get("/slots").text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_slot_free_of_charge_has_no_price(world):
    form = {**FORM, "times": "10:00", "fee": "free", "price": ""}

    world.browser_of("anna").post("/slots/new", form)

    assert [slot.is_paid for slot, _ in slots(world)] == [False]


WRONG = {
    "nobody": ({"specialist": " "}, "Напишите, кто консультирует"),
    "no day": ({"day": "завтра"}, "Выберите день"),
    "no such day": ({"day": "2026-02-30"}, "Такого дня нет"),
    "no time": ({"times": "в обед"}, "Напишите время через запятую"),
    "no such hour": ({"times": "24:00"}, "Напишите время через запятую"),
    "too many": ({"times": "10:00 " * 21}, "Напишите время через запятую"),
    "no length": ({"minutes": "час"}, "Напишите длительность числом"),
    "no price": ({"price": ""}, "Введите цену числом"),
    "nothing": ({"price": "0"}, "Введите цену числом"),
    "a price of what is free": ({"fee": "free"}, "выбрали «Бесплатно»"),
    "tenge of what is free": (
        {"fee": "free", "price": "", "price_kzt": "1"},
        "выбрали «Бесплатно»",
    ),
    "tenge of no number": ({"price_kzt": "много"}, "Введите цену числом"),
}


@pytest.mark.parametrize(("wrong", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_form_says_so_and_offers_nothing(world, wrong, said):
    answer = world.browser_of("anna").post("/slots/new", {**FORM, **wrong})

    assert answer.status_code == 422
    assert said in answer.text
    assert slots(world) == []


REFUSED = {
    "past": ({"day": "2026-11-23"}, "это время уже прошло"),
    "too short": ({"minutes": "4"}, "от 5 минут до 8 часов"),
    "twice": ({"times": "10:00 10:30"}, "специалист в это время занят"),
}


@pytest.mark.parametrize(("wrong", "said"), REFUSED.values(), ids=REFUSED)
def test_a_row_that_breaks_a_rule_is_refused_whole(world, wrong, said):
    answer = world.browser_of("anna").post("/slots/new", {**FORM, **wrong})

    assert answer.status_code == 409
    assert said in answer.text
    assert "Ни один слот не добавлен" in answer.text
    assert slots(world) == []


def test_a_withdrawn_slot_is_no_longer_offered(world):
    anna = world.browser_of("anna")
    asked = anna.get(f"/slots/{world.slot}/withdraw").text

    answer = anna.post(f"/slots/{world.slot}/withdraw")

    assert "Клиенты больше не увидят это время" in asked
    assert answer.location == "/slots"
    assert "Снят" in anna.get("/slots").text
    assert "Седов" not in world.browser_of("kirill").get("/account/book").text


def test_a_taken_slot_leads_to_its_consultation_instead(world):
    world.browser_of("kirill").post(f"/account/book/{world.slot}")
    anna = world.browser_of("anna")

    answer = anna.post(f"/slots/{world.slot}/withdraw")

    assert answer.status_code == 409
    assert "Слот уже занят" in answer.text
    assert "Кирилл Клиентов" in anna.get("/slots?status=taken").text
    assert "Слотов пока нет" not in anna.get("/slots?status=withdrawn").text


def test_a_client_entrusted_with_booking_sees_the_slots(world):
    with world.app.app_context():
        entrust(world.people["zoya"], Permission.CONSULTATIONS_BOOK)

    assert world.browser_of("zoya").get("/slots").status_code == 200
