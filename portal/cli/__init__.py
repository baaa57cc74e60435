"""The command line: `flask --app app …`, each command with its own --help."""

from flask import Flask

from portal.cli.audit import audit_group
from portal.cli.banks import banks_group, deliveries_group, webhooks_group
from portal.cli.countries import countries_group
from portal.cli.ledger import ledger_group
from portal.cli.processes import cron_command, worker_command
from portal.cli.seed import seed_command
from portal.cli.users import users_group


def register_commands(app: Flask) -> None:
    """Attach every command to the application."""
    for command in (
        seed_command,
        users_group,
        ledger_group,
        audit_group,
        countries_group,
        webhooks_group,
        banks_group,
        deliveries_group,
        worker_command,
        cron_command,
    ):
        app.cli.add_command(command)
