"""`flask seed`: people and consultations to look at, paid through the simulated bank."""

import click
from flask.cli import with_appcontext


@click.command("seed")
@with_appcontext
def seed_command() -> None:
    """Fill an empty local database with demo data; does nothing when there are people already."""
