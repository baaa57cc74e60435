"""`flask banks|webhooks|deliveries …`: connections with banks, in words."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import AppGroup

from portal.domain import clock
from portal.domain.actors import SYSTEM
from portal.domain.errors import NotFound
from portal.domain.ports import BankError, Severity, WebhookRegistration
from portal.jobs import deliveries
from portal.jobs.accounts import banks
from portal.jobs.queue import nudge
from portal.usecases.deliveries import requeue_delivery

SIGNS = {Severity.OK: "✓", Severity.WARNING: "!", Severity.PROBLEM: "✗"}
banks_group = AppGroup("banks", help="Счета в банках.")
webhooks_group = AppGroup("webhooks", help="Подписка на события банка.")
deliveries_group = AppGroup("deliveries", help="То, что прислали банки.")


@banks_group.command("check")
def check() -> None:
    """Ask every bank what works and what does not; exit 1 when something must be mended."""
    problems = 0
    for account in banks():
        click.echo(f"{account.title} ({account.name}, {account.mode.value}, {account.currency})")
        for finding in account.connector.check():
            problems += finding.severity is Severity.PROBLEM
            click.echo(f"  {SIGNS[finding.severity]} {finding.subject}: {finding.text}")
            if finding.hint:
                click.echo(f"    {finding.hint}")
    if problems:
        raise SystemExit(1)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BankError as error:
        raise click.ClickException(f"Банк не выполнил: {error}") from None


def _registrations() -> Iterator[tuple[str, WebhookRegistration]]:
    for account in banks():
        if isinstance(account.connector, WebhookRegistration):
            yield account.name, account.connector


@webhooks_group.command("register")
def register() -> None:
    """Tell every bank where to send events; the bank sends a test event to this portal first."""
    for name, connector in _registrations():
        url = f"{current_app.config['PORTAL'].public_url}/webhooks/{name}/payment"
        with _told():
            connector.register_webhook(url)
        click.echo(f"{name}: события придут на {url}")


@webhooks_group.command("show")
def show() -> None:
    """Show where every bank sends events now."""
    for name, connector in _registrations():
        with _told():
            click.echo(f"{name}: {connector.webhook_url() or 'подписки нет'}")


@webhooks_group.command("delete")
@click.argument("name")
def delete(name: str) -> None:
    """Stop the events of account NAME; the poller goes on finding payments."""
    for account_name, connector in _registrations():
        if account_name == name:
            with _told():
                connector.delete_webhook()
            click.echo(f"{name}: подписка снята")
            return
    raise click.ClickException(f"Счёта {name} с подпиской нет.")


@webhooks_group.command("test")
def test() -> None:
    """Ask every bank to send a test event."""
    for name, connector in _registrations():
        with _told():
            connector.send_test_webhook()
        click.echo(f"{name}: банк отправил проверочное событие")


@deliveries_group.command("replay")
@click.argument("delivery_id", type=int)
def replay(delivery_id: int) -> None:
    """Read the operation of a stored delivery again; harmless however often it is done."""
    try:
        requeue_delivery(delivery_id, actor=SYSTEM, now=clock.now())
    except NotFound:
        raise click.ClickException(f"События № {delivery_id} нет.") from None
    nudge(deliveries.apply, delivery_id)
    click.echo(f"Событие № {delivery_id} будет прочитано ещё раз.")
