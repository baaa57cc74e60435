"""`python -m bench.duels`: super-admins who strike each other at once, on a PostgreSQL."""

import argparse
import time
from collections import Counter

import flask_migrate

from tests import servers
from tests.duels import KINDS, duel, make_duellists, portal_of


def main() -> None:
    """Fight so many rounds of each kind, and print how they ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    rounds = parser.parse_args().rounds
    with servers.postgresql() as url, portal_of(url).app_context():
        flask_migrate.upgrade()
        duellists = make_duellists()
        for acts in KINDS:
            started = time.perf_counter()
            told = Counter((left, *said) for left, said in duel(url, duellists, acts, rounds))
            spent = time.perf_counter() - started
            print(f"{' against '.join(acts)}: {rounds:,} rounds in {spent:.0f} s")
            for (left, *said), count in told.items():
                print(f"  {count:>8,} times {left} super-admin left, told {', '.join(said)}")


if __name__ == "__main__":
    main()
