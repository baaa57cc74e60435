"""`flask users …`: the first super-admin is made here, and nowhere else by default."""

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup
from sqlalchemy import select

from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.errors import EmailTaken, NotFound
from portal.domain.permissions import Role
from portal.domain.sms import e164
from portal.jobs.letters import LINK_MINUTES, password_link
from portal.store.db import db
from portal.store.users import User
from portal.usecases.passwords import note_link
from portal.usecases.users import NewUser, create_user
from portal.usecases.yandex import make_code

MIN_PASSWORD_CHARACTERS = 12
users_group = AppGroup("users", help="Люди портала.")


@users_group.command("create")
@click.option("--email", prompt="Почта", help="По ней человек входит.")
@click.option("--name", prompt="Фамилия Имя Отчество", help="Как показывать человека.")
@click.option("--role", type=click.Choice(list(Role)), required=True, help="Роль.")
@click.option("--phone", default=None, help="Телефон в виде +79991234567.")
@click.password_option(help="Пароль, от 12 знаков.")
def create(email: str, name: str, role: str, phone: str | None, password: str) -> None:
    """Make a person who can sign in."""
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise click.ClickException(f"Пароль короче {MIN_PASSWORD_CHARACTERS} знаков.")
    if phone and e164(phone) is None:
        raise click.ClickException("Телефон записан неверно: нужен вид +79991234567.")
    try:
        checked = validate_email(email, check_deliverability=False).normalized
        number = create_user(
            NewUser(checked, name.strip(), Role(role), e164(phone), password),
            actor=SYSTEM,
            now=clock.now(),
        )
    except EmailNotValidError as error:
        raise click.ClickException(f"Почта записана неверно: {error}") from None
    except EmailTaken:
        raise click.ClickException("Человек с такой почтой уже есть.") from None
    click.echo(f"Создан № {number}: {name} ({role}).")


@users_group.command("yandex-code")
@click.argument("email")
def yandex_code(email: str) -> None:
    """Print a one-time code in the place of Yandex; the journal knows of it."""
    try:
        code = make_code(email, actor=SYSTEM, now=clock.now())
    except NotFound:
        raise click.ClickException("Действующего человека с такой почтой нет.") from None
    half = len(code) // 2
    click.echo(f"{code[:half]}-{code[half:]}")
    click.echo("Действует 10 минут, один раз. Прежние коды больше не действуют.")


@users_group.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time link with which a person sets their password; the journal knows of it."""
    user_id = db.session.scalar(
        select(User.id).where(User.email == email.strip().lower(), User.is_active)
    )
    db.session.rollback()
    if user_id is None:
        raise click.ClickException("Действующего человека с такой почтой нет.")
    click.echo(password_link(note_link(user_id, actor=SYSTEM, now=clock.now())))
    click.echo(f"Действует {LINK_MINUTES} минут, один раз.")
