"""The local stack from the first check to the clean stop; ``python app.py`` and ``make run``."""

import hashlib
import os
import sys
import time
from collections.abc import Mapping

from portal.settings import Settings, SettingsError, load_settings
from portal.stack.environment import completed, data_dir_of, given_environment, is_local
from portal.stack.programs import CRON, FLASK, redis, simulators, web, worker
from portal.stack.supervisor import StackFailed, StopAsked, Supervisor, say
from portal.stack.surroundings import ROOT, check_port_is_free, check_servers, take_data_dir

WELCOME = ROOT / "templates" / "stack"


def main() -> int:
    """Run the stack until Ctrl-C or SIGTERM; return 0, or 1 or 2 after one line that says why."""
    started_at = time.monotonic()
    given = given_environment()
    data_dir = data_dir_of(given)
    try:
        with take_data_dir(data_dir):
            environment = completed(given, data_dir)
            os.environ.update(environment)
            settings = load_settings()
            _check(settings, environment, given)
            supervisor = Supervisor(environment, data_dir)
            supervisor.listen_to_signals()
            try:
                _start(supervisor, settings, environment, given)
                _welcome(settings, environment, time.monotonic() - started_at)
                supervisor.watch()
            finally:
                supervisor.stop()
    except (StopAsked, KeyboardInterrupt):
        return 0
    except (SettingsError, StackFailed, OSError) as error:
        say(str(error))
        return 2 if isinstance(error, SettingsError) else 1


def _check(settings: Settings, environment: Mapping[str, str], given: Mapping[str, str]) -> None:
    check_port_is_free("PORTAL_PORT", settings.host, settings.port)
    if is_local(given):
        host, port = environment["SANDBOX_HOST"], environment["SANDBOX_PORT"]
        if not port.isdecimal() or int(port) in (0, settings.port):
            raise StackFailed(f"SANDBOX_PORT={port}: a number other than PORTAL_PORT is needed")
        check_port_is_free("SANDBOX_PORT", host, int(port))
    check_servers(settings, given)


def _start(
    supervisor: Supervisor,
    settings: Settings,
    environment: Mapping[str, str],
    given: Mapping[str, str],
) -> None:
    if not given.get("PORTAL_REDIS_URL"):
        supervisor.start(redis(settings))
    supervisor.run_once("migrate", (*FLASK, "db", "upgrade"))
    if not is_local(given):
        supervisor.start(web(settings), worker(settings), CRON)
        return
    supervisor.start(simulators(environment), web(settings))
    _seed(supervisor, settings)
    begun = supervisor.begin(worker(settings), CRON)
    try:
        supervisor.run_once("webhooks", (*FLASK, "webhooks", "register"))
    except StackFailed as error:
        say(f"the bank will only be asked, it cannot call: {error}")
    supervisor.wait_for(begun)


def _seed(supervisor: Supervisor, settings: Settings) -> None:
    """Fill this database with demo data, once."""
    tag = hashlib.sha256(settings.database_url.encode()).hexdigest()[:12]
    marker = settings.data_dir / f"seeded-{tag}"
    if not marker.exists():
        supervisor.run_once("seed", (*FLASK, "seed"))
        marker.touch()


def _welcome(settings: Settings, environment: Mapping[str, str], seconds: float) -> None:
    name = "local.txt" if settings.is_local else "production.txt"
    words = {
        "portal": settings.public_url,
        "simulators": environment.get("SANDBOX_PUBLIC_URL", ""),
        "logs": settings.data_dir / "log",
        "seconds": f"{seconds:.1f}",
    }
    sys.stdout.write((WELCOME / name).read_text().format(**words))
    sys.stdout.flush()
