"""`flask audit …`: anybody with the database can prove the journal, at any time (I-46)."""

import re

import click
from flask.cli import AppGroup

from portal.domain.journal import Fault
from portal.usecases.journal import verify_journal

audit_group = AppGroup("audit", help="Журнал действий.")
HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
FAULTS = {
    Fault.MISSING: "записи нет",
    Fault.CHANGED: "запись изменена",
    Fault.EXTRA: "лишняя запись",
    Fault.REWRITTEN: "запись не та, что была при прежней проверке",
}


def _heads(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> dict[int, str]:
    found = [HEAD.fullmatch(text) for text in texts]
    if not all(found):
        raise click.BadParameter("нужен номер и отпечаток: 1234:9f86d081…, 64 знака")
    return {int(match[1]): match[2] for match in found if match}


@audit_group.command("verify")
@click.option(
    "--head",
    "known",
    multiple=True,
    callback=_heads,
    help="Голова, записанная раньше, N:ОТПЕЧАТОК из audit-heads.log; можно несколько.",
)
def verify_command(known: dict[int, str]) -> None:
    """Walk the chain of the journal; exit 1 and name the first broken entry if there is one."""
    checked = verify_journal(known=known)
    head, broken = checked.head, checked.broken
    if broken is not None:
        click.echo(f"нарушена на записи {broken.number}: {FAULTS[broken.fault]}", err=True)
        raise SystemExit(1)
    click.echo(f"цела: {head.number} записей, голова {head.number}:{head.hash}")
