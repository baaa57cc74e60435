"""`python -m bench.damage`: random damage to the journal of a copied database, each looked for."""

import argparse
import tempfile
import time
from pathlib import Path

import flask_migrate

from portal.store.db import db
from portal.usecases.journal import verify_journal
from tests import servers
from tests.damage import campaign, copied, write_history
from tests.duels import portal_of


def damage(name: str, url: str, rounds: int, seed: int) -> None:
    """Make a history, copy its database, damage the copy, and print what was not found."""
    with portal_of(url).app_context():
        flask_migrate.upgrade()
        write_history(clients=40)
        length = verify_journal(known={}).head.number
        db.session.remove()
        db.engine.dispose()
    started = time.perf_counter()
    with copied(url) as copy:
        missed = campaign(copy, seed, rounds)
    spent = time.perf_counter() - started
    print(f"{name}: {rounds:,} times in {length} entries, {len(missed)} not found, {spent:.0f} s")
    for miss in missed[:20]:
        print(f"  {miss}")


def main() -> None:
    """Damage so many times on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = f"sqlite:///{Path(folder) / 'portal.sqlite'}"
        damage("SQLite", file, wanted.rounds, wanted.seed)
    with servers.postgresql() as url:
        # Its own database: what has a template must have nobody connected.
        damage("PostgreSQL", url.replace("/postgres?", "/template1?"), wanted.rounds, wanted.seed)


if __name__ == "__main__":
    main()
