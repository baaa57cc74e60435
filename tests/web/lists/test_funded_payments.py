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
