"""`flask worker` and `flask cron`: the two processes behind the web."""

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.jobs.worker import run_cron, run_worker


@click.command("worker")
@click.option("--burst", is_flag=True, help="Сделать всё, что ждёт, и выйти.")
@with_appcontext
def worker_command(burst: bool) -> None:
    """Take jobs from the queue until stopped."""
    portal = current_app.config["PORTAL"]
    run_worker(current_app._get_current_object(), portal.redis_url, burst=burst)  # type: ignore[attr-defined]  # werkzeug's proxy


@click.command("cron")
@with_appcontext
def cron_command() -> None:
    """Ring for due rows every few seconds; run exactly one of these."""
    portal = current_app.config["PORTAL"]
    run_cron(current_app._get_current_object(), portal.redis_url)  # type: ignore[attr-defined]  # werkzeug's proxy
