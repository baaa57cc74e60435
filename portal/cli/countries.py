"""`flask countries …`: which country an address is in, and a newer file to tell it."""

import shutil
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from portal.identity.countries import SHIPPED, BadCountries, Countries, checked

countries_group = AppGroup("countries", help="Страны по адресам.")


def _place() -> Path:
    place: Path | None = current_app.config["PORTAL"].countries_file
    return place or SHIPPED


@countries_group.command("show")
@click.argument("address")
def show(address: str) -> None:
    """Show the country of an ADDRESS, and how old the file is."""
    countries = Countries(_place())
    made = f"{countries.made_at:%d.%m.%Y}" if countries.made_at else "файла нет"
    click.echo(f"{address}: {countries.country_of(address) or 'неизвестна'} (файл: {made})")


@countries_group.command("refresh")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def refresh(file: Path) -> None:
    """Take a newer FILE (.mmdb) in place of the one in use; processes read it when they start."""
    try:
        made_at = checked(file).made_at
    except BadCountries as fault:
        raise click.ClickException(f"Файл не взят, прежний на месте: {fault}.") from None
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    shutil.copyfile(file, fresh)
    fresh.replace(place)
    click.echo(f"Взят файл от {made_at:%d.%m.%Y}: {place}. Перезапустите процессы портала.")
