"""Staff book a slot for a client and get the link that the client pays by (G1, F1)."""

from sqlalchemy import select

from portal.store.audit import AuditEntry
from portal.store.consultations import Consultation
from portal.store.db import transaction
from tests import builders

REASON = {"reason": "Клиент попросил по телефону"}


def booked(world):
    with world.app.app_context(), transaction() as session:
        return session.scalars(
            select(Consultation).where(Consultation.slot_id == world.slot)
        ).one_or_none()


def place(world, name="kirill"):
    return f"/users/{world.people[name]}/book/{world.slot}"


def test_the_card_of_a_client_leads_to_free_time_and_to_what_it_means(world):
    anna, kirill = world.browser_of("anna"), world.people["kirill"]

    assert f"/users/{kirill}/book" in anna.get(f"/users/{kirill}").text
    assert place(world) in anna.get(f"/users/{kirill}/book").text
    text = anna.get(place(world)).text
    assert "Кирилл Клиентов" in text
    assert "Деньги не списываются" in text
    assert booked(world) is None


def test_who_books_is_kept_with_the_reason_and_led_to_the_link(world):
    anna = world.browser_of("anna")

    answer = anna.post(place(world), REASON)

    found = booked(world)
    assert answer.location == f"/consultations/{found.id}"
    assert (found.client_id, found.pay_until) == (world.people["kirill"], None)
    assert found.pay_token in anna.get(answer.location).text
    with world.app.app_context(), transaction() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.object_id == found.id).order_by(AuditEntry.id)
        ).all()[-1]
    assert (entry.action, entry.actor_id) == ("consultation.book", world.people["anna"])
    assert entry.reason == REASON["reason"]


def test_without_a_reason_nobody_is_booked(world):
    answer = world.browser_of("anna").post(place(world), {"reason": "  "})

    assert answer.status_code == 422
    assert "Напишите, на каком основании" in answer.text
    assert booked(world) is None


def test_a_slot_that_the_client_was_slower_for_is_told(world):
    world.browser_of("zoya").post(f"/account/book/{world.slot}")

    answer = world.browser_of("anna").post(place(world), REASON)

    assert answer.status_code == 409
    assert "Клиент не записан, деньги не двигались" in answer.text
    assert booked(world).client_id == world.people["zoya"]
    with world.app.app_context():
        assert builders.errors_in_the_book() == []


def test_who_may_only_look_books_nobody(world):
    vera = world.browser_of("vera")

    assert [vera.get(place(world)).status_code, vera.post(place(world), REASON).status_code] == [
        403,
        403,
    ]
    assert (
        f"/users/{world.people['kirill']}/book"
        not in vera.get(f"/users/{world.people['kirill']}").text
    )
    assert booked(world) is None
