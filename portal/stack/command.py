"""One command beside the local stack, with the environment that the stack's own children have."""

import os
import sys

from flask.cli import cli

from portal.stack.environment import completed, data_dir_of, given_environment


def main() -> None:
    """Be ``flask --app app …``; what nobody has set is completed as for ``python app.py``."""
    given = given_environment()
    data_dir = data_dir_of(given)
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update(completed(given, data_dir))
    cli.main(["--app", "app", *sys.argv[1:]], prog_name="bin/flask")


if __name__ == "__main__":
    main()
