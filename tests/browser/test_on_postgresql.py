"""The circle once more, on a stack that keeps everything in PostgreSQL."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from tests import stacks
from tests.browser.people import Person
from tests.browser.test_circle import whole_circle
from tests.stacks import Stack

BOOK_HOLDS = "Книга сходится: остатки равны суммам проводок, сумма по каждой валюте равна нулю.\n"


@pytest.fixture(scope="module")
def stack(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give a stack on a database of its own."""
    name, server = f"stack_{uuid4().hex}", make_url(postgresql_server)
    with psycopg.connect(user="portal", dbname="postgres", host=server.query["host"]) as asked:
        asked.autocommit = True
        asked.execute(f"CREATE DATABASE {name}")
    url = server.set(database=name).render_as_string(hide_password=False)
    settings = {"PORTAL_SWEEP_SECONDS": "1", "PORTAL_DATABASE_URL": url}
    started = stacks.start(tmp_path_factory.mktemp("stack") / "var", **settings)
    yield started
    assert started.stop() == 0


@pytest.mark.parametrize("scripted", [True])
def test_the_circle_on_postgresql(both: tuple[Person, Person], stack: Stack) -> None:
    ready = httpx.get(f"{stack.portal_url}/readyz")

    whole_circle(both, stack)

    assert ready.json() == {"database": "ok", "redis": "ok", "worker": "ok"}
    assert stacks.command(stack, "ledger", "verify") == (0, BOOK_HOLDS)
    assert not (stack.data_dir / "portal.sqlite").exists()
