"""The pages for people: the entrance, the control page and the health check."""

from flask import Blueprint, render_template

from portal.sandbox.clock import in_iso
from portal.sandbox.deliveries import Delivery
from portal.sandbox.fault_words import FAULT_WORDS
from portal.sandbox.faults import CALLS, Fault
from portal.sandbox.freedompay.operations import Payment
from portal.sandbox.journal import JournalEntry
from portal.sandbox.tochka.events import Registration
from portal.sandbox.tochka.operations import Operation
from portal.sandbox.tochka.rules import current_rules
from portal.sandbox.tochka.views import show_operation
from portal.sandbox.world import World, current_world

ROWS = 50

control_page = Blueprint("control_page", __name__)


@control_page.get("/healthz")
def healthz() -> str:
    """Say that the process serves."""
    return "ok"


@control_page.get("/")
def entrance() -> str:
    """Show where everything is."""
    return render_template("sandbox/entrance.html", settings=current_world().settings)


@control_page.get("/_control/")
def show() -> str:
    """Show the newest operations, the journal, the faults and the webhook queue."""
    world = current_world()
    now = world.now()
    operations = world.store.list_all(Operation)[: -ROWS - 1 : -1]
    return render_template(
        "sandbox/control.html",
        now=in_iso(now),
        operations=[show_operation(each, now) for each in operations],
        entries=world.store.list_all(JournalEntry)[: -ROWS - 1 : -1],
        faults=world.store.list_all(Fault),
        deliveries=world.store.list_all(Delivery)[: -ROWS - 1 : -1],
        registration=world.store.find(Registration, world.settings.client_id),
        rules=current_rules(world).model_dump(),
        banks=sorted(CALLS),
        kzt_operations=_payments(world),
        calls=["*", "webhook", *sorted(frozenset().union(*CALLS.values()))],
        fault_words=FAULT_WORDS,
    )


def _payments(world: World) -> list[tuple[Payment, str]]:
    now = world.now()
    newest = world.store.list_all(Payment)[: -ROWS - 1 : -1]
    return [(each, each.status(now)) for each in newest]


def in_tenge(amount_minor: int, currency: str) -> str:
    """Write a sum of Freedom Pay the same way, with its own currency."""
    sign = {"KZT": "₸", "RUB": "₽"}.get(currency, currency)
    return in_roubles(amount_minor).replace("₽", sign)


def in_roubles(amount_minor: int) -> str:
    """Write kopecks the Russian way, with no-break spaces between the groups."""
    roubles, kopecks = divmod(amount_minor, 100)
    grouped = f"{roubles:,}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{grouped},{kopecks:02}\N{NO-BREAK SPACE}₽"
