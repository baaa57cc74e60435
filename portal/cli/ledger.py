"""`flask ledger …`: the book can be added up by anybody at any time (C3)."""

import click
from flask.cli import AppGroup

from portal.store.db import db
from portal.store.verifications import verify

ledger_group = AppGroup("ledger", help="Книга движений денег.")


@ledger_group.command("verify")
def verify_command() -> None:
    """Add up every account, payment and refund again; exit 1 when a sum does not hold."""
    faults = list(verify(db.session()))
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    click.echo("Книга сходится: остатки равны суммам проводок, сумма по каждой валюте равна нулю.")
