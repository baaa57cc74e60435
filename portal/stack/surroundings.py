"""What the local stack needs around it: its own data folder, free ports, servers that answer."""

import fcntl
import hashlib
import os
import secrets
import socket
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import IO
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from portal.settings import Settings
from portal.stack.supervisor import StackFailed

ROOT = Path(__file__).resolve().parent.parent.parent
#: The kernel's limit for a unix socket's path is 107 bytes on Linux and 103 on macOS.
SOCKET_PATH_MAX = 100
CONNECT_SECONDS = 3


def take_data_dir(path: Path) -> IO[str]:
    """Create the data folder, lock it and return the lock; raise StackFailed when it is in use."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (path / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StackFailed(f"{path} is in use by another stack; set PORTAL_DATA_DIR") from None
    return lock


def check_port_is_free(name: str, host: str, port: int) -> None:
    """Raise StackFailed, naming the port and its setting, when nobody can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StackFailed(f"port {port} on {host}: {error.strerror}; set {name}") from None


def secret_in(data_dir: Path) -> str:
    """Return the key that signs sessions; a random one is made on the first start."""
    path = data_dir / "secret"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()


def socket_path(data_dir: Path) -> Path:
    """Return where the embedded Redis listens: beside the data, unless that path is too long."""
    path = data_dir / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        return path
    tag = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{tag}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid() or short.is_symlink():
        raise StackFailed(
            f"{short} belongs to somebody else; set PORTAL_DATA_DIR to a shorter path"
        )
    return short / "redis.sock"


def redis_url_of(path: Path) -> str:
    """Return the address of the Redis that listens on a unix socket."""
    return f"unix://{quote(str(path))}"


def does_redis_answer(url: str) -> bool:
    """Tell whether a Redis serves at this address."""
    try:
        with Redis.from_url(url, socket_timeout=CONNECT_SECONDS) as client:
            return bool(client.ping())
    except (RedisError, ValueError):
        return False


def has_tables(data_dir: Path) -> bool:
    """Tell whether SQLite in this folder has been migrated; look without making anything."""
    address = f"{(data_dir / 'portal.sqlite').as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("select version_num from alembic_version")
    except sqlite3.Error:
        return False
    return True


def check_servers(settings: Settings, given: Mapping[str, str]) -> None:
    """Raise StackFailed when a server that the person has named does not answer."""
    if given.get("PORTAL_REDIS_URL") and not does_redis_answer(settings.redis_url):
        raise StackFailed(f"Redis does not answer: PORTAL_REDIS_URL={_shown(settings.redis_url)}")
    if not settings.database_url.startswith("postgresql"):
        return
    patience = {"connect_timeout": CONNECT_SECONDS}
    try:
        engine = create_engine(settings.database_url, poolclass=NullPool, connect_args=patience)
        engine.connect().close()
    except (SQLAlchemyError, ValueError):
        shown = _shown(settings.database_url)
        raise StackFailed(f"PostgreSQL does not answer: PORTAL_DATABASE_URL={shown}") from None


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (SQLAlchemyError, ValueError):
        return "(unreadable address)"
