"""`flask ledger …`: the book can be added up by anybody at any time (C3)."""

import click
from flask.cli import AppGroup

from portal.domain import clock
from portal.usecases.book import check_book

ledger_group = AppGroup("ledger", help="Книга движений денег.")


@ledger_group.command("verify")
def verify_command() -> None:
    """Add up every account, payment and refund again; exit 1 when a sum does not hold.

    «Обзор» shows what was found, until a later run.
    """
    wrong = check_book(now=clock.now())
    for one in wrong:
        click.echo(str(one), err=True)
    if wrong:
        raise SystemExit(1)
    click.echo("Книга сходится: остатки равны суммам проводок, сумма по каждой валюте равна нулю.")
