"""What every test may ask for: a fresh database, a real Redis, the app, the whole stack.

The cast: Анна may refund, Вера may only look, Глеб is super-admin, Кирилл is a customer.
"""

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import redis
from argon2.profiles import CHEAPEST
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url

from portal.banks.registry import build_banks
from portal.factory import create_app
from portal.settings import Settings
from portal.store.db import db
from portal.store.users import hasher
from tests import databases, pages, servers, stacks
from tests.databases import Shelf

pytest_plugins = ["portal.conformance.plugin"]

for _name in [name for name in os.environ if name.startswith(("PORTAL_", "SANDBOX_"))]:
    del os.environ[_name]

#: Nobody listens there: a test that reaches a bank by accident fails at once.
NOWHERE = "http://127.0.0.1:9"
TOCHKA = {
    "connector": "tochka",
    "title": "Точка",
    "base_url": f"{NOWHERE}/tochka/uapi",
    "token": "test.tochka.token",
    "client_id": "test-client-id",
}


class FreshClient(FlaskClient):
    """Every request gets its own ``g`` and database session, and every page is looked at."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Open in a new application context: Flask-Login remembers the visitor in ``g``."""
        with self.application.app_context():
            answer = super().open(*args, **{"buffered": True, **kwargs})
        pages.require_sound(answer)
        return answer


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Switch pytest-flask's fixture off: one context for a whole test takes Vera for Anna."""


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hash as argon2 advises for tests: at full strength hashing is most of what they wait for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hasher, "_parameters", CHEAPEST)
        yield


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Give the address of this process's own Valkey."""
    with servers.redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Give a real, empty Redis."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Give the address of this process's own PostgreSQL."""
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres(postgresql_server: str) -> Iterator[databases.Postgres]:
    """Give a migrated PostgreSQL database whose rows can be brought back."""
    database = databases.Postgres(make_url(postgresql_server).query["host"])
    _migrate(database.url)
    database.keep("fresh")
    yield database
    database.let_go()


@pytest.fixture
def sqlite_url(sqlite_template: Path, working_file: Path) -> str:
    """Give a SQLite database as fresh as after its migrations."""
    databases.copy(sqlite_template, working_file)
    return f"sqlite:///{working_file}"


@pytest.fixture(scope="session")
def working_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the one SQLite file of this process; the rows come and go."""
    return tmp_path_factory.mktemp("working") / "portal.sqlite"


@pytest.fixture
def postgresql_url(postgres: databases.Postgres) -> str:
    """Give a PostgreSQL database as fresh as after its migrations."""
    return postgres.restore("fresh")


@pytest.fixture(scope="session")
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Give what keeps the things that take long to build."""
    return Shelf(lambda: request.getfixturevalue("postgres"), tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="session")
def apps() -> dict[str, Flask]:
    """Give the applications made so far by the addresses of their databases."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give a fresh, migrated database; the test runs on both kinds."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def accounts() -> Mapping[str, Mapping[str, Any]]:
    """Give the accounts at banks; a test module may override this."""
    return {"tochka": TOCHKA}


@pytest.fixture
def app(
    database_url: str,
    redis_url: str,
    accounts: dict[str, dict[str, Any]],
    apps: dict[str, Flask],
    tmp_path: Path,
) -> Iterator[Flask]:
    """Give the portal on a fresh database; what a test sets in it is gone after the test."""
    app = apps.get(database_url) or apps.setdefault(database_url, _make(database_url))
    settings = _settings(database_url, redis_url, accounts=accounts, data_dir=tmp_path)
    config, extensions = dict(app.config), dict(app.extensions)
    app.config["PORTAL"] = settings
    app.extensions["banks"] = build_banks(settings.accounts)
    yield app
    _let_go(app)
    app.config.clear()
    app.config.update(config)
    app.extensions.update(extensions)


@pytest.fixture
def listen(app: Flask) -> Iterator[Callable[[str, Callable[..., Any]], None]]:
    """Hear what the database is told until the test ends: ``listen("begin", hear)``."""
    with app.app_context():
        engine = db.engine
    heard: list[tuple[str, Callable[..., Any]]] = []

    def add(name: str, hear: Callable[..., Any]) -> None:
        event.listen(engine, name, hear)
        heard.append((name, hear))

    yield add
    for name, hear in heard:
        event.remove(engine, name, hear)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a visitor who has not signed in; replaces pytest-flask's, which shares ``g``."""
    return app.test_client()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    """Give the whole local stack, ready and seeded."""
    settings = {"PORTAL_SWEEP_SECONDS": "1", "PORTAL_TRUSTED_PROXIES": "1"}
    started = stacks.start(tmp_path_factory.mktemp("stack") / "var", **settings)
    yield started
    assert started.stop() == 0


def _settings(database_url: str, redis_url: str, **more: Any) -> Settings:
    options = {"mode": "local", "secret_key": "test-secret", "accounts": {"tochka": TOCHKA}}
    return Settings(
        _env_file=None, database_url=database_url, redis_url=redis_url, **{**options, **more}
    )


def _make(url: str) -> Flask:
    app = create_app(_settings(url, "unix:///nowhere"))
    app.test_client_class = FreshClient
    app.testing = True
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _keep_nothing_after_a_crash)
    return app


def _keep_nothing_after_a_crash(connection: Any, _record: Any) -> None:
    """Wait for no disk, as our PostgreSQL does not: a file of tests needs to survive nothing."""
    connection.execute("pragma synchronous=off")


def _migrate(url: str) -> None:
    app = create_app(_settings(url, "unix:///nowhere"))
    with app.app_context():
        flask_migrate.upgrade()
    _let_go(app)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over thousands of collected tests: they stay to the end."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files of stories, which wait for each other's parts, among those that compute."""
    files = list(dict.fromkeys(item.path for item in items))
    stories = [path for path in files if path.parent.name in ("browser", "stories")]
    others = [path for path in files if path not in stories]
    # The last part is without stories: so no process ends alone with one.
    place = {path: 0.8 * number / len(stories) for number, path in enumerate(stories)}
    place |= {path: number / len(others) for number, path in enumerate(others)}
    items.sort(key=lambda item: place[item.path])
