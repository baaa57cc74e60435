"""One command beside the local stack, with the environment that the stack's own children have."""

import os
import sys

from flask.cli import cli

from portal.stack.environment import completed, data_dir_of, given_environment
from portal.stack.surroundings import has_tables

#: What is done without rows, or makes the tables.
_NEEDS_NO_ROWS = {"db", "routes", "--help", "--version"}


def main() -> None:
    """Be ``flask --app app …``; what nobody has set is completed as for ``python app.py``.

    Exit with 2 and make nothing when the data folder has no database to speak of.
    """
    given = given_environment()
    data_dir = data_dir_of(given)
    needs_rows = len(sys.argv) > 1 and not _NEEDS_NO_ROWS.intersection(sys.argv[1:])
    if needs_rows and not given.get("PORTAL_DATABASE_URL") and not has_tables(data_dir):
        sys.stderr.write(
            f"В папке {data_dir} нет базы портала: ничего не сделано. "
            "Задайте PORTAL_DATA_DIR того стека, который запущен.\n"
        )
        sys.exit(2)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(completed(given, data_dir))
    cli.main(["--app", "app", *sys.argv[1:]], prog_name="bin/flask")


if __name__ == "__main__":
    main()
