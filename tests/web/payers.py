"""What a payer and the bank do at a checkout."""

from portal.domain.payments import PaymentMethod
from tests import builders


def starts(world, method=PaymentMethod.SBP):
    """Get a link of the bank for the scheduled consultation."""
    with world.app.app_context():
        return builders.start_to_pay(world.bank, world.scheduled, method)


def pays(world, payment):
    """Let the bank take the money."""
    with world.app.app_context():
        builders.pay(world.bank, payment)


def bank_page(world, payment):
    """Return where the bank takes this payment."""
    with world.app.app_context():
        return builders.payment(payment).link_url


def cancels(world):
    """Cancel the scheduled consultation."""
    with world.app.app_context():
        builders.cancel(world.actor("anna"), world.scheduled)
