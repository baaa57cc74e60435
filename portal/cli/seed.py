"""`flask seed`: people and consultations to look at, paid through the simulated bank."""

from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from portal.cli.demo import CLIENTS, HISTORY, STAFF, YANDEX, Played
from portal.cli.demo_slots import demo_slots
from portal.cli.payer import SimulatedPayer
from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.money import Currency
from portal.store.db import db
from portal.store.users import User
from portal.usecases.bookings import Taking, take_slot
from portal.usecases.slots import offer_slots
from portal.usecases.users import NewUser, create_user
from portal.usecases.yandex import link_yandex


@click.command("seed")
@with_appcontext
def seed_command() -> None:
    """Fill an empty local database with demo data; does nothing when there are people already."""
    portal = current_app.config["PORTAL"]
    if not portal.is_local:
        raise click.ClickException("Учебные данные бывают только в локальном режиме.")
    if db.session.scalar(select(User.id).limit(1)) is not None:
        click.echo("Люди уже есть: учебные данные не нужны.")
        return
    db.session.rollback()
    ids = {person.email: _create(person) for person in (*STAFF, *CLIENTS)}
    for email, account in YANDEX.items():
        link_yandex(ids[email], account, actor=SYSTEM, now=clock.now())
    payer = SimulatedPayer(portal.sandbox_url)
    for story in HISTORY:
        Played(story, ids, payer).play()
    offered = offer_slots(demo_slots(clock.now()), actor=SYSTEM, now=clock.now())
    # Sold in roubles and in tenge: there the checkout takes cards of other countries too.
    taking = Taking(offered[-1], ids["client.kz@ponimayu.test"], Currency.RUB, timedelta())
    take_slot(taking, actor=SYSTEM, now=clock.now())
    click.echo(f"Создано: людей {len(ids)}, консультаций {len(HISTORY)}.")


def _create(person: NewUser) -> int:
    return create_user(person, actor=SYSTEM, now=clock.now())
