"""Money that has paid for another consultation does not wait for a refund any more (C1, E1)."""

from portal.usecases.balances import pay_from_balance
from tests import builders
from tests.builders import NOW


def test_a_payment_waits_for_a_refund_only_while_its_money_is_free(world):
    anna, clients = world.browser_of("anna"), world.people
    line = f'href="/payments/{world.payment}"'
    assert line in anna.get("/payments?flag=owed").text

    with world.app.app_context():
        pay_from_balance(world.scheduled, actor=builders.person(clients["zoya"]), now=NOW)
    booked = anna.get("/payments?flag=owed").text
    with world.app.app_context():
        builders.cancel(world.actor("anna"), world.scheduled)

    assert line not in booked
    assert line in anna.get("/payments?flag=owed").text


def test_what_became_of_the_other_consultation_is_told_to_who_reads_consultations(world):
    with world.app.app_context():
        pay_from_balance(world.scheduled, actor=builders.person(world.people["zoya"]), now=NOW)
        builders.cancel(world.actor("anna"), world.scheduled)
    card, cancelled = f"/payments/{world.payment}", "Консультация отменена"

    told = world.browser_of("anna").get(card).text.count(cancelled)
    without = world.browser_of("gulya").get(card).text.count(cancelled)

    assert (told, without) == (2, 1)


def test_the_card_of_a_payment_says_what_is_in_the_way(world):
    anna, card = world.browser_of("anna"), f"/payments/{world.payment}"
    free = anna.get(card).text
    with world.app.app_context():
        pay_from_balance(world.scheduled, actor=builders.person(world.people["zoya"]), now=NOW)
        paid = builders.book(world.people["zoya"])
        scheduled = builders.start_to_pay(world.bank, paid)
        builders.pay(world.bank, scheduled)
    held = anna.get(f"/payments/{scheduled}").text

    assert ("<dt>Можно вернуть</dt>" in free, "Вернуть сейчас нельзя" in free) == (True, False)
    assert "<dt>Можно вернуть</dt>" not in held
    assert "Консультация запланирована на 25\xa0ноября 2026\xa0г., 15:00." in held


def test_the_card_of_a_payment_shows_how_its_money_became_free_again(world):
    card = world.browser_of("anna").get(f"/payments/{world.payment}").text

    steps = ("В резерве на консультацию", "Освобождено после отмены")
    assert [card.count(f">{step}</th>") for step in steps] == [1, 1]


def test_a_refund_is_a_page_of_payments(world):
    page = world.browser_of("anna").get(f"/refunds/{world.refund}").text

    here = page.partition('aria-current="page"')[0].rpartition("<a")[2]
    assert 'href="/payments"' in here


def test_who_returns_no_money_sees_no_empty_column(world):
    pages = [world.browser_of(name).get("/payments").text for name in ("anna", "vera")]

    assert [page.count(">Действие</th>") for page in pages] == [1, 0]
